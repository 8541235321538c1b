#include "gateway/server.h"

#include "base/try.h"

#include <algorithm>
#include <iterator>

namespace samara::gateway {

Server::Server(
    std::shared_ptr<Gateway> gateway,
    std::shared_ptr<SocketServer> sockets,
    net::HttpServer http,
    std::optional<net::HttpServer> management)
    : gateway_(std::move(gateway)), sockets_(std::move(sockets)), http_(std::move(http)),
      management_(std::move(management)) {}

base::Result<Server>
Server::start(std::vector<Api> apis, serving::Invoke invoke, ServerOptions options) {
    options.gateway.tls = options.http.tls.has_value();
    auto sockets = std::make_shared<SocketServer>(
        std::move(options.sockets),
        invoke,
        SocketServerOptions{
            {options.gateway.authorization, options.gateway.log, options.gateway.recorder},
            serving::PageGuard(std::move(options.allowed_hosts)),
            options.gateway.access_log,
            options.before_request});
    const base::Log log = options.gateway.log;
    auto gateway =
        std::make_shared<Gateway>(std::move(apis), std::move(invoke), std::move(options.gateway));
    net::HttpServerOptions management_options = options.http;
    // Ends where it may wait, hence not with the last connection: a server that runs is younger.
    const std::weak_ptr<SocketServer> served = sockets;
    TRY_ASSIGN(
        auto http,
        net::HttpServer::start(
            std::move(options.http),
            [gateway,
             served,
             before = std::move(options.before_request),
             own_pages = std::move(options.own_pages)](net::HttpRequest request) {
                if (own_pages) {
                    if (auto page = own_pages(request)) {
                        return std::move(*page);
                    }
                }
                if (before) {
                    before();
                }
                auto answer = served.lock()->handle(request);
                return answer ? std::move(*answer) : gateway->handle(std::move(request));
            }));
    gateway->set_port(http.port());
    std::optional<net::HttpServer> management;
    if (!options.management_host.empty()) {
        management_options.host = options.management_host;
        management_options.port = http.port();
        auto server = net::HttpServer::start(
            std::move(management_options), [served](const net::HttpRequest& request) {
                return served.lock()->manage(request).value_or(net::HttpResponse{404, {}, {}});
            });
        if (server) {
            management = std::move(*server);
        } else {
            log.warning("Functions do not reach connections: " + to_string(server.error()));
        }
    }
    return Server(std::move(gateway), std::move(sockets), std::move(http), std::move(management));
}

std::vector<RouteSummary> Server::routes() const {
    std::vector<RouteSummary> routes = gateway_->routes();
    std::vector<RouteSummary> of_sockets = sockets_->routes();
    std::move(of_sockets.begin(), of_sockets.end(), std::back_inserter(routes));
    return routes;
}

void Server::replace(std::vector<Api> apis, std::vector<Api> sockets) {
    gateway_->replace(std::move(apis));
    sockets_->replace(std::move(sockets));
}

void Server::stop() {
    sockets_->begin_stop();
    http_.stop();
    sockets_->stop(); // what runs may still ask for connections
    if (management_) {
        management_->stop();
    }
}

} // namespace samara::gateway
