#include "net/http_session.h"

#include "net/plain_stream.h"

#include <fmt/format.h>

namespace samara::net {

HttpResponse refusal_response(int status) {
    HttpResponse response{
        status,
        {{"Content-Type", "application/json"}},
        fmt::format(R"({{"message":"{}"}})", reason_phrase(status))};
    if (status == 503) {
        response.headers.push_back({"Retry-After", "1"});
    }
    return response;
}

std::string chunk_begin(std::size_t size) {
    return fmt::format("{:x}\r\n", size);
}

std::string last_chunk(const HttpHeaders& trailers) {
    std::string text = "0\r\n";
    for (const HttpHeader& trailer : trailers) {
        if (is_valid_header(trailer.name, trailer.value)) {
            text.append(trailer.name).append(": ").append(trailer.value).append("\r\n");
        }
    }
    return text += "\r\n";
}

std::string encode_upgrade(const HttpHeaders& headers) {
    std::string text =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    for (const HttpHeader& header : headers) {
        if (is_valid_header(header.name, header.value)) {
            text.append(header.name).append(": ").append(header.value).append("\r\n");
        }
    }
    return text += "\r\n";
}

std::shared_ptr<Connection> make_plain_connection(
    asio::io_context& context,
    Accepted accepted,
    std::shared_ptr<ServerShare> share,
    std::shared_ptr<Deadlines> deadlines) {
    StreamSocket socket = adopt(context, accepted.socket);
    return std::make_shared<HttpSession<PlainStream>>(
        context,
        PlainStream(std::move(socket)),
        std::move(accepted.remote_address),
        std::move(share),
        std::move(deadlines));
}

} // namespace samara::net
