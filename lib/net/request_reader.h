#pragma once

#include "net/http_message.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// Reading HTTP/1.1 requests from bytes, strictly: what two programs could read in two ways (two
/// lengths, folded headers, blanks before a colon, a bare line feed) is refused, as RFC 9112 asks
/// of a server. Beast's parser with what it leaves open.
namespace samara::net {

struct HeadLimits {
    std::size_t bytes = 32UL * 1024; ///< request line and headers together
    std::size_t headers = 200;
};

/// One request; bytes go in as they come.
class RequestReader {
public:
    enum class State : std::uint8_t {
        more,    ///< all bytes were taken that could be; more have to come
        done,    ///< the part is complete
        refused, ///< see refusal()
    };

    explicit RequestReader(const HeadLimits& limits);
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;
    RequestReader(RequestReader&&) noexcept;
    RequestReader& operator=(RequestReader&&) noexcept;
    ~RequestReader();

    /// The head at the front of `bytes`, which are all that came until now; `consumed` once it is
    /// done. Blank lines before it are the caller's to skip.
    State read_head(std::string_view bytes, std::size_t& consumed);

    /// The request without its body, once the head is done.
    [[nodiscard]] HttpRequest& request();

    [[nodiscard]] bool keep_alive() const;
    [[nodiscard]] bool expects_continue() const;

    /// Content-Length; nothing when the body comes in chunks. 0: there is no body.
    [[nodiscard]] std::optional<std::uint64_t> length() const;

    /// Takes body from the front of `bytes` and appends it to `body`; refused with 413 when all of
    /// it is more than `limit`.
    State read_body(
        std::string_view bytes, std::size_t& consumed, std::string& body, std::uint64_t limit);

    /// What came after the last chunk.
    [[nodiscard]] const HttpHeaders& trailers() const;

    /// The status to refuse with.
    [[nodiscard]] int refusal() const;

private:
    class Parser;
    std::unique_ptr<Parser> parser_;
};

} // namespace samara::net
