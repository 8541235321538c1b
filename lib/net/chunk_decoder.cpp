#include "net/chunk_decoder.h"

#include "base/strings.h"

#include <algorithm>
#include <charconv>

namespace samara::net {

namespace {

constexpr std::size_t max_chunk_line = 256; // size and extensions of one chunk
constexpr std::size_t max_trailers = 8UL * 1024;

/// A line between chunks has no control character but a tab in it. A bare LF least of all: another
/// program on the way could take it for the end of the line.
bool is_clean(std::string_view line) {
    return std::none_of(line.begin(), line.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    });
}

} // namespace

std::optional<std::size_t> head_end(std::string_view bytes, std::size_t& searched) {
    const std::size_t from = searched < 3 ? 0 : searched - 3;
    const std::size_t end = bytes.find("\r\n\r\n", from);
    searched = bytes.size();
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    return end + 4;
}

bool ChunkDecoder::read_size(std::string_view line) {
    const std::string_view size = line.substr(0, line.find(';'));
    const std::string_view digits = size.substr(0, size.find_last_not_of(" \t") + 1);
    const char* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, remaining_, 16);
    if (digits.empty() || parsed.ptr != end || parsed.ec != std::errc{}) {
        return false;
    }
    part_ = remaining_ == 0 ? Part::trailer : Part::data;
    return true;
}

/// Content of a chunk. `more` when that was all there is of it.
ChunkDecoder::State
ChunkDecoder::take_data(std::string_view bytes, std::string& body, std::size_t& consumed) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
    if (remaining_ > body_limit_ || body.size() + count > body_limit_) {
        return State::too_large;
    }
    body.append(bytes.substr(0, count));
    consumed += count;
    remaining_ -= count;
    if (remaining_ == 0) {
        part_ = Part::data_end;
    }
    return State::more;
}

/// A line between chunks or after the last one. `more` when it is as it should be.
ChunkDecoder::State ChunkDecoder::take_line(std::string_view line) {
    if (!is_clean(line)) {
        return State::bad;
    }
    if (part_ == Part::size) {
        return line.size() <= max_chunk_line && read_size(line) ? State::more : State::bad;
    }
    if (part_ == Part::data_end) {
        part_ = Part::size;
        return line.empty() ? State::more : State::bad;
    }
    trailer_bytes_ += line.size();
    if (line.empty()) {
        return State::done;
    }
    if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
        trailers_.push_back(
            {std::string(line.substr(0, colon)), std::string(base::trim(line.substr(colon + 1)))});
    }
    return trailer_bytes_ <= max_trailers ? State::more : State::bad;
}

ChunkDecoder::State
ChunkDecoder::feed(std::string_view bytes, std::string& body, std::size_t& consumed) {
    consumed = 0;
    while (true) {
        const std::string_view rest = bytes.substr(consumed);
        State state = State::more;
        if (part_ == Part::data) {
            if (rest.empty()) {
                return State::more;
            }
            state = take_data(rest, body, consumed);
        } else {
            const std::size_t line_end = rest.find("\r\n");
            if (line_end == std::string_view::npos) {
                // The last byte may be the CR of an end that has not come whole.
                const bool hopeless = rest.size() > max_chunk_line + max_trailers ||
                                      !is_clean(rest.substr(0, rest.size() - rest.ends_with('\r')));
                return hopeless ? State::bad : State::more;
            }
            consumed += line_end + 2;
            state = take_line(rest.substr(0, line_end));
        }
        if (state != State::more) {
            return state;
        }
    }
}

} // namespace samara::net
