#include "app/run/connections_endpoint.h"

#include <fmt/format.h>

namespace samara::app {

namespace {

bool has_sockets(Application& application) {
    bool found = false;
    application.for_each_stack([&](Application& stack) {
        for (const data::Entry& entry : *stack.sections().resources) {
            const data::Value* type = entry.value.find("Type");
            const data::Value* properties = entry.value.find("Properties");
            const data::Value* protocol =
                properties == nullptr ? nullptr : properties->find("ProtocolType");
            found = found || (type != nullptr && type->text() == "AWS::ApiGatewayV2::Api" &&
                              protocol != nullptr && protocol->text() == "WEBSOCKET");
        }
    });
    return found;
}

/// Whether who listens on `host` is reached at `address`.
bool covers(const std::string& host, const std::string& address) {
    return host == address || host == "0.0.0.0" || host == "::" ||
           (host == "localhost" && address == "127.0.0.1");
}

} // namespace

ConnectionsEndpoint connections_endpoint(
    Application& application,
    engine::Engine& engine,
    const ServeOptions& options,
    const base::Log& log,
    const os::Cancellation& cancel) {
    if (!options.serves_apis || options.port == 0 || !has_sockets(application)) {
        return {};
    }
    const auto address = engine.host_address(options.run.network, cancel);
    if (!address) {
        log.warning(
            fmt::format("Functions do not reach connections: {}", to_string(address.error())));
        return {};
    }
    const char* const scheme = options.ssl_certificate.empty() ? "http" : "https";
    return {
        fmt::format("{}://{}:{}", scheme, *address, options.port),
        covers(options.host, *address) ? std::string() : *address};
}

} // namespace samara::app
