#include "net/connection.h"

#include <algorithm>

#include <sys/socket.h>

namespace samara::net {

namespace {

/// A quarter of the shortest time, so that none is much longer than it says.
std::chrono::milliseconds tick_of(const ConnectionLimits& limits) {
    std::chrono::milliseconds shortest{4'000};
    for (const auto timeout :
         {limits.head_timeout, limits.body_timeout, limits.write_timeout, limits.idle_timeout}) {
        if (timeout.count() > 0) {
            shortest = std::min(shortest, timeout);
        }
    }
    return std::max(shortest / 4, std::chrono::milliseconds(5));
}

} // namespace

StreamSocket adopt(asio::io_context& context, Socket& socket) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    StreamSocket taken(context);
    ErrorCode error;
    if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0) {
        taken.assign(asio::generic::stream_protocol(address.ss_family, 0), socket.get(), error);
        if (!error) {
            static_cast<void>(socket.release()); // taken over
            taken.non_blocking(true, error);
        }
    }
    return taken;
}

void Connection::limit_to(std::chrono::milliseconds time) {
    late_ = false;
    if (time.count() == 0) {
        deadline_.reset();
        return;
    }
    deadline_ = Clock::now() + time;
    deadlines_->look();
}

Deadlines::Deadlines(asio::io_context& context, const ConnectionLimits& limits)
    : tick_(tick_of(limits)), timer_(context) {}

void Deadlines::add(const std::shared_ptr<Connection>& connection) {
    if (connections_.size() >= most_) { // where no time is ever set, nothing else lets them go
        std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
        most_ = 2 * connections_.size() + 16;
    }
    connections_.push_back(connection);
}

void Deadlines::look() {
    if (std::exchange(looking_, true)) {
        return;
    }
    timer_.expires_after(tick_);
    timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
        if (!error) {
            self->sweep();
        }
    });
}

void Deadlines::sweep() {
    looking_ = false;
    bool more = false;
    const auto now = Connection::Clock::now();
    std::erase_if(connections_, [&](const std::weak_ptr<Connection>& weak) {
        const std::shared_ptr<Connection> connection = weak.lock();
        if (connection && connection->deadline()) {
            if (*connection->deadline() <= now) {
                connection->expire();
            } else {
                more = true;
            }
        }
        return connection == nullptr;
    });
    if (more) {
        look();
    }
}

} // namespace samara::net
