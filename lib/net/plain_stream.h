#pragma once

#include "net/asio.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/buffer.hpp>

/// Bytes to and from one client over TCP or a Unix socket. Private to the servers.
namespace samara::net {

/// The end of a transport that a connection sees; TlsStream is the other one.
class PlainStream {
public:
    /// `socket` does not block.
    explicit PlainStream(StreamSocket socket) : socket_(std::move(socket)) {}

    Awaitable<void> open(ErrorCode& error) {
        error = {};
        co_return;
    }

    /// Waits for bytes and appends them to `buffer`. A client that waits has no buffer of its own.
    Awaitable<void> read(std::string& buffer, ErrorCode& error) {
        do {
            if (!std::exchange(more_, false)) {
                co_await socket_.async_wait(asio::socket_base::wait_read, awaiting(error));
                if (error) {
                    co_return;
                }
            }
        } while (!take(buffer, error));
    }

    /// Appends what has come already; false when nothing has.
    bool take(std::string& buffer, ErrorCode& error) {
        // Not an array: each thread of the program, those that read nothing too, would fill it with
        // zeros.
        static thread_local std::vector<char> bytes(std::size_t{64} * 1024);
        const std::size_t count = socket_.read_some(asio::buffer(bytes), error);
        more_ = count == bytes.size();
        buffer.append(bytes.data(), count);
        return error != asio::error::would_block;
    }

    void read_now(std::string& buffer) {
        ErrorCode error;
        take(buffer, error);
    }

    /// What the client takes at once; the rest has to be waited for.
    std::size_t write_now(std::string_view head, std::string_view body, ErrorCode& error) {
        const std::array<asio::const_buffer, 2> parts{
            asio::buffer(head.data(), head.size()), asio::buffer(body.data(), body.size())};
        std::size_t count = socket_.write_some(parts, error);
        if (error == asio::error::would_block) {
            error = {};
            count = 0;
        }
        return count;
    }

    Awaitable<void> write(std::string_view head, std::string_view body, ErrorCode& error) {
        while (!head.empty() || !body.empty()) {
            const std::size_t count = write_now(head, body, error);
            if (error) {
                co_return;
            }
            const std::size_t from_head = std::min(count, head.size());
            head.remove_prefix(from_head);
            body.remove_prefix(count - from_head);
            if (head.empty() && body.empty()) {
                co_return;
            }
            co_await socket_.async_wait(asio::socket_base::wait_write, awaiting(error));
            if (error) {
                co_return;
            }
        }
    }

    /// Tells the client that nothing more comes; reading stays possible.
    Awaitable<void> finish() {
        ErrorCode ignored;
        socket_.shutdown(asio::socket_base::shutdown_send, ignored);
        co_return;
    }

    /// Ends the waits that go on.
    void cancel() {
        ErrorCode ignored;
        socket_.cancel(ignored);
    }

    void close() {
        ErrorCode ignored;
        socket_.close(ignored);
    }

    StreamSocket& socket() { return socket_; }

private:
    StreamSocket socket_;
    bool more_ = false; // the last read filled the buffer
};

} // namespace samara::net
