#include "net/listener.h"

#include <cerrno>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>

#include <sys/socket.h>

namespace samara::net {

Listener::Listener(asio::io_context& context, Socket socket, Take take)
    : executor_(context.get_executor()), socket_(std::move(socket)), take_(std::move(take)),
      waiting_(executor_, socket_.get()), pause_(executor_) {}

// Where its loop ends before it, accept_all() never does: one of the two has the descriptor to
// close, else the other closes one that somebody else has got by then.
Listener::~Listener() {
    if (waiting_.is_open()) {
        waiting_.release();
    }
}

void Listener::start() {
    asio::co_spawn(executor_, accept_all(shared_from_this()), asio::detached);
}

void Listener::stop() {
    if (ended_.exchange(true)) {
        return; // the descriptor may be another's by now
    }
    ::shutdown(socket_.get(), SHUT_RDWR);
    asio::dispatch(executor_, [self = shared_from_this()] {
        self->stopped_ = true;
        ErrorCode ignored;
        self->waiting_.cancel(ignored);
        self->pause_.cancel();
    });
}

Awaitable<void> Listener::accept_all(std::shared_ptr<Listener> /*kept*/) {
    while (!stopped_) {
        ErrorCode error;
        co_await waiting_.async_wait(asio::posix::descriptor_base::wait_read, awaiting(error));
        if (!error && !stopped_) {
            co_await accept_waiting();
        }
    }
    waiting_.release();
    socket_ = Socket();
    take_ = nullptr;
}

Awaitable<void> Listener::accept_waiting() {
    while (!stopped_) {
        Accepted accepted = accept_from(socket_);
        if (accepted.socket.valid()) {
            co_await take_(std::move(accepted));
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
            ErrorCode ignored; // until some connection has given its descriptor back
            pause_.expires_after(std::chrono::milliseconds(50));
            co_await pause_.async_wait(awaiting(ignored));
        } else if (errno != EINTR && errno != ECONNABORTED) {
            co_return;
        }
    }
}

} // namespace samara::net
