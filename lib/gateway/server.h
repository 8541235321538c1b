#pragma once

#include "gateway/gateway.h"
#include "gateway/websocket/socket_server.h"
#include "net/http_server.h"
#include "serving/before_request.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace samara::gateway {

struct ServerOptions {
    net::HttpServerOptions http;
    GatewayOptions gateway; ///< tls is filled in
    /// May be empty.
    serving::BeforeRequest before_request;

    /// Pages of the program's own, which come before all else. May be empty.
    struct OwnPages {
        std::function<bool(const net::HttpRequest&)> takes; ///< does not wait
        std::function<net::HttpResponse(const net::HttpRequest&)> handle;
    } own_pages;

    std::vector<Api> sockets; ///< WebSocket APIs
    /// Where else the management API of their connections is served, on the same port; empty:
    /// nowhere. For functions in containers.
    std::string management_host;
    std::vector<std::string> allowed_hosts; ///< that API's, see serving::PageGuard
};

/// A gateway on the network, from construction to destruction.
class Server {
public:
    /// Fails when it cannot listen (port in use) or the TLS files cannot be used.
    static base::Result<Server>
    start(std::vector<Api> apis, serving::Invoke invoke, ServerOptions options);

    /// "http://127.0.0.1:3000"
    [[nodiscard]] const std::string& address() const { return http_.address(); }

    [[nodiscard]] std::uint16_t port() const { return http_.port(); }

    /// What to print at start and after a reload, see to_string(Mount, address()).
    [[nodiscard]] std::vector<Mount> mounts() const { return gateway_->mounts(); }

    /// The same of its WebSocket APIs, a line each.
    [[nodiscard]] std::vector<std::string> socket_lines() const {
        return sockets_->lines(address());
    }

    /// What is served, WebSocket APIs last.
    [[nodiscard]] std::vector<RouteSummary> routes() const;

    /// The clients of WebSocket APIs.
    [[nodiscard]] Connections& connections() const { return sockets_->connections(); }

    /// Applies other routes; no request and no connection is dropped.
    void replace(std::vector<Api> apis, std::vector<Api> sockets = {});

    /// Ends: no new connections, running requests get their grace.
    void stop();

private:
    struct Front;

    static base::Task<net::HttpResponse>
    serve(std::shared_ptr<const Front> front, net::HttpRequest request);

    Server(
        std::shared_ptr<Gateway> gateway,
        std::shared_ptr<SocketServer> sockets,
        net::HttpServer http,
        std::optional<net::HttpServer> management);

    std::shared_ptr<Gateway> gateway_;
    std::shared_ptr<SocketServer> sockets_;
    net::HttpServer http_; // stops before the gateway goes
    std::optional<net::HttpServer> management_;
};

} // namespace samara::gateway
