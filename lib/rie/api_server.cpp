#include "rie/api_server.h"

#include "base/try.h"
#include "net/connection.h"
#include "net/listener.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace samara::rie {

namespace asio = boost::asio;

namespace {

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

base::Result<net::Socket>
listen_at(const sockaddr* address, socklen_t size, const std::string& name) {
    net::Socket socket(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int yes = 1;
    if (!socket.valid() ||
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        ::bind(socket.get(), address, size) != 0 ||
        ::listen(socket.get(), net::listen_backlog) != 0) {
        return base::fail(
            fmt::format("cannot listen on {}: {}", name, std::generic_category().message(errno)));
    }
    return socket;
}

base::Result<net::Socket> listen_local(const std::string& path) {
    sockaddr_un address{};
    if (path.size() >= sizeof address.sun_path) {
        return base::fail(fmt::format("The socket path {} is longer than 107 bytes", path));
    }
    address.sun_family = AF_UNIX;
    std::memcpy(static_cast<char*>(address.sun_path), path.data(), path.size());
    ::unlink(path.c_str());
    return listen_at(reinterpret_cast<const sockaddr*>(&address), sizeof address, path);
}

base::Result<net::Socket> listen_tcp(const TcpAddress& address) {
    const std::string name = fmt::format("{}:{}", address.host, address.port);
    char* end = nullptr;
    const long port = std::strtol(address.port.c_str(), &end, 10);
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (*end == '\0' && port >= 0 && port <= 65535) {
        const auto number = htons(static_cast<std::uint16_t>(port));
        if (::inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr) == 1) {
            v4.sin_family = AF_INET;
            v4.sin_port = number;
            return listen_at(reinterpret_cast<const sockaddr*>(&v4), sizeof v4, name);
        }
        if (::inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr) == 1) {
            v6.sin6_family = AF_INET6;
            v6.sin6_port = number;
            return listen_at(reinterpret_cast<const sockaddr*>(&v6), sizeof v6, name);
        }
    }
    return base::fail(fmt::format("'{}' is not an address and a port", name));
}

net::HttpResponse to_response(HttpReply reply) {
    net::HttpResponse response;
    response.status = static_cast<int>(reply.status);
    response.headers = std::move(reply.headers);
    response.body = std::move(reply.body);
    if (net::header_text(response.headers, "Content-Type").empty() && response.status != 204) {
        response.headers.push_back({"Content-Type", "application/json"});
    }
    return response;
}

/// The way back as the emulator knows it. Let go without an answer, it ends the connection.
class ReplyExchange : public Exchange {
public:
    explicit ReplyExchange(net::ReplyHandle handle) : handle_(std::move(handle)) {}

    void reply(HttpReply reply) override { handle_.send(to_response(std::move(reply))); }

    void begin(HttpReply head) override { handle_.begin(to_response(std::move(head))); }

    void write(std::string bytes, std::function<void()> written) override {
        handle_.write(
            std::move(bytes), [written = std::move(written)](bool /*open*/) { written(); });
    }

    void finish(Headers trailers) override { handle_.finish(std::move(trailers)); }

    void abort() override { handle_.abort(); }

    /// For who has not kept it.
    [[nodiscard]] net::ReplyHandle give_back() { return std::move(handle_); }

private:
    net::ReplyHandle handle_;
};

/// The emulator's services, as the server of net/ asks them.
class ServiceAdapter : public net::HttpService {
public:
    explicit ServiceAdapter(rie::EmulatorApi& service) : service_(service) {}

    net::Intake open(const HttpRequest& head, net::ReplyHandle& reply) override {
        auto exchange = std::make_shared<ReplyExchange>(std::move(reply));
        std::shared_ptr<BodySink> sink = service_.open(head, exchange);
        if (!sink) {
            reply = exchange->give_back();
        }
        return {std::move(sink), service_.body_limit(head), false};
    }

