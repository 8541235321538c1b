#include "net/request_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace samara::net {

namespace http = boost::beast::http;

namespace {

using ErrorCode = boost::system::error_code;
using BeastText = boost::beast::string_view;

constexpr std::size_t max_chunk_line = 256; // size and extensions of one chunk
constexpr std::size_t max_trailers = 8UL * 1024;

std::string_view text_of(BeastText text) {
    return {text.data(), text.size()};
}

bool is_control(char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

/// Every line end is CR LF; another program on the way could take any other for one. A last CR may
/// be half of one.
bool has_bare_line_end(std::string_view bytes) {
    for (std::size_t at = 0; (at = bytes.find_first_of("\r\n", at)) != std::string_view::npos;
         at += 2) {
        const bool whole = bytes[at] == '\r' && (at + 1 == bytes.size() || bytes[at + 1] == '\n');
        if (!whole) {
            return true;
        }
    }
    return false;
}

/// A line that goes on with the one before it (RFC 9112 section 5.2).
bool has_folded_line(std::string_view head) {
    return head.find("\r\n ") != std::string_view::npos ||
           head.find("\r\n\t") != std::string_view::npos;
}

/// What stands between chunks has no control character but a tab beside its line ends.
bool is_clean_between_chunks(std::string_view bytes) {
    return !has_bare_line_end(bytes) && std::none_of(bytes.begin(), bytes.end(), [](char c) {
        return is_control(c) && c != '\r' && c != '\n';
    });
}

/// Of a request line whose version is none of ours: one that names another version of HTTP is told
/// so.
int status_of_bad_version(std::string_view head) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    const bool three_parts = first != last && line.find(' ', first + 1) == last;
    const std::string_view version = line.substr(last + 1);
    return three_parts && version.starts_with("HTTP/") && version != "HTTP/1.1" &&
                   version != "HTTP/1.0"
               ? 505
               : 400;
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

} // namespace

/// Takes what Beast finds, in the order it was sent, and refuses what Beast would let pass.
class RequestReader::Parser : public http::basic_parser<true> {
public:
    explicit Parser(const HeadLimits& limits) : limits_(limits) {
        // Our own limits count all of a head; Beast's are there to be no smaller. Not boost::none:
        // Boost 1.74 finds every length greater than that.
        header_limit(std::numeric_limits<std::uint32_t>::max());
        body_limit(std::numeric_limits<std::uint64_t>::max());
    }

    RequestReader::State read_head(std::string_view bytes, std::size_t& consumed) {
        const bool half_line_end = seen_ > 0 && bytes[seen_ - 1] == '\r';
        const std::string_view unseen = bytes.substr(half_line_end ? seen_ - 1 : seen_);
        const std::size_t end = bytes.find("\r\n\r\n", seen_ < 3 ? 0 : seen_ - 3);
        seen_ = bytes.size();
        const std::string_view head =
            bytes.substr(0, end == std::string_view::npos ? bytes.size() : end + 4);
        if (head.size() > limits_.bytes) {
            return refuse(431);
        }
        if (has_bare_line_end(unseen.substr(0, unseen.size() - (bytes.size() - head.size())))) {
            return refuse(400);
        }
        if (end == std::string_view::npos) {
            return RequestReader::State::more;
        }
        if (has_folded_line(head)) {
            return refuse(400);
        }
        ErrorCode error;
        eager(false);
        const std::size_t taken = put(boost::asio::buffer(head.data(), head.size()), error);
        if (error || !is_header_done() || taken != head.size()) {
            return refuse(
                refusal != 0                        ? refusal
                : error == http::error::bad_version ? status_of_bad_version(head)
                                                    : 400);
        }
        if (hosts_ > 1 || (hosts_ == 0 && !request.http_1_0) || (chunked() && request.http_1_0)) {
            return refuse(400);
        }
        consumed = head.size();
        return RequestReader::State::done;
    }

    RequestReader::State read_body(
        std::string_view bytes, std::size_t& consumed, std::string& body, std::uint64_t limit) {
        consumed = 0;
        body_ = &body;
        limit_ = limit;
        eager(true);
        while (!is_done()) {
            const std::string_view rest = bytes.substr(consumed);
            if (rest.empty()) {
                return RequestReader::State::more;
            }
            if (ends_ && rest.find("\r\n\r\n") == std::string_view::npos) {
                return waits_for(rest); // Boost 1.74 asserts that there are five bytes
            }
            ErrorCode error;
            consumed += put(boost::asio::buffer(rest.data(), rest.size()), error);
            if (error == http::error::need_more) {
                return waits_for(bytes.substr(consumed));
            }
            if (error) {
                return refuse(refusal != 0 ? refusal : 400);
            }
        }
        return RequestReader::State::done;
    }

    HttpRequest request;
    HttpHeaders trailers;
    bool expects_continue = false;
    int refusal = 0;

private:
    RequestReader::State refuse(int status) {
        refusal = status;
        return RequestReader::State::refused;
    }

