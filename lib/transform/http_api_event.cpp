#include "transform/http_api_event.h"

#include "base/strings.h"
#include "transform/api_paths.h"
#include "transform/expanders.h"
#include "transform/function_event.h"
#include "transform/http_openapi.h"
#include "transform/intrinsics.h"

#include <fmt/format.h>

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

std::optional<HttpRoute> http_route(const Map& event) {
    const auto present = [&](std::string_view name) {
        const Value* value = event.find(name);
        return value != nullptr && !value->is_null();
    };
    HttpRoute route;
    if (!present("Path") && !present("Method")) {
        route.path = default_path;
        route.method = any_method;
        return route;
    }
    const Value* path = event.find("Path");
    const Value* method = event.find("Method");
    if (path == nullptr || method == nullptr || !path->is_string() || !method->is_string()) {
        return std::nullopt;
    }
    route.path = *path->as_string();
    route.method = openapi_method(method->text());
    return route;
}

Map* http_api_of(Context& context, const Map& event, std::string* id) {
    const Value* api = event.find("ApiId");
    if (api == nullptr) {
        return nullptr;
    }
    const Value* reference = argument_of(*api, "Ref");
    const std::string_view name = reference != nullptr ? reference->text() : api->text();
    if (id != nullptr) {
        *id = name;
    }
    return context.find_resource(name, "AWS::Serverless::HttpApi");
}

namespace {

std::string to_upper(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return result;
}

// Trailing slashes do not count for API Gateway; path parameters match anything.
std::string permission_path(std::string_view path) {
    if (path == default_path || path == "/$default") {
        return path == default_path ? "" : "/$default";
    }
    std::string result;
    while (!path.empty()) {
        const std::size_t open = path.find('{');
        result += path.substr(0, open);
        if (open == std::string_view::npos) {
            break;
        }
        const std::size_t close = path.find('}', open);
        result += '*';
        path.remove_prefix(close == std::string_view::npos ? path.size() : close + 1);
    }
    if (result.size() > 1 && result.ends_with('/')) {
        result.pop_back();
    }
    return result;
}

void emit_permission(const FunctionEvent& event, const HttpRoute& route, const Value& api_id) {
    const std::string path = permission_path(route.path);
    const std::string method = route.method == any_method ? "*" : to_upper(route.method);
    const bool is_default = path.empty() || path == "/$default";
    const std::string suffix = is_default ? (path.empty() ? "*" : "$default") : method + path;
    event.emit(
        event.prefix + "Permission",
        "AWS::Lambda::Permission",
        Map{{"Action", "lambda:InvokeFunction"},
            {"FunctionName", event.target_name()},
            {"Principal", "apigateway.amazonaws.com"},
            {"SourceArn",
             make_sub(
                 "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/"
                 "${__Stage__}/" +
                     suffix,
                 Map{{"__ApiId__", api_id}, {"__Stage__", "*"}})}});
}

// The authorizer of the event, checked against those of its API. False after an error.
bool apply_auth(const FunctionEvent& event, Map& operation, const Map& api) {
    const Value* auth = event.properties.find("Auth");
    if (auth == nullptr) {
        return true;
    }
    const Value* name = auth->find("Authorizer");
    const Value* scopes = auth->find("AuthorizationScopes");
    const Value* properties = api.find("Properties");
    const Value* api_auth = properties == nullptr ? nullptr : properties->find("Auth");
    const Value* authorizers = api_auth == nullptr ? nullptr : api_auth->find("Authorizers");
    const Value* fallback = api_auth == nullptr ? nullptr : api_auth->find("DefaultAuthorizer");
    if (name != nullptr && !name->is_string()) {
        event.properties.error(
            "Auth.Authorizer", "Authorizer must be the name of an authorizer of the API");
        return false;
    }
    if (scopes != nullptr && !scopes->is_list()) {
        event.properties.error(
            "Auth.AuthorizationScopes",
            "AuthorizationScopes must be a list",
            "write for example [read, write]");
        return false;
    }
    const std::string_view used = name != nullptr       ? name->text()
                                  : fallback != nullptr ? fallback->text()
                                                        : std::string_view();
    if (used.empty()) {
        return true;
    }
    if (used == "NONE") {
        if (fallback == nullptr) {
            event.properties.error(
                "Auth.Authorizer",
                "Authorizer NONE needs a DefaultAuthorizer in the API's Auth",
                "leave it out: the route is open already");
            return false;
        }
        operation.set("security", List{Map{{"NONE", List{}}}});
        return true;
    }
    const Value* definition = authorizers == nullptr ? nullptr : authorizers->find(used);
    if (definition == nullptr && used != "AWS_IAM") {
        event.properties.error(
            "Auth.Authorizer",
            fmt::format("authorizer '{}' is not one of the API's Authorizers", used),
            "define it under Auth.Authorizers of the API");
        return false;
    }
    List granted;
    if (scopes != nullptr) {
        granted = *scopes->as_list();
    } else if (const Value* own =
                   definition == nullptr ? nullptr : definition->find("AuthorizationScopes");
               own != nullptr && own->is_list()) {
        granted = *own->as_list();
    }
    secure_operation(operation, used, std::move(granted));
    return true;
}

void apply_integration_settings(const FunctionEvent& event, Map& operation) {
    Value* integration = operation.find(integration_key);
    if (integration == nullptr || !integration->is_map()) {
        return;
    }
    if (const Value* timeout = event.properties.find("TimeoutInMillis")) {
        integration->as_map()->set("timeoutInMillis", *timeout);
    }
}

// RouteSettings of the event become those of the API's stage, under "GET /path".
bool apply_route_settings(
    const FunctionEvent& event, const HttpRoute& route, Map& api, const Value* condition) {
    if (!event.properties.map().contains("RouteSettings")) {
        return true;
    }
    const Value* settings = event.properties.map().find("RouteSettings");
    if (!settings->is_map()) {
        event.properties.error(
            "RouteSettings",
            "RouteSettings must be a map",
            "write for example ThrottlingBurstLimit: 100");
        return false;
    }
    std::string key = route.path;
    if (route.path != default_path) {
        key = fmt::format(
            "{} {}", route.method == any_method ? "ANY" : to_upper(route.method), route.path);
    }
    Value& properties = api["Properties"];
    Value& all = (*properties.as_map())["RouteSettings"];
    if (!all.is_map()) {
        all = Map{};
    }
    all.as_map()->set(key, make_conditional(condition, *settings));
    return true;
}

} // namespace

