#include "gateway/websocket/socket_record.h"

namespace samara::gateway {

SocketRecord::SocketRecord(
    serving::Recorder* recorder,
    const Api& api,
    std::string_view key,
    net::HttpHeaders headers,
    std::string_view message)
    : recorder_(recorder), begin_(std::chrono::steady_clock::now()) {
    if (recorder_ == nullptr) {
        return;
    }
    exchange_.time = std::chrono::system_clock::now();
    exchange_.api = api.id;
    exchange_.route = key;
    exchange_.request.method = key == "$connect"      ? "CONNECT"
                               : key == "$disconnect" ? "DISCONNECT"
                                                      : "MESSAGE";
    exchange_.request.target = "/" + api.stage;
    exchange_.request.headers = std::move(headers);
    exchange_.request.body = message;
}

void SocketRecord::end(int status, std::string_view reply, std::string_view error) {
    if (recorder_ == nullptr) {
        return;
    }
    exchange_.duration = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin_);
    exchange_.status = status;
    exchange_.response_body = invoke::keep(reply);
    exchange_.error = error;
    recorder_->add(std::move(exchange_));
    recorder_ = nullptr;
}

} // namespace samara::gateway
