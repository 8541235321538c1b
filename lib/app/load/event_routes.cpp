#include "app/load/event_routes.h"

#include "base/strings.h"
#include "data/accessors.h"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace samara::app {

namespace {

using data::Entry;
using data::Map;
using data::Value;

struct RouteEvent {
    std::string function;
    std::string event;
    base::Location where;
    bool rest = false;
    std::string api; ///< logical id; empty: the implicit one
    std::string method;
    std::string path;
};

const Map& properties_of(const Value& resource) {
    return data::members_of(resource.find("Properties"));
}

std::string_view text(const Map& map, std::string_view name) {
    const Value* value = map.find(name);
    return value == nullptr ? std::string_view() : value->text();
}

// Nothing for what is no route, and where the route depends on the deployment.
std::optional<RouteEvent> route_event(const Entry& function, const Entry& event) {
    const Value* type = event.value.find("Type");
    if (type == nullptr || (type->text() != "Api" && type->text() != "HttpApi")) {
        return std::nullopt;
    }
    const Map& properties = properties_of(event.value);
    RouteEvent route{function.key, event.key, event.key_where, type->text() == "Api", {}, {}, {}};
    route.path = text(properties, "Path");
    route.method = base::to_upper(text(properties, "Method"));
    const Value* id = properties.find(route.rest ? "RestApiId" : "ApiId");
    const Value* reference = id == nullptr ? nullptr : id->find("Ref");
    route.api = reference != nullptr ? reference->text()
                : id != nullptr      ? id->text()
                                     : std::string_view();
    if (route.path.empty() || route.method.empty() || (id != nullptr && route.api.empty())) {
        return std::nullopt;
    }
    if (route.method == "*" || route.method == "X-AMAZON-APIGATEWAY-ANY-METHOD") {
        route.method = "ANY";
    }
    return route;
}

base::Diagnostic diagnostic_of(
    const RouteEvent& route, base::Severity severity, std::string message, std::string hint) {
    base::Error error;
    error.resource = route.function;
    error.event = route.event;
    error.where = route.where;
    error.message = std::move(message);
    error.hint = std::move(hint);
    return {severity, std::move(error)};
}

bool has_route(const Map& definition, const RouteEvent& route) {
    const Value* paths = definition.find("paths");
    const Value* item = paths == nullptr ? nullptr : paths->find(route.path);
    for (const Entry& operation : data::members_of(item)) {
        const std::string method = base::to_upper(operation.key);
        if (method == route.method || method == "X-AMAZON-APIGATEWAY-ANY-METHOD" ||
            method.starts_with("FN::")) {
            return true;
        }
    }
    for (const Entry& entry : data::members_of(paths)) {
        if (entry.key.starts_with("Fn::")) {
            return true; // not known here
        }
    }
    return paths == nullptr || !paths->is_map();
}

void check_definition(
    const Map& resources, const RouteEvent& route, base::Diagnostics& diagnostics) {
    const Value* api = route.api.empty() ? nullptr : resources.find(route.api);
    const Value* type = api == nullptr ? nullptr : api->find("Type");
    if (type == nullptr || !type->text().starts_with("AWS::Serverless::")) {
        return;
    }
    const Value* definition = properties_of(*api).find("DefinitionBody");
    if (definition != nullptr && definition->is_map() && !has_route(*definition->as_map(), route)) {
        diagnostics.push_back(diagnostic_of(
            route,
            base::Severity::warning,
            fmt::format(
                "{} {} is not served: {} has a DefinitionBody of its own, which lacks it",
                route.method,
                route.path,
                route.api),
            "add the route to the DefinitionBody, or leave that out"));
    }
}

void take_out(Map& resources, const RouteEvent& route) {
    Value* properties = resources.find(route.function)->find("Properties");
    properties->find("Events")->as_map()->erase(route.event);
}

} // namespace

void settle_event_routes(Value& document, base::Diagnostics& diagnostics) {
    Value* section = document.find("Resources");
    if (section == nullptr || !section->is_map()) {
        return;
    }
    Map& resources = *section->as_map();
    std::map<std::tuple<bool, std::string, std::string, std::string>, RouteEvent> last;
    std::vector<std::pair<RouteEvent, RouteEvent>> hidden; // and by which
    for (const Entry& function : resources) {
        // What has a condition may be there instead of the other.
        if (function.value.find("Condition") != nullptr) {
            continue;
        }
        for (const Entry& event : data::members_of(properties_of(function.value).find("Events"))) {
            const auto route = route_event(function, event);
            if (!route) {
                continue;
            }
            check_definition(resources, *route, diagnostics);
            const auto [known, fresh] =
                last.try_emplace({route->rest, route->api, route->method, route->path}, *route);
            if (!fresh) {
                hidden.emplace_back(std::exchange(known->second, *route), *route);
            }
        }
    }
    for (const auto& [route, by] : hidden) {
        diagnostics.push_back(diagnostic_of(
            route,
            base::Severity::error,
            fmt::format(
                "{} {} is the route of {}.{}, too",
                route.method,
                route.path,
                by.function,
                by.event),
            "AWS refuses this at deployment, here the last one is served; give each a route of its "
            "own"));
        take_out(resources, route);
    }
}

} // namespace samara::app