void expand_http_api_event(FunctionEvent& event) {
    const auto route = http_route(event.properties.map());
    if (!route) {
        const bool path_is_wrong =
            event.properties.find("Path") == nullptr || !event.properties.find("Path")->is_string();
        event.properties.error(
            path_is_wrong ? "Path" : "Method",
            fmt::format(
                "{} of an HttpApi event must be a text, and Path and Method come together",
                path_is_wrong ? "Path" : "Method"),
            "write both, or neither for the $default route");
        return;
    }
    Context& context = event.properties.context();
    std::string id;
    Map* api = http_api_of(context, event.properties.map(), &id);
    const Value* api_id = event.properties.find("ApiId");
    if (api == nullptr) {
        if (api_id != nullptr && (argument_of(*api_id, "Ref") != nullptr || api_id->is_string()) &&
            !id.empty() && context.resources().find(id) == nullptr &&
            context.parameters().find(id) == nullptr) {
            event.properties.error(
                "ApiId",
                fmt::format("'{}' is not an HTTP API of this template", id),
                "refer to an AWS::Serverless::HttpApi");
            return;
        }
        if (api_id != nullptr) {
            emit_permission(event, *route, *api_id);
        }
        return;
    }
    const Value* condition = event.function.attribute("Condition");
    if (!apply_route_settings(event, *route, *api, condition)) {
        return;
    }
    Value* properties = api->find("Properties");
    Value* definition = properties == nullptr ? nullptr : properties->find("DefinitionBody");
    Value* paths = definition == nullptr ? nullptr : definition->find("paths");
    if (paths != nullptr && paths->is_map()) {
        Map* operation = find_operation(*paths->as_map(), route->path, route->method, false);
        if (operation != nullptr) {
            if (!apply_auth(event, *operation, *api)) {
                return;
            }
            apply_integration_settings(event, *operation);
        }
    }
    const auto& managed = context.state<AllApiPaths>().apis;
    const auto found = managed.find(id);
    const bool covered =
        route->path != default_path && found != managed.end() &&
        found->second.functions_of_default_path.contains(event.function.logical_id());
    if (!covered) {
        emit_permission(
            event, *route, argument_of(*api_id, "Ref") != nullptr ? *api_id : make_ref(id));
    }
}

} // namespace samara::transform
