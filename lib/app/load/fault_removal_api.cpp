#include "app/load/fault_removal.h"
#include "base/strings.h"
#include "data/accessors.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

// What is taken out of APIs and their routes; what protected something is closed for it.
namespace samara::app {

namespace {

using data::Map;
using data::Value;

bool is_api_event(std::string_view type) {
    return type == "Api" || type == "HttpApi";
}

Value authorizer_without_function(bool http) {
    Map authorizer{{"FunctionArn", gateway::no_function}};
    if (http) {
        authorizer.set("AuthorizerPayloadFormatVersion", "2.0");
    }
    return authorizer;
}

// Members of a definition that say who may call.
bool protects(std::string_view member) {
    static constexpr std::array<std::string_view, 4> members{
        "security", "securityDefinitions", "components", "x-amazon-apigateway-policy"};
    return std::find(members.begin(), members.end(), member) != members.end();
}

} // namespace

std::optional<std::string> FaultRemoval::in_event(const Keys& keys, const base::Error& error) {
    const Keys event(keys.begin(), keys.begin() + 5);
    const Value* value = at(event);
    if (value == nullptr) {
        return std::nullopt;
    }
    const bool routes = is_api_event(data::text_of(*value, "Type"));
    const std::string property = keys.size() > 6 && keys[5] == "Properties" ? keys[6] : "";
    // Without its API it would be a route of another one, which may be open.
    const bool moves = routes && (property == "RestApiId" || property == "ApiId");
    if (!property.empty() && !moves && first_time(Keys(keys.begin(), keys.begin() + 7))) {
        if (routes && property == "Auth") {
            close_route(event, error, true);
        }
        if (erase(keys, 7)) {
            return left_out(Keys(keys.begin(), keys.begin() + 7));
        }
    }
    if (routes) {
        close_route(event, error, false);
    }
    return erase(keys, 5) ? std::optional(left_out(event)) : std::nullopt;
}

std::optional<std::string> FaultRemoval::in_api(const Keys& keys, const base::Error& error) {
    if (keys[3] == "Auth") {
        return in_auth(keys, error);
    }
    if (keys[3] == "DefinitionBody") {
        return in_definition(keys, error);
    }
    if (keys[3] == "StageName") {
        return std::nullopt;
    }
    return erase(keys, 4) ? std::optional(left_out(Keys(keys.begin(), keys.begin() + 4)))
                          : std::nullopt;
}

std::optional<std::string> FaultRemoval::in_auth(const Keys& keys, const base::Error& error) {
    const std::string& id = keys[1];
    if (keys.size() > 5 && keys[4] == "Authorizers" &&
        first_time(Keys(keys.begin(), keys.begin() + 6))) {
        return close_authorizer(id, keys[5], error);
    }
    if (keys.size() > 4 && keys[4] == "DefaultAuthorizer" &&
        first_time(Keys(keys.begin(), keys.begin() + 5))) {
        const Value* name = at(Keys(keys.begin(), keys.begin() + 5));
        if (name != nullptr && name->is_string() && name->text() != "AWS_IAM") {
            return close_authorizer(id, std::string(name->text()), error);
        }
    }
    static constexpr std::array<std::string_view, 3> harmless{
        "UsagePlan", "InvokeRole", "AddDefaultAuthorizerToCorsPreflight"};
    if (keys.size() > 4 && std::find(harmless.begin(), harmless.end(), keys[4]) != harmless.end() &&
        erase(keys, 5)) {
        return left_out(Keys(keys.begin(), keys.begin() + 5));
    }
    return close_whole(keys, error);
}

std::optional<std::string> FaultRemoval::close_whole(const Keys& auth, const base::Error& error) {
    if (!erase(auth, 4)) {
        return std::nullopt;
    }
    close_api(auth[1], error);
    return fmt::format("every route of {} answers 501", auth[1]);
}

std::optional<std::string> FaultRemoval::in_definition(const Keys& keys, const base::Error& error) {
    const std::string& id = keys[1];
    const bool in_path = keys.size() > 5 && keys[4] == "paths";
    if (in_path) {
        const std::size_t depth = std::min<std::size_t>(keys.size(), 7);
        if (depth == 7) {
            std::string method = base::to_upper(keys[6]);
            if (method == "X-AMAZON-APIGATEWAY-ANY-METHOD") {
                method = "ANY";
            }
            closed.routes.push_back(
                {id, type_of(id) == rest_type, std::move(method), keys[5], error.message, false});
        }
        if (erase(keys, depth)) {
            return left_out(Keys(keys.begin(), keys.begin() + static_cast<long>(depth)));
        }
    }
    const std::size_t depth = std::min<std::size_t>(keys.size(), 5);
    if (!erase(keys, depth)) {
        return std::nullopt;
    }
    if (depth == 4 || protects(keys[4])) {
        close_api(id, error);
        return fmt::format("every route of {} answers 501", id);
    }
    return left_out(Keys(keys.begin(), keys.begin() + static_cast<long>(depth)));
}

std::string FaultRemoval::close_authorizer(
    const std::string& api, const std::string& name, const base::Error& error) {
    Value* authorizers = at({"Resources", api, "Properties", "Auth"});
    Value& list = (*authorizers->as_map())["Authorizers"];
    if (!list.is_map()) {
        list = Map{};
    }
    list.as_map()->set(name, authorizer_without_function(type_of(api) == http_type));
    closed.authorizers.emplace(
        std::pair(api, name), fmt::format("authorizer '{}': {}", name, error.message));
    return fmt::format("the routes of authorizer '{}' answer 501", name);
}

void FaultRemoval::close_route(const Keys& event, const base::Error& error, bool protection) {
    const Value* value = at(event);
    const Value* properties = value->find("Properties");
    const bool rest = data::text_of(*value, "Type") == "Api";
    if (properties == nullptr) {
        return;
    }
    gateway::ClosedRoute route;
    route.rest = rest;
    route.api = rest ? "ServerlessRestApi" : "ServerlessHttpApi";
    if (const Value* id = properties->find(rest ? "RestApiId" : "ApiId")) {
        const Value* reference = id->find("Ref");
        route.api = reference == nullptr ? data::scalar_text(*id) : data::scalar_text(*reference);
    }
    route.path = data::text_of(*properties, "Path");
    route.method = base::to_upper(data::text_of(*properties, "Method"));
    if (route.method.empty() || route.method == "*" ||
        route.method == "X-AMAZON-APIGATEWAY-ANY-METHOD") {
        route.method = "ANY";
    }
    if (route.path.empty() && rest) {
        return;
    }
    if (route.path.empty()) {
        route.path = "$default";
    }
    route.reason = error.message;
    route.protection = protection;
    closed.routes.push_back(std::move(route));
}

void FaultRemoval::close_api(const std::string& id, const base::Error& error) {
    closed.apis.emplace(id, error.message);
}

} // namespace samara::app
