#include "net/websocket.h"

#include "base/base64.h"
#include "base/hash.h"
#include "base/strings.h"

#include <charconv>

namespace samara::net {

namespace {

/// Whether a header that lists tokens has that one, in any of its lines.
bool lists(const HttpHeaders& headers, std::string_view name, std::string_view token) {
    for (const HttpHeader& header : headers) {
        if (!equal_ignoring_case(header.name, name)) {
            continue;
        }
        std::string_view rest = header.value;
        while (!rest.empty()) {
            const std::size_t comma = rest.find(',');
            if (equal_ignoring_case(base::trim(rest.substr(0, comma)), token)) {
                return true;
            }
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        }
    }
    return false;
}

std::string from_hex(std::string_view digits) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        unsigned char byte = 0;
        std::from_chars(digits.data() + i, digits.data() + i + 2, byte, 16);
        bytes.push_back(static_cast<char>(byte));
    }
    return bytes;
}

/// RFC 6455 section 4.2.2: proves that the server has understood what was asked.
std::string accept_of(std::string_view key) {
    std::string text(key);
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    return base::base64_encode(from_hex(base::sha1_hex(text)));
}

} // namespace

bool wants_websocket(const HttpRequest& request) {
    return request.method == "GET" && lists(request.headers, "Upgrade", "websocket");
}

std::optional<HttpResponse> handshake_refusal(const HttpRequest& request) {
    const auto refusal = [](int status) {
        return HttpResponse{
            status,
            {{"Content-Type", "application/json"}},
            R"({"message":")" + std::string(reason_phrase(status)) + "\"}"};
    };
    const std::string* version = find_header(request.headers, "Sec-WebSocket-Version");
    if (version == nullptr || *version != "13") {
        HttpResponse response = refusal(426);
        response.headers.push_back({"Sec-WebSocket-Version", "13"});
        return response;
    }
    constexpr std::size_t key_bytes = 16;
    const std::string* key = find_header(request.headers, "Sec-WebSocket-Key");
    const auto bytes = key == nullptr ? std::nullopt : base::base64_decode(*key);
    if (request.http_1_0 || !lists(request.headers, "Connection", "upgrade") || !bytes ||
        bytes->size() != key_bytes || !request.body.empty()) {
        return refusal(400);
    }
    return std::nullopt;
}

HttpResponse handshake_answer(
    const HttpRequest& request, HttpHeaders headers, std::shared_ptr<WebSocketService> service) {
    const std::string* key = find_header(request.headers, "Sec-WebSocket-Key");
    headers.push_back({"Sec-WebSocket-Accept", accept_of(key == nullptr ? "" : *key)});
    HttpResponse response;
    response.status = 101;
    response.headers = std::move(headers);
    response.websocket = std::move(service);
    return response;
}

} // namespace samara::net
