#pragma once

#include "net/http_message.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// Reading HTTP/1.1 requests from bytes, strictly: what two programs could read in two ways (two
/// lengths, folded headers, blanks before a colon) is refused, as RFC 9112 asks of a server.
namespace samara::net {

/// How the bytes of a body are delimited.
struct NoBody {};

struct SizedBody {
    std::uint64_t size = 0;
};

struct ChunkedBody {};

using BodyFraming = std::variant<NoBody, SizedBody, ChunkedBody>;

struct RequestHead {
    HttpRequest request; ///< without body
    BodyFraming framing;
    bool keep_alive = true;
    bool expects_continue = false;
};

/// Why a request is refused: the status to answer with before the connection is closed.
struct RequestFault {
    int status = 400;
};

struct HeadLimits {
    std::size_t bytes = 32UL * 1024; ///< request line and headers together
    std::size_t headers = 200;
};

/// Bytes up to and including the empty line after the headers, or nothing while it is not there.
/// `searched` is where an earlier search over the same bytes ended.
std::optional<std::size_t> head_end(std::string_view bytes, std::size_t& searched);

/// Parses the bytes that head_end delimited.
std::variant<RequestHead, RequestFault>
parse_head(std::string_view bytes, const HeadLimits& limits);

/// Takes a chunked body apart as its bytes come in.
class ChunkDecoder {
public:
    enum class State : std::uint8_t { more, done, bad, too_large };

    explicit ChunkDecoder(std::size_t body_limit) : body_limit_(body_limit) {}

    /// Consumes from the front of `bytes`, appends content to `body`, and says how it stands.
    /// `consumed` receives the number of bytes that are dealt with.
    State feed(std::string_view bytes, std::string& body, std::size_t& consumed);

private:
    enum class Part : std::uint8_t { size, data, data_end, trailer };

    State take_data(std::string_view bytes, std::string& body, std::size_t& consumed);
    State take_line(std::string_view line);
    bool read_size(std::string_view line);

    std::size_t body_limit_;
    Part part_ = Part::size;
    std::uint64_t remaining_ = 0;
    std::size_t trailer_bytes_ = 0;
};

} // namespace samara::net
