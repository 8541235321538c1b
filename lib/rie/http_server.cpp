#include "rie/http_server.h"

#include "base/try.h"
#include "rie/http_connection.h"

#include <cerrno>
#include <cstdlib>
#include <type_traits>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <sys/socket.h>
#include <unistd.h>

namespace samara::rie {

namespace asio = boost::asio;

namespace {

using ErrorCode = boost::system::error_code;

struct TcpAddress {
    std::string host;
    std::string port;
};

base::Result<TcpAddress> parse_address(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon + 1 == text.size()) {
        return base::fail(fmt::format("'{}' is not HOST:PORT", text));
    }
    std::string host(text.substr(0, colon));
    if (host.size() > 2 && host.front() == '[') {
        host = host.substr(1, host.size() - 2);
    }
    if (host.empty() || host == "localhost") {
        host = host.empty() ? "0.0.0.0" : "127.0.0.1";
    }
    return TcpAddress{host, std::string(text.substr(colon + 1))};
}

} // namespace

struct HttpServer::State {
    State(asio::io_context& io, HttpService& served, ServerLimits given)
        : context(io), service(served), limits(given), tcp(io), local(io), pause(io) {}

    template <class Acceptor>
    void accept(Acceptor& acceptor, const std::shared_ptr<State>& self) {
        acceptor.async_accept([this, &acceptor, self](const ErrorCode& error, auto socket) {
            if (error == asio::error::operation_aborted) {
                return;
            }
            if (error) { // too few descriptors: until some connection has given its own back
                pause.expires_after(std::chrono::milliseconds(50));
                pause.async_wait([this, &acceptor, self](const ErrorCode& stopped) {
                    if (!stopped) {
                        accept(acceptor, self);
                    }
                });
                return;
            }
            if (traffic->connections < limits.connections) {
                ErrorCode ignored;
                if constexpr (std::is_same_v<decltype(socket), asio::ip::tcp::socket>) {
                    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
                }
                asio::co_spawn(
                    context,
                    serve_connection(StreamSocket(std::move(socket)), service, limits, traffic),
                    asio::detached);
            }
            accept(acceptor, self);
        });
    }

    base::Result<std::string> listen_local(const std::string& path);
    base::Result<std::string> listen_tcp(const TcpAddress& address);

    asio::io_context& context;
    HttpService& service;
    ServerLimits limits;
    std::shared_ptr<Traffic> traffic = std::make_shared<Traffic>();
    asio::ip::tcp::acceptor tcp;
    asio::local::stream_protocol::acceptor local;
    asio::steady_timer pause;
};

base::Result<std::string> HttpServer::State::listen_local(const std::string& path) {
    ErrorCode error;
    if (path.size() >= 108) { // sockaddr_un::sun_path
        return base::fail(fmt::format("The socket path {} is longer than 107 bytes", path));
    }
    ::unlink(path.c_str());
    local.open({}, error);
    if (!error) {
        local.bind({path}, error);
    }
    if (!error) {
        local.listen(asio::socket_base::max_listen_connections, error);
    }
    if (error) {
        return base::fail(fmt::format("cannot listen on {}: {}", path, error.message()));
    }
    return path;
}

base::Result<std::string> HttpServer::State::listen_tcp(const TcpAddress& address) {
    ErrorCode error;
    const auto host = asio::ip::make_address(address.host, error);
    const long port = std::strtol(address.port.c_str(), nullptr, 10);
    if (error || port < 0 || port > 65535) {
        return base::fail(
            fmt::format("'{}:{}' is not an address and a port", address.host, address.port));
    }
    const asio::ip::tcp::endpoint endpoint(host, static_cast<std::uint16_t>(port));
    tcp.open(endpoint.protocol(), error);
    if (!error) {
        tcp.set_option(asio::socket_base::reuse_address(true), error);
        tcp.bind(endpoint, error);
    }
    if (!error) {
        tcp.listen(asio::socket_base::max_listen_connections, error);
    }
    if (error) {
        ErrorCode ignored;
        tcp.close(ignored);
        return base::fail(
            fmt::format("cannot listen on {}:{}: {}", address.host, address.port, error.message()));
    }
    return fmt::format("{}:{}", address.host, tcp.local_endpoint().port());
}

HttpServer::HttpServer(asio::io_context& context, HttpService& service, ServerLimits limits)
    : state_(std::make_shared<State>(context, service, limits)) {}

HttpServer::~HttpServer() {
    ErrorCode ignored;
    state_->tcp.close(ignored);
    state_->local.close(ignored);
    state_->pause.cancel();
}

base::Result<std::string> HttpServer::listen(std::string_view address) {
    if (address.starts_with("unix:")) {
        auto listening = state_->listen_local(std::string(address.substr(5)));
        if (listening) {
            state_->accept(state_->local, state_);
        }
        return listening;
    }
    TRY_ASSIGN(auto parsed, parse_address(address));
    auto listening = state_->listen_tcp(parsed);
    if (listening) {
        state_->accept(state_->tcp, state_);
    }
    return listening;
}

base::Result<void> HttpServer::listen(int descriptor) {
    ErrorCode error;
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        error.assign(errno, boost::system::system_category());
    } else if (address.ss_family == AF_UNIX) {
        state_->local.assign({}, descriptor, error);
    } else {
        state_->tcp.assign(
            address.ss_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(),
            descriptor,
            error);
    }
    if (error) {
        return base::fail(
            fmt::format("descriptor {} is no listening socket: {}", descriptor, error.message()));
    }
    if (state_->local.is_open()) {
        state_->accept(state_->local, state_);
    } else {
        state_->accept(state_->tcp, state_);
    }
    return {};
}

void HttpServer::when_quiet(std::chrono::milliseconds patience, std::function<void()> quiet) {
    state_->pause.cancel();
    state_->traffic->quiet = std::move(quiet);
    auto late = std::make_shared<asio::steady_timer>(state_->context, patience);
    late->async_wait([late, traffic = state_->traffic](const ErrorCode& /*error*/) {
        if (traffic->quiet) {
            std::exchange(traffic->quiet, nullptr)();
        }
    });
    // Not from within: who asks for it may still be at work.
    asio::post(state_->context, [traffic = state_->traffic] { traffic->settle(); });
}

} // namespace samara::rie