    void serve(HttpRequest request, net::ReplyHandle reply) override {
        service_.serve(std::move(request), std::make_shared<ReplyExchange>(std::move(reply)));
    }

private:
    rie::EmulatorApi& service_;
};

net::ConnectionLimits limits_of(const ServerLimits& limits) {
    constexpr std::size_t most_headers = 1000;
    constexpr std::size_t kilobyte = 1024;
    return {{64 * kilobyte, most_headers}, limits.head, limits.body, {}, {}, kilobyte * kilobyte};
}

} // namespace

struct ApiServer::State : std::enable_shared_from_this<ApiServer::State> {
    State(asio::io_context& io, EmulatorApi& served, ServerLimits given)
        : context(io), adapter(served), limits(given),
          share(std::make_shared<net::ServerShare>(adapter, limits_of(given), given.collected)),
          deadlines(std::make_shared<net::Deadlines>(io, share->limits)) {
        share->closed = [count = connections](const auto& /*connection*/) { --*count; };
    }

    void accept(net::Socket listening) {
        listener = std::make_shared<net::Listener>(
            context, std::move(listening), [weak = weak_from_this()](net::Accepted accepted) {
                return take(weak, std::move(accepted));
            });
        listener->start();
    }

    static net::Awaitable<void> take(std::weak_ptr<State> weak, net::Accepted accepted) {
        const std::shared_ptr<State> self = weak.lock();
        if (self && *self->connections < self->limits.connections) {
            ++*self->connections;
            net::make_plain_connection(
                self->context, std::move(accepted), self->share, self->deadlines)
                ->start();
        }
        co_return;
    }

    asio::io_context& context;
    ServiceAdapter adapter;
    ServerLimits limits;
    std::shared_ptr<std::size_t> connections = std::make_shared<std::size_t>(0);
    std::shared_ptr<net::ServerShare> share;
    std::shared_ptr<net::Deadlines> deadlines;
    std::shared_ptr<net::Listener> listener;
};

ApiServer::ApiServer(asio::io_context& context, EmulatorApi& service, ServerLimits limits)
    : state_(std::make_shared<State>(context, service, limits)) {}

ApiServer::~ApiServer() {
    if (state_->listener) {
        state_->listener->stop();
    }
}

base::Result<std::string> ApiServer::listen(std::string_view address) {
    if (address.starts_with("unix:")) {
        const std::string path(address.substr(5));
        TRY_ASSIGN(auto listening, listen_local(path));
        state_->accept(std::move(listening));
        return path;
    }
    TRY_ASSIGN(auto parsed, parse_address(address));
    TRY_ASSIGN(auto listening, listen_tcp(parsed));
    const std::uint16_t port = net::local_port(listening);
    state_->accept(std::move(listening));
    return fmt::format("{}:{}", parsed.host, port);
}

base::Result<void> ApiServer::listen(int descriptor) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    const int flags = ::fcntl(descriptor, F_GETFL);
    if (flags < 0 || ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0 ||
        ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        return base::fail(fmt::format(
            "descriptor {} is no listening socket: {}",
            descriptor,
            std::generic_category().message(errno)));
    }
    state_->accept(net::Socket(descriptor));
    return {};
}

void ApiServer::when_quiet(std::chrono::milliseconds timeout, std::function<void()> quiet) {
    if (state_->listener) {
        state_->listener->stop();
    }
    const std::shared_ptr<net::Traffic> traffic = state_->share->traffic;
    traffic->quiet = std::move(quiet);
    auto late = std::make_shared<net::Timer>(state_->context, timeout);
    late->async_wait([late, traffic](const net::ErrorCode& /*error*/) {
        if (traffic->quiet) {
            std::exchange(traffic->quiet, nullptr)();
        }
    });
    // Not from within: who asks for it may still be at work.
    asio::post(state_->context, [traffic] { traffic->settle(); });
}

} // namespace samara::rie
