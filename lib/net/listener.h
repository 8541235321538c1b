#pragma once

#include "net/asio.h"
#include "net/socket.h"

#include <atomic>
#include <functional>
#include <memory>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

namespace samara::net {

/// Accepts clients on one socket that listens. Private to the servers.
class Listener : public std::enable_shared_from_this<Listener> {
public:
    /// Takes a client, or waits until there is room for it.
    using Take = std::function<Awaitable<void>(Accepted)>;

    Listener(asio::io_context& context, Socket socket, Take take);
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    Listener(Listener&&) = delete;
    Listener& operator=(Listener&&) = delete;
    ~Listener();

    /// On the loop's thread, or before it runs.
    void start();

    /// From any thread: nobody can connect any more; the socket closes soon.
    void stop();

private:
    Awaitable<void> accept_all(std::shared_ptr<Listener> kept);
    Awaitable<void> accept_waiting();

    Executor executor_;
    Socket socket_;
    Take take_;
    asio::posix::basic_stream_descriptor<Executor> waiting_;
    Timer pause_;
    std::atomic<bool> ended_ = false; // by stop()
    bool stopped_ = false;
};

} // namespace samara::net
