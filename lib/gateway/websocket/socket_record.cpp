#include "gateway/websocket/socket_record.h"

#include "data/read.h"

namespace samara::gateway {

SocketRecord::SocketRecord(
    serving::Recorder* recorder,
    const SocketHappening& happening,
    net::HttpHeaders headers,
    std::string_view message)
    : recorder_(recorder), api_(happening.api), begin_(std::chrono::steady_clock::now()) {
    const std::string_view key = happening.route_key;
    access_.time = happening.time;
    access_.method = key == "$connect"      ? "CONNECT"
                     : key == "$disconnect" ? "DISCONNECT"
                                            : "MESSAGE";
    access_.path = "/" + api_.stage + "/" + std::string(key);
    if (recorder_ == nullptr) {
        return;
    }
    exchange_.time = happening.time;
    exchange_.api = api_.id;
    exchange_.route = key;
    exchange_.request.method = access_.method;
    exchange_.request.target = "/" + api_.stage;
    exchange_.request.headers = std::move(headers);
    exchange_.request.body = message;
}

void SocketRecord::end(int status, std::string_view reply, std::string_view error) {
    access_.duration = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin_);
    access_.status = status;
    access_.error = error;
    access_.body_size = reply.size();
    if (recorder_ == nullptr) {
        return;
    }
    exchange_.duration = access_.duration;
    exchange_.status = status;
    exchange_.response_body = invoke::keep(reply);
    exchange_.error = error;
    recorder_->add(std::move(exchange_));
    recorder_ = nullptr;
}

serving::AccessRecord&
SocketRecord::with_line(const std::string& event, const SocketOutcome& outcome) {
    const auto value = data::read_json(event, "event");
    const data::Value* context = value ? value->find("requestContext") : nullptr;
    access_.line = LogLine(api_, context == nullptr ? data::Value() : *context, outcome, access_)
                       .text(access_);
    return access_;
}

} // namespace samara::gateway
