#include "net/websocket_channel.h"

#include <boost/asio/dispatch.hpp>

namespace samara::net {

WebSocketChannel::WebSocketChannel(
    const Executor& executor, std::shared_ptr<Traffic> traffic, const WebSocketLimits& limits)
    : traffic_(std::move(traffic)), executor_(executor), limits_(limits),
      filled_(executor, Timer::time_point::max()), relieved_(executor, Timer::time_point::max()) {}

/// False when the client has not taken what it was sent before: it is cut off.
bool WebSocketChannel::reserve(std::size_t size) {
    if (unsent_.fetch_add(size) > limits_.unsent) {
        overflown_ = true;
        open_ = false;
    }
    return open_;
}

bool WebSocketChannel::send(std::string message, bool binary) {
    std::string frame = encode_frame(binary ? Opcode::binary : Opcode::text, message);
    if (!open_ || !reserve(frame.size())) {
        return false;
    }
    asio::dispatch(executor_, [self = shared_from_this(), frame = std::move(frame)]() mutable {
        if (!self->closing_) { // nothing comes behind a close frame
            self->add(std::move(frame));
        }
    });
    return true;
}

void WebSocketChannel::close(std::uint16_t code, std::string_view reason) {
    asio::dispatch(executor_, [self = shared_from_this(), code, reason = std::string(reason)] {
        self->close_now(code, reason);
    });
}

void WebSocketChannel::handled(std::size_t size) {
    asio::dispatch(executor_, [self = shared_from_this(), size] {
        self->unhandled_ -= size;
        self->relieved_.cancel();
    });
}

void WebSocketChannel::push(Opcode opcode, std::string_view payload) {
    std::string frame = encode_frame(opcode, payload);
    if (!closing_ && reserve(frame.size())) {
        add(std::move(frame));
    }
}

void WebSocketChannel::close_now(std::uint16_t code, std::string_view reason) {
    if (closing_) {
        return;
    }
    open_ = false;
    closing_ = Clock::now();
    code_ = code;
    reason_ = reason;
    add(encode_frame(Opcode::close, close_payload(code, reason)));
}

void WebSocketChannel::add(std::string frame) {
    frames_.push_back(std::move(frame));
    filled_.cancel();
}

std::string WebSocketChannel::take() {
    std::string frame = std::move(frames_.front());
    frames_.pop_front();
    unsent_ -= std::min(frame.size(), unsent_.load());
    return frame;
}

} // namespace samara::net
