#include "gateway/route/closed.h"

#include "gateway/route/integration.h"
#include "gateway/route/model.h"

#include <algorithm>

namespace samara::gateway {

namespace {

/// An authorizer that opens for nobody, by the name of its reason.
std::string unsupported(Api& api, const std::string& reason) {
    api.authorizers.try_emplace(reason, Authorizer{reason, UnsupportedAuthorizer{reason}});
    return reason;
}

Api& api_of(const ClosedRoute& route, std::vector<Api>& apis) {
    const auto found =
        std::find_if(apis.begin(), apis.end(), [&](const Api& api) { return api.id == route.api; });
    if (found != apis.end()) {
        return *found;
    }
    Api api;
    api.kind = route.rest ? ApiKind::rest : ApiKind::http;
    api.id = route.api;
    api.stage = route.rest ? "Prod" : "$default";
    return apis.emplace_back(std::move(api));
}

void close_route(const ClosedRoute& closed, Api& api) {
    const auto found = std::find_if(api.routes.begin(), api.routes.end(), [&](const Route& route) {
        return route.method == closed.method && route.path == closed.path;
    });
    Route fresh;
    fresh.method = closed.method;
    fresh.path = closed.path;
    fresh.integration = UnsupportedIntegration{closed.reason, 502};
    if (found == api.routes.end() && !closed.protection) {
        api.routes.push_back(std::move(fresh));
        return;
    }
    if (!closed.protection) {
        return; // another event's route
    }
    Route& route = found == api.routes.end() ? api.routes.emplace_back(std::move(fresh)) : *found;
    route.access.authorizer = unsupported(api, closed.reason);
}

} // namespace

void close(const Closed& closed, std::vector<Api>& apis) {
    for (const ClosedRoute& route : closed.routes) {
        close_route(route, api_of(route, apis));
    }
    for (Api& api : apis) {
        for (auto& [name, authorizer] : api.authorizers) {
            if (const auto reason = closed.authorizers.find({api.id, name});
                reason != closed.authorizers.end()) {
                authorizer.method = UnsupportedAuthorizer{reason->second};
            }
        }
        for (Route& route : api.routes) {
            const LambdaIntegration* lambda = function_of(route.integration);
            const auto reason = lambda == nullptr ? closed.functions.end()
                                                  : closed.functions.find(lambda->function);
            if (reason != closed.functions.end()) {
                route.integration = UnsupportedIntegration{reason->second, 502, true};
            }
        }
        const auto whole = closed.apis.find(api.id);
        if (whole == closed.apis.end()) {
            continue;
        }
        if (api.websocket &&
            std::none_of(api.routes.begin(), api.routes.end(), [](const auto& route) {
                return route.path == "$connect";
            })) { // else nobody would be asked who connects
            Route& connect = api.routes.emplace_back();
            connect.method = "ANY";
            connect.path = "$connect";
            connect.integration = UnsupportedIntegration{whole->second, 501};
        }
        const std::string none = unsupported(api, whole->second);
        for (Route& route : api.routes) {
            route.access.authorizer = none;
        }
    }
}

} // namespace samara::gateway
