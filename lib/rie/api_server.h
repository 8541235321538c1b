#pragma once

#include "base/error.h"
#include "rie/http.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace samara::rie {

/// What one server takes. Times of 0 have no end.
struct ServerLimits {
    std::size_t connections = 512;
    std::chrono::milliseconds head{20'000}; ///< first to last byte of a request's head
    std::chrono::milliseconds body{60'000}; ///< all of a body that is collected
    /// Bytes of bodies that come in at a time, over all connections; above them 503.
    std::size_t collected = std::size_t{64} * 1024 * 1024;
};

/// An HTTP/1.1 server on a TCP port or a unix socket, on the thread of its event loop.
class ApiServer {
public:
    ApiServer(boost::asio::io_context& context, EmulatorApi& service, ServerLimits limits);
    ApiServer(const ApiServer&) = delete;
    ApiServer& operator=(const ApiServer&) = delete;
    ApiServer(ApiServer&&) = delete;
    ApiServer& operator=(ApiServer&&) = delete;
    ~ApiServer();

    /// "HOST:PORT" (port 0 picks one) or "unix:PATH". Gives the address in effect, "HOST:PORT".
    base::Result<std::string> listen(std::string_view address);

    /// Takes over a socket that listens already.
    base::Result<void> listen(int descriptor);

    /// Calls `quiet` once every reply that was given has been sent, at the latest after `timeout`:
    /// a peer may not read.
    void when_quiet(std::chrono::milliseconds timeout, std::function<void()> quiet);

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace samara::rie
