#pragma once

#include "net/http_message.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// How answers are framed. Private to net/.
namespace samara::net {

/// Bytes up to and including the empty line after the headers, or nothing while it is not there.
/// `searched` is where an earlier search over the same bytes ended.
std::optional<std::size_t> head_end(std::string_view bytes, std::size_t& searched);

/// Takes a chunked body apart as its bytes come in.
class ChunkDecoder {
public:
    enum class State : std::uint8_t { more, done, bad, too_large };

    explicit ChunkDecoder(std::size_t body_limit) : body_limit_(body_limit) {}

    /// Consumes from the front of `bytes`, appends content to `body`, and says how it stands.
    /// `consumed` receives the number of bytes that are dealt with.
    State feed(std::string_view bytes, std::string& body, std::size_t& consumed);

    /// What stood behind the last chunk, once all of it is there.
    [[nodiscard]] HttpHeaders& trailers() { return trailers_; }

private:
    enum class Part : std::uint8_t { size, data, data_end, trailer };

    State take_data(std::string_view bytes, std::string& body, std::size_t& consumed);
    State take_line(std::string_view line);
    bool read_size(std::string_view line);

    std::size_t body_limit_;
    Part part_ = Part::size;
    std::uint64_t remaining_ = 0;
    std::size_t trailer_bytes_ = 0;
    HttpHeaders trailers_;
};

} // namespace samara::net
