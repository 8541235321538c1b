#include "net/http_parser.h"

#include <algorithm>
#include <charconv>

namespace samara::net {

namespace {

constexpr std::size_t max_chunk_line = 256; // size and extensions of one chunk
constexpr std::size_t max_trailers = 8UL * 1024;

std::string_view trim_blanks(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

/// Takes one line with CR LF off the front; nothing when the line end is a bare LF or missing.
std::optional<std::string_view> take_line(std::string_view& bytes) {
    const std::size_t end = bytes.find("\r\n");
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end + 2);
    return line;
}

/// A line between chunks has no control character but a tab in it. A bare LF least of all: another
/// program on the way could take it for the end of the line.
bool is_clean(std::string_view line) {
    return std::none_of(line.begin(), line.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    });
}

bool is_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20 && byte != 0x7f;
    });
}

/// "http://host/path" is allowed in a request (RFC 9112 section 3.2.2): only the path matters here.
std::string_view origin_form(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (target.size() > scheme.size() &&
            equal_ignoring_case(target.substr(0, scheme.size()), scheme)) {
            const std::size_t slash = target.find('/', scheme.size());
            return slash == std::string_view::npos ? "/" : target.substr(slash);
        }
    }
    return target == "*" ? "/" : target;
}

/// 0 when the line is fine, else the status to refuse with.
int parse_request_line(std::string_view line, HttpRequest& request) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) {
        return 400;
    }
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (!is_valid_header(method, {}) || target.empty() || !is_visible(target)) {
        return 400;
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        return version.substr(0, 5) == "HTTP/" ? 505 : 400;
    }
    const std::string_view origin = origin_form(target);
    if (origin.front() != '/') {
        return 400;
    }
    request.method = method;
    request.target = origin.substr(0, origin.find('#'));
    request.http_1_0 = version == "HTTP/1.0";
    return 0;
}

struct FramingHeaders {
    std::optional<std::uint64_t> length;
    bool chunked = false;
    bool bad = false;
};

void note_framing(const HttpHeader& header, FramingHeaders& framing) {
    if (equal_ignoring_case(header.name, "Content-Length")) {
        std::uint64_t length = 0;
        const char* const end = header.value.data() + header.value.size();
        const auto parsed = std::from_chars(header.value.data(), end, length);
        // A second one is refused even when it agrees: nobody honest sends two.
        framing.bad |= framing.length.has_value() || header.value.empty() || parsed.ptr != end ||
                       parsed.ec != std::errc{};
        framing.length = length;
    } else if (equal_ignoring_case(header.name, "Transfer-Encoding")) {
        framing.bad |= framing.chunked || !equal_ignoring_case(header.value, "chunked");
        framing.chunked = true;
    }
}

void note_connection(std::string_view value, bool& keep_alive) {
    while (!value.empty()) {
        const std::size_t comma = std::min(value.find(','), value.size());
        const std::string_view option = trim_blanks(value.substr(0, comma));
        if (equal_ignoring_case(option, "close")) {
            keep_alive = false;
            return;
        }
        keep_alive |= equal_ignoring_case(option, "keep-alive");
        value.remove_prefix(std::min(comma + 1, value.size()));
    }
}

bool parse_header(std::string_view line, HttpHeader& header) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
        return false;
    }
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim_blanks(line.substr(colon + 1));
    if (!is_valid_header(name, value)) {
        return false; // also a folded line: it starts with a blank, which no name does
    }
    header.name = name;
    header.value = value;
    return true;
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

std::variant<RequestHead, RequestFault>
parse_head(std::string_view bytes, const HeadLimits& limits) {
    if (bytes.size() > limits.bytes) {
        return RequestFault{431};
    }
    RequestHead head;
    const auto request_line = take_line(bytes);
    if (!request_line) {
        return RequestFault{400};
    }
    if (const int status = parse_request_line(*request_line, head.request); status != 0) {
        return RequestFault{status};
    }
    head.keep_alive = !head.request.http_1_0;
    FramingHeaders framing;
    std::size_t hosts = 0;
    while (true) {
        const auto line = take_line(bytes);
        if (!line) {
            return RequestFault{400};
        }
        if (line->empty()) {
            break;
        }
        if (head.request.headers.size() == limits.headers) {
            return RequestFault{431};
        }
        HttpHeader header;
        if (!parse_header(*line, header)) {
            return RequestFault{400};
        }
        note_framing(header, framing);
        if (equal_ignoring_case(header.name, "Connection")) {
            note_connection(header.value, head.keep_alive);
        } else if (equal_ignoring_case(header.name, "Host")) {
            ++hosts;
        } else if (equal_ignoring_case(header.name, "Expect")) {
            head.expects_continue = equal_ignoring_case(header.value, "100-continue");
        }
        head.request.headers.push_back(std::move(header));
    }
    if (framing.bad || (framing.chunked && (framing.length || head.request.http_1_0)) ||
        hosts > 1 || (hosts == 0 && !head.request.http_1_0)) {
        return RequestFault{400};
    }
    if (framing.chunked) {
        head.framing = ChunkedBody{};
    } else if (framing.length.value_or(0) > 0) {
        head.framing = SizedBody{*framing.length};
    }
    return head;
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
