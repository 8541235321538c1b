#include "net/http_message.h"

#include "net/http_date.h"

#include <array>
#include <chrono>
#include <ctime>

#include <fmt/format.h>

namespace samara::net {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

struct Reason {
    int status;
    std::string_view phrase;
};

constexpr std::array reasons{
    Reason{100, "Continue"},
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{203, "Non-Authoritative Information"},
    Reason{204, "No Content"},
    Reason{205, "Reset Content"},
    Reason{206, "Partial Content"},
    Reason{300, "Multiple Choices"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{402, "Payment Required"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Request Entity Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{416, "Range Not Satisfiable"},
    Reason{417, "Expectation Failed"},
    Reason{418, "I'm a teapot"},
    Reason{422, "Unprocessable Entity"},
    Reason{424, "Failed Dependency"},
    Reason{425, "Too Early"},
    Reason{426, "Upgrade Required"},
    Reason{428, "Precondition Required"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{451, "Unavailable For Legal Reasons"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{502, "Bad Gateway"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
};

/// Token characters of RFC 9110 section 5.6.2.
constexpr std::array<bool, 256> token_chars = [] {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    std::array<bool, 256> chars{};
    for (std::size_t c = 0; c < chars.size(); ++c) {
        chars.at(c) = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      others.find(static_cast<char>(c)) != std::string_view::npos;
    }
    return chars;
}();

bool is_token_char(char c) {
    return token_chars[static_cast<unsigned char>(c)]; // NOLINT(*-constant-array-index)
}

/// The Date header's value; formatted once a second and thread.
std::string_view date_now() {
    thread_local std::time_t formatted_at = 0;
    thread_local std::string text;
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    if (now != formatted_at) {
        text = http_date(now);
        formatted_at = now;
    }
    return text;
}

bool may_have_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

/// The status line and the headers that do not depend on how the body is sent.
std::string first_lines(const HttpResponse& response) {
    std::string head;
    head.reserve(256);
    head.append("HTTP/1.1 ").append(fmt::format_int(response.status).c_str()).append(" ");
    head.append(reason_phrase(response.status)).append("\r\nDate: ").append(date_now());
    head.append("\r\n");
    for (const HttpHeader& header : response.headers) {
        if (is_valid_header(header.name, header.value)) {
            head.append(header.name).append(": ").append(header.value).append("\r\n");
        }
    }
    return head;
}

std::string_view last_lines(bool keep_alive) {
    return keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
}

} // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) {
        return false;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

const std::string* find_header(const HttpHeaders& headers, std::string_view name) {
    for (const HttpHeader& header : headers) {
        if (equal_ignoring_case(header.name, name)) {
            return &header.value;
        }
    }
    return nullptr;
}

std::vector<std::string> header_values(const HttpHeaders& headers, std::string_view name) {
    std::vector<std::string> values;
    for (const HttpHeader& header : headers) {
        if (equal_ignoring_case(header.name, name)) {
            values.push_back(header.value);
        }
    }
    return values;
}

std::string_view HttpRequest::path() const {
    return std::string_view(target).substr(0, target.find('?'));
}

std::string_view HttpRequest::query() const {
    const std::size_t mark = target.find('?');
    return mark == std::string::npos ? std::string_view{}
                                     : std::string_view(target).substr(mark + 1);
}

std::string_view reason_phrase(int status) {
    for (const Reason& reason : reasons) {
        if (reason.status == status) {
            return reason.phrase;
        }
    }
    return "Unknown";
}

bool is_valid_header(std::string_view name, std::string_view value) {
    if (name.empty()) {
        return false;
    }
    for (const char c : name) {
        if (!is_token_char(c)) {
            return false;
        }
    }
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\t') || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

std::string encode_head(const HttpResponse& response, std::size_t content_length, bool keep_alive) {
    std::string head = first_lines(response);
    if (may_have_body(response.status)) {
        head.append("Content-Length: ").append(fmt::format_int(content_length).c_str());
        head.append("\r\n");
    }
    return head.append(last_lines(keep_alive));
}

std::string encode_streamed_head(const HttpResponse& response, bool chunked, bool keep_alive) {
    std::string head = first_lines(response);
    if (chunked) {
        head.append("Transfer-Encoding: chunked\r\n");
    }
    return head.append(last_lines(keep_alive));
}

} // namespace samara::net
