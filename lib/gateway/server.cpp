#include "gateway/server.h"

#include <fmt/format.h>

namespace samara::gateway {

Server::Server(std::shared_ptr<Gateway> gateway, net::HttpServer http, std::string address)
    : gateway_(std::move(gateway)), http_(std::move(http)), address_(std::move(address)) {}

base::Result<Server> Server::start(std::vector<Api> apis, Invoke invoke, ServerOptions options) {
    const bool tls = options.http.tls.has_value();
    const std::string host = options.http.host;
    options.gateway.tls = tls;
    options.gateway.port = options.http.port;
    auto gateway =
        std::make_shared<Gateway>(std::move(apis), std::move(invoke), std::move(options.gateway));
    auto http =
        net::HttpServer::start(std::move(options.http), [gateway](const net::HttpRequest& request) {
            return gateway->handle(request);
        });
    if (!http) {
        return tl::unexpected(std::move(http.error()));
    }
    std::string address = fmt::format("{}://{}:{}", tls ? "https" : "http", host, http->port());
    return Server(std::move(gateway), std::move(*http), std::move(address));
}

} // namespace samara::gateway
