#include "transform/http_api_event.h"

#include "base/strings.h"
#include "transform/api_paths.h"
#include "transform/expanders.h"
#include "transform/function_event.h"
#include "transform/intrinsics.h"
#include "transform/openapi.h"
#include "transform/rest_api_event.h"

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
    route.path = *path;
    route.method = openapi_method(method->text());
    if (route.method.text() != any_method) {
        route.method.set_where(method->where());
    }
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
    if (Map* found = context.find_resource(name, "AWS::Serverless::HttpApi")) {
        return found;
    }
    Map* rest_api = context.find_resource(name, "AWS::Serverless::Api");
    const Value* properties = rest_api == nullptr ? nullptr : rest_api->find("Properties");
    const Value* definition = properties == nullptr ? nullptr : properties->find("DefinitionBody");
    const Value* version = definition == nullptr ? nullptr : definition->find("openapi");
    return version != nullptr && data::scalar_text(*version).starts_with('3') ? rest_api : nullptr;
}

namespace {

// The route's part of a permission's SourceArn.
std::string permission_route(const HttpRoute& route) {
    const std::string_view path = route.path.text();
    if (path == default_path) {
        return "*";
    }
    if (path == "/$default") {
        return "$default";
    }
    const bool any = route.method.text() == any_method;
    return (any ? "*" : base::to_upper(route.method.text())) + permission_path(path);
}

void emit_permission(const FunctionEvent& event, const HttpRoute& route, const Value& api_id) {
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
                     permission_route(route),
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
    if (api_auth != nullptr && !api_auth->is_map()) {
        return true; // told when the API is expanded
    }
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
    std::string key(route.path.text());
    if (key != default_path) {
        const bool any = route.method.text() == any_method;
        key = fmt::format("{} {}", any ? "ANY" : base::to_upper(route.method.text()), key);
    }
    Value& properties = api["Properties"];
    Value& all = (*properties.as_map())["RouteSettings"];
    if (!all.is_map()) {
        all = Map{};
    }
    all.as_map()->set(key, make_conditional(condition, *settings));
    return true;
}

// Makes the route one that the function answers. False after an error.
bool integrate(const FunctionEvent& event, const HttpRoute& route, Map& paths, const Map& api) {
    const std::string_view path = route.path.text();
    Map* operation = find_operation(paths, path, route.method.text(), false);
    if (operation == nullptr) {
        return true;
    }
    const Value* condition = event.function.attribute("Condition");
    const bool had_integration = operation->contains(integration_key);
    Value uri = make_sub(fmt::format(
        "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/"
        "${{{}{}}}/invocations",
        event.target_id,
        event.target_is_alias ? "" : ".Arn"));
    uri.find("Fn::Sub")->set_where(
        event.properties["ApiId"].where()); // it names what the user wrote
    integrate_function(*operation, path, uri, condition);
    if (const Value* version = event.properties.find("PayloadFormatVersion");
        version != nullptr && !had_integration) {
        operation->find(integration_key)->as_map()->set("payloadFormatVersion", *version);
    }
    if (!apply_auth(event, *operation, api)) {
        return false;
    }
    apply_integration_settings(event, *operation);
    if (condition != nullptr && !had_integration) {
        for (Map* item : branches(*paths.find(path))) {
            if (Value* method = item->find(route.method.text())) {
                Value inner = std::move(*method);
                *method = make_conditional(condition, std::move(inner));
            }
        }
    }
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
        if (id.empty() || !context.resources().contains(id)) {
            event.properties.error(
                "ApiId",
                "ApiId does not name an AWS::Serverless::HttpApi of this template",
                "write !Ref with the logical id of the API");
            return;
        }
        emit_permission(event, *route, *api_id);
        return;
    }
    const Value* condition = event.function.attribute("Condition");
    if (!apply_route_settings(event, *route, *api, condition)) {
        return;
    }
    ApiPaths& managed = context.state<AllApiPaths>().apis[id];
    Value* properties = api->find("Properties");
    Value* definition = properties == nullptr ? nullptr : properties->find("DefinitionBody");
    Value* paths = definition == nullptr ? nullptr : definition->find("paths");
    if (paths != nullptr && paths->is_map()) {
        if (!managed.history.edit(
                [&] { return integrate(event, *route, *paths->as_map(), *api); })) {
            return;
        }
    }
    const bool covered = route->path.text() != default_path &&
                         managed.functions_of_default_path.contains(event.function.logical_id());
    if (!covered) {
        emit_permission(event, *route, *api_id);
    }
}

} // namespace samara::transform