    /// Half a line between chunks, or trailers that have not come whole. What cannot become right
    /// is refused without waiting for the rest.
    RequestReader::State waits_for(std::string_view rest) {
        constexpr std::string_view line_end = "\r\n";
        if (rest.size() > max_chunk_line + max_trailers || !is_clean_between_chunks(rest)) {
            return refuse(400);
        }
        std::string_view line = rest;
        if (after_chunk_) {
            const std::size_t count = std::min(rest.size(), line_end.size());
            if (rest.substr(0, count) != line_end.substr(0, count)) {
                return refuse(400);
            }
            line.remove_prefix(count);
        }
        const std::size_t digits =
            std::min(line.find_first_not_of("0123456789abcdefABCDEF"), line.size());
        const bool whole = digits < line.size();
        if (whole && (digits == 0 ||
                      std::string_view("; \t\r").find(line[digits]) == std::string_view::npos)) {
            return refuse(400);
        }
        ends_ = whole && line.find_first_not_of('0') >= digits;
        return RequestReader::State::more;
    }

    void fail(int status, ErrorCode& error) {
        refusal = status;
        error = status == 413   ? http::error::body_limit
                : status == 431 ? http::error::header_limit
                                : http::error::bad_value;
    }

    void on_request_impl(
        http::verb /*verb*/,
        BeastText method,
        BeastText target,
        int version,
        ErrorCode& error) override {
        const std::string_view origin = origin_form(text_of(target));
        if (!origin.starts_with('/')) {
            fail(400, error);
            return;
        }
        request.method = text_of(method);
        request.target = origin.substr(0, origin.find('#'));
        request.http_1_0 = version == 10;
    }

    void on_response_impl(int, BeastText, int, ErrorCode&) override {}

    void
    on_field_impl(http::field field, BeastText name, BeastText value, ErrorCode& error) override {
        HttpHeader header{std::string(text_of(name)), std::string(text_of(value))};
        if (is_header_done()) {
            trailers.push_back(std::move(header));
            return;
        }
        if (request.headers.size() == limits_.headers) {
            fail(431, error);
            return;
        }
        if (field == http::field::content_length) {
            // A second one is refused even when it agrees, and so is a list: nobody honest sends
            // them.
            if (std::exchange(has_length_, true) ||
                header.value.find_first_not_of("0123456789") != std::string::npos) {
                fail(400, error);
            }
        } else if (field == http::field::transfer_encoding) {
            if (!equal_ignoring_case(header.value, "chunked")) {
                fail(400, error);
            }
        } else if (field == http::field::host) {
            ++hosts_;
        } else if (field == http::field::expect) {
            expects_continue = equal_ignoring_case(header.value, "100-continue");
        }
        request.headers.push_back(std::move(header));
    }

    void on_header_impl(ErrorCode&) override {}

    void on_body_init_impl(
        const boost::optional<std::uint64_t>& /*length*/, ErrorCode& /*error*/) override {}

    std::size_t on_body_impl(BeastText bytes, ErrorCode& error) override {
        return take(bytes, error);
    }

    void on_chunk_header_impl(std::uint64_t size, BeastText extension, ErrorCode& error) override {
        const std::string_view rest = text_of(extension);
        if (rest.size() > max_chunk_line || std::any_of(rest.begin(), rest.end(), is_control)) {
            fail(400, error);
        } else if (size > limit_ || taken_ > limit_ - size) {
            fail(413, error);
        }
    }

    std::size_t
    on_chunk_body_impl(std::uint64_t remain, BeastText bytes, ErrorCode& error) override {
        after_chunk_ = bytes.size() == remain;
        return take(bytes, error);
    }

    void on_finish_impl(ErrorCode&) override {}

    std::size_t take(BeastText bytes, ErrorCode& error) {
        if (bytes.size() > limit_ || taken_ > limit_ - bytes.size()) {
            fail(413, error);
            return 0;
        }
        body_->append(bytes.data(), bytes.size());
        taken_ += bytes.size();
        return bytes.size();
    }

    HeadLimits limits_;
    std::size_t seen_ = 0; // of the head
    std::size_t hosts_ = 0;
    bool has_length_ = false;
    bool after_chunk_ = false;    // whose line end has not been read
    bool ends_ = false;           // the last chunk's size has come
    std::string* body_ = nullptr; // of the read_body() that goes on
    std::uint64_t limit_ = 0;
    std::uint64_t taken_ = 0; // of the body
};

RequestReader::RequestReader(const HeadLimits& limits)
    : parser_(std::make_unique<Parser>(limits)) {}

RequestReader::RequestReader(RequestReader&&) noexcept = default;
RequestReader& RequestReader::operator=(RequestReader&&) noexcept = default;
RequestReader::~RequestReader() = default;

RequestReader::State RequestReader::read_head(std::string_view bytes, std::size_t& consumed) {
    return parser_->read_head(bytes, consumed);
}

HttpRequest& RequestReader::request() {
    return parser_->request;
}

bool RequestReader::keep_alive() const {
    return parser_->keep_alive();
}

bool RequestReader::expects_continue() const {
    return parser_->expects_continue;
}

std::optional<std::uint64_t> RequestReader::length() const {
    if (parser_->chunked()) {
        return std::nullopt;
    }
    const auto length = parser_->content_length();
    return length ? *length : 0;
}

RequestReader::State RequestReader::read_body(
    std::string_view bytes, std::size_t& consumed, std::string& body, std::uint64_t limit) {
    return parser_->read_body(bytes, consumed, body, limit);
}

const HttpHeaders& RequestReader::trailers() const {
    return parser_->trailers;
}

int RequestReader::refusal() const {
    return parser_->refusal;
}

} // namespace samara::net
