#pragma once

#include "gateway/gateway.h"
#include "net/http_server.h"

#include <functional>
#include <string>
#include <vector>

namespace samara::gateway {

struct ServerOptions {
    net::HttpServerOptions http;
    GatewayOptions gateway; ///< tls is filled in
    /// Called before a request is looked at, from any thread: applies what has changed. May be
    /// empty.
    std::function<void()> before_request;
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

    /// Applies other routes; no request is dropped.
    void replace(std::vector<Api> apis) { gateway_->replace(std::move(apis)); }

    /// Ends: no new connections, running requests get their grace.
    void stop() { http_.stop(); }

private:
    Server(std::shared_ptr<Gateway> gateway, net::HttpServer http);

    std::shared_ptr<Gateway> gateway_;
    net::HttpServer http_; // stops before the gateway goes
};

} // namespace samara::gateway
