#pragma once

#include "base/error.h"
#include "rie/http.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace samara::rie {

/// An HTTP/1.1 server on a TCP port or a unix socket, on the thread of its event loop.
class HttpServer {
public:
    HttpServer(boost::asio::io_context& context, HttpService& service);
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    HttpServer(HttpServer&&) = delete;
    HttpServer& operator=(HttpServer&&) = delete;
    ~HttpServer();

    /// "HOST:PORT" (port 0 picks one) or "unix:PATH". Gives the address in effect, "HOST:PORT".
    base::Result<std::string> listen(std::string_view address);

    /// Takes over a socket that listens already.
    base::Result<void> listen(int descriptor);

    /// Calls `quiet` once every reply that was given has been sent.
    void when_quiet(std::function<void()> quiet);

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace samara::rie
