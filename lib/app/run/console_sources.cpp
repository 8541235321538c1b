#include "app/run/console_sources.h"

#include <chrono>

namespace samara::app {

namespace {

void add(std::vector<console::RouteLine>& lines, std::vector<gateway::RouteSummary> routes) {
    for (gateway::RouteSummary& route : routes) {
        lines.push_back(
            {std::move(route.api),
             std::move(route.kind),
             std::move(route.method),
             std::move(route.path),
             std::move(route.function),
             std::move(route.target),
             std::move(route.protection),
             std::move(route.closed)});
    }
}

std::vector<console::ConnectionLine> lines_of(const gateway::Connections& connections) {
    std::vector<console::ConnectionLine> lines;
    for (const gateway::Connections::View& view : connections.list()) {
        const gateway::SocketClient& client = *view.client;
        lines.push_back(
            {client.id, client.api, client.source_ip, client.connected_at, view.last_active});
    }
    return lines;
}

} // namespace

console::Sources console_sources(
    LiveApplication& live, const gateway::Server& server, const gateway::FunctionUrls& urls) {
    console::Sources sources;
    sources.routes = [&server, &urls] {
        std::vector<console::RouteLine> lines;
        add(lines, server.routes());
        add(lines, urls.routes());
        return lines;
    };
    sources.functions = [&live] { return live.invoker().states(); };
    sources.variables = [&live] { return live.invoker().variables(); };
    sources.connections = [&server] { return lines_of(server.connections()); };
    sources.send = [&server](std::string_view id, std::string text) {
        return server.connections().send(
            id, std::move(text), false, std::chrono::system_clock::now());
    };
    sources.before_replay = [&live] { live.catch_up().now(); };
    return sources;
}

} // namespace samara::app
