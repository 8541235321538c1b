#pragma once

#include "net/exchange.h"
#include "net/websocket_frames.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>

/// The hand-over between who sends to a client, on any thread, and the connection. Private to the
/// servers.
namespace samara::net {

class WebSocketChannel final : public WebSocketPeer,
                               public std::enable_shared_from_this<WebSocketChannel> {
public:
    using Clock = std::chrono::steady_clock;

    WebSocketChannel(
        const Executor& executor, std::shared_ptr<Traffic> traffic, const WebSocketLimits& limits);

    // On any thread.

    bool send(std::string message, bool binary) override;
    void close(std::uint16_t code, std::string_view reason) override;

    /// The service is done with a message of that size.
    void handled(std::size_t size);

    // On the connection's thread.

    /// A frame that no service sends.
    void push(Opcode opcode, std::string_view payload);

    /// The close frame; the first one counts.
    void close_now(std::uint16_t code, std::string_view reason);

    [[nodiscard]] bool empty() const { return frames_.empty(); }

    std::string take();

    /// The client does not take what it is sent.
    [[nodiscard]] bool overflown() const { return overflown_; }

    /// When the server began to close, and with what.
    [[nodiscard]] const std::optional<Clock::time_point>& closing() const { return closing_; }

    [[nodiscard]] std::uint16_t code() const { return code_; }

    [[nodiscard]] const std::string& reason() const { return reason_; }

    void begin_message(std::size_t size) { unhandled_ += size; }

    [[nodiscard]] bool congested() const { return unhandled_ > limits_.unhandled; }

    /// Nothing more is taken.
    void end() { open_ = false; }

    /// Waits for a frame, and for a message that is handled.
    Timer& filled() { return filled_; }

    Timer& relieved() { return relieved_; }

private:
    bool reserve(std::size_t size);
    void add(std::string frame);

    std::shared_ptr<Traffic> traffic_; // goes last
    Executor executor_;
    WebSocketLimits limits_;
    std::atomic<bool> open_ = true;
    std::atomic<bool> overflown_ = false;
    std::atomic<std::size_t> unsent_ = 0; // bytes
    std::deque<std::string> frames_;
    std::size_t unhandled_ = 0; // bytes
    std::optional<Clock::time_point> closing_;
    std::uint16_t code_ = 0;
    std::string reason_;
    Timer filled_;
    Timer relieved_;
};

} // namespace samara::net
