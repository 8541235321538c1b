#pragma once

#include "net/websocket_channel.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

/// WebSocket on one connection, from the answer to its handshake to its end. Private to the
/// servers.
namespace samara::net {

template <class Stream>
class WebSocketSession {
public:
    using Clock = WebSocketChannel::Clock;

    /// `buffer` is what has been received and not used yet; a time of 0 has no end.
    WebSocketSession(
        Stream& stream,
        std::string& buffer,
        const Executor& executor,
        std::shared_ptr<WebSocketService> service,
        std::shared_ptr<Traffic> traffic,
        std::chrono::milliseconds write_timeout)
        : stream_(stream), buffer_(buffer), executor_(executor), service_(std::move(service)),
          limits_(service_->limits()), write_timeout_(write_timeout), reader_(limits_),
          channel_(std::make_shared<WebSocketChannel>(executor, std::move(traffic), limits_)),
          written_(executor, Timer::time_point::max()) {}

    /// Sends `head`, and returns when the connection is over; `keeper` is held as long.
    Awaitable<void> run(std::string head, std::shared_ptr<void> keeper) {
        service_->on_open(channel_);
        asio::co_spawn(executor_, write_all(std::move(head), std::move(keeper)), asio::detached);
        return serve();
    }

    void close(std::uint16_t code, std::string_view reason) { channel_->close_now(code, reason); }

    /// How often tick() is to be called.
    [[nodiscard]] std::chrono::milliseconds tick_time() const {
        return std::min(
            {std::chrono::milliseconds(1'000), limits_.ping / 2, limits_.close_timeout / 2});
    }

    /// Looks for what takes too long.
    void tick() {
        const auto now = Clock::now();
        const auto silence = now - heard_;
        const auto over = [&](const std::optional<Clock::time_point>& since, auto time) {
            return since && time.count() != 0 && now - *since >= time;
        };
        // Who is not read from cannot be heard.
        const bool silent = !channel_->congested() && silence >= 2 * limits_.ping;
        if (channel_->overflown() || over(channel_->closing(), limits_.close_timeout) ||
            over(writing_since_, write_timeout_) || silent) {
            fail();
        } else if (silence >= limits_.ping && now - pinged_ >= limits_.ping) {
            pinged_ = now;
            channel_->push(Opcode::ping, {});
        }
    }

    /// Ends it at once.
    void fail() {
        failed_ = true;
        stream_.close();
        channel_->end();
        channel_->filled().cancel();
        channel_->relieved().cancel();
    }

private:
    Awaitable<void> serve() {
        try {
            co_await read_all();
        } catch (const std::exception&) { // of the service, or no memory: the end of this client
            channel_->close_now(close_code::internal_error, {});
            end_with(channel_->code(), channel_->reason());
        }
        co_await end_writing(); // whoever writes refers to this
        service_->on_close(code_, reason_);
    }

    using Kind = SocketEvent::Kind;

    Awaitable<void> read_all() {
        while (!failed_) {
            SocketEvent event = reader_.read(buffer_);
            switch (event.kind) {
            case Kind::more: {
                ErrorCode error;
                co_await stream_.read(buffer_, error);
                heard_ = Clock::now();
                if (error) {
                    fail();
                }
                break;
            }
            case Kind::message:
                co_await hand_over(std::move(event));
                break;
            case Kind::ping:
                channel_->push(Opcode::pong, event.payload);
                break;
            case Kind::pong:
                break;
            case Kind::close:
                channel_->close_now(event.code, event.payload);
                end_with(channel_->code(), channel_->reason());
                co_return;
            case Kind::refused:
                channel_->close_now(event.code, {});
                end_with(channel_->code(), channel_->reason());
                co_await drain();
                co_return;
            }
        }
        if (channel_->closing()) {
            end_with(channel_->code(), channel_->reason());
        } else {
            end_with(close_code::abnormal, {});
        }
    }

    void end_with(std::uint16_t code, std::string reason) {
        code_ = code;
        reason_ = std::move(reason);
    }

    /// Returns when the service takes more.
    Awaitable<void> hand_over(SocketEvent event) {
        if (channel_->closing()) {
            co_return; // too late
        }
        // An empty one is something to do as well.
        const std::size_t size = event.payload.size() + sizeof(SocketEvent);
        channel_->begin_message(size);
        service_->on_message(std::move(event.payload), event.binary, [channel = channel_, size] {
            channel->handled(size);
        });
        while (channel_->congested() && !failed_) {
            ErrorCode cancelled;
            co_await channel_->relieved().async_wait(awaiting(cancelled));
            heard_ = Clock::now();
        }
    }

    /// Lets a client that is refused see why: closing with unread bytes would reset it. tick() ends
    /// it.
    Awaitable<void> drain() {
        co_await end_writing();
        co_await stream_.finish();
        ErrorCode error;
        while (!error && !failed_) {
            buffer_.clear();
            co_await stream_.read(buffer_, error);
        }
    }

    Awaitable<void> end_writing() {
        ended_ = true;
        channel_->end();
        channel_->filled().cancel();
        while (writing_) {
            ErrorCode cancelled;
            co_await written_.async_wait(awaiting(cancelled));
        }
    }

    Awaitable<void> write_all(std::string bytes, std::shared_ptr<void> /*keeper*/) {
        while (!failed_) {
            ErrorCode error;
            writing_since_ = Clock::now();
            co_await stream_.write(bytes, {}, error);
            writing_since_.reset();
            if (error) {
                fail();
            }
            while (channel_->empty() && !ended_ && !failed_) {
                ErrorCode cancelled;
                co_await channel_->filled().async_wait(awaiting(cancelled));
            }
            if (channel_->empty()) {
                break;
            }
            bytes = channel_->take();
        }
        writing_ = false;
        written_.cancel();
    }

    Stream& stream_;
    std::string& buffer_;
    Executor executor_;
    std::shared_ptr<WebSocketService> service_;
    WebSocketLimits limits_;
    std::chrono::milliseconds write_timeout_;
    WebSocketReader reader_;
    std::shared_ptr<WebSocketChannel> channel_;
    Timer written_;
    bool writing_ = true; // write_all() has not ended
    bool ended_ = false;  // nothing more is to be written than what waits
    bool failed_ = false;
    Clock::time_point heard_ = Clock::now();
    Clock::time_point pinged_ = Clock::now();
    std::optional<Clock::time_point> writing_since_;
    std::uint16_t code_ = close_code::abnormal;
    std::string reason_;
};

} // namespace samara::net
