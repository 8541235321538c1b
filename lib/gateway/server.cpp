#include "gateway/server.h"

#include "base/try.h"
#include "gateway/message/response.h"
#include "net/wait.h"

#include <algorithm>
#include <iterator>

namespace samara::gateway {

/// What a request comes to first.
struct Server::Front {
    std::shared_ptr<Gateway> gateway;
    // Ends where it may wait, hence not with the last connection: a server that runs is younger.
    std::weak_ptr<SocketServer> sockets;
    serving::BeforeRequest before_request;
    ServerOptions::OwnPages own_pages;
};

base::Task<net::HttpResponse>
Server::serve(std::shared_ptr<const Front> front, net::HttpRequest request) {
    const bool own = front->own_pages.takes && front->own_pages.takes(request);
    if (request.too_large && (own || front->sockets.lock()->takes(request))) {
        co_return message_response(413, net::reason_phrase(413));
    }
    if (!own && front->before_request) {
        co_await front->before_request();
    }
    const std::shared_ptr<SocketServer> sockets = front->sockets.lock();
    if (!own && !sockets->takes(request)) {
        co_return co_await front->gateway->serve(std::move(request));
    }
    const bool may_wait = co_await net::to_thread();
    if (!may_wait) {
        co_return message_response(503, net::reason_phrase(503));
    }
    co_return own ? front->own_pages.handle(request)
                  : sockets->handle(request).value_or(net::HttpResponse{404, {}, {}});
}

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
            {options.gateway.authorization,
             options.gateway.log,
             options.gateway.recorder,
             options.gateway.access_log,
             options.gateway.stage_log_lines},
            serving::PageGuard(std::move(options.allowed_hosts)),
            options.before_request});
    const base::Log log = options.gateway.log;
    auto gateway =
        std::make_shared<Gateway>(std::move(apis), std::move(invoke), std::move(options.gateway));
    net::HttpServerOptions management_options = options.http;
    options.http.answers_larger = true;
    const auto front = std::make_shared<const Front>(
        Front{gateway, sockets, std::move(options.before_request), std::move(options.own_pages)});
    TRY_ASSIGN(
        auto http,
        net::HttpServer::start(std::move(options.http), [front](net::HttpRequest request) {
            return serve(front, std::move(request));
        }));
    gateway->set_port(http.port());
    std::optional<net::HttpServer> management;
    if (!options.management_host.empty()) {
        management_options.host = options.management_host;
        management_options.port = http.port();
        auto server = net::HttpServer::start(
            std::move(management_options), [front](const net::HttpRequest& request) {
                return front->sockets.lock()->manage(request).value_or(
                    net::HttpResponse{404, {}, {}});
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
