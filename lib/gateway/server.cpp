#include "gateway/server.h"

namespace samara::gateway {

Server::Server(std::shared_ptr<Gateway> gateway, net::HttpServer http)
    : gateway_(std::move(gateway)), http_(std::move(http)) {}

base::Result<Server>
Server::start(std::vector<Api> apis, serving::Invoke invoke, ServerOptions options) {
    options.gateway.tls = options.http.tls.has_value();
    auto gateway =
        std::make_shared<Gateway>(std::move(apis), std::move(invoke), std::move(options.gateway));
    auto http = net::HttpServer::start(
        std::move(options.http),
        [gateway, before = std::move(options.before_request)](const net::HttpRequest& request) {
            if (before) {
                before();
            }
            return gateway->handle(request);
        });
    if (!http) {
        return tl::unexpected(std::move(http.error()));
    }
    gateway->set_port(http->port());
    return Server(std::move(gateway), std::move(*http));
}

} // namespace samara::gateway
