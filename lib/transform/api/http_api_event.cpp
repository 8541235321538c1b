#include "transform/api/http_api_event.h"

#include "base/strings.h"
#include "transform/api/api_paths.h"
#include "transform/api/openapi.h"
#include "transform/api/rest_api_event.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/event/function_event.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

std::optional<EventRoute> http_route(const Map& event) {
    const auto present = [&](std::string_view name) { return is_given(event.find(name)); };
    if (!present("Path") && !present("Method")) {
        return EventRoute{default_path, any_method};
    }
    return written_route(event);
}

bool check_http_route(const Properties& event) {
    if (http_route(event.map())) {
        return true;
    }
    const Value* path = event.find("Path");
    const bool path_is_wrong = path == nullptr || !path->is_string();
    event.error(
        path_is_wrong ? "Path" : "Method",
        fmt::format(
            "{} of an HttpApi event must be a text, and Path and Method come together",
            path_is_wrong ? "Path" : "Method"),
        "write both, or neither for the $default route");
    return false;
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
    return context.find_resource(name, "AWS::Serverless::Api");
}

namespace {

// The route's part of a permission's SourceArn.
std::string permission_route(const EventRoute& route, std::string_view written) {
    const std::string_view path = route.path.text();
    if (path == default_path) {
        return "*";
    }
    if (path == "/$default" && is_any(written)) {
        return "$default";
    }
    const bool any = route.method.text() == any_method;
    return (any ? "*" : base::to_upper(route.method.text())) + permission_path(path, false);
}

void emit_permission(const FunctionEvent& event, const EventRoute& route, const Value& api_id) {
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
                     permission_route(route, event.properties["Method"].text()),
                 Map{{"__ApiId__", api_id}, {"__Stage__", "*"}})}});
}

/// The authorizer that an event asks for, or else its API's default; an error when it cannot have
/// it.
std::optional<std::string>
authorizer_of(const Properties& event, const Value& auth, const Value& api_auth) {
    const Value* name = auth.find("Authorizer");
    const Value* fallback = api_auth.find("DefaultAuthorizer");
    const Value* authorizers = api_auth.find("Authorizers");
    if (!is_given(name)) {
        name = fallback;
    }
    if (!is_given(name)) {
        event.error(
            "Auth",
            "Auth needs an Authorizer, here or as DefaultAuthorizer of the API",
            "leave Auth out: the route is open already");
        return std::nullopt;
    }
    if (name->text() == "NONE") {
        if (is_given(fallback)) {
            return "NONE";
        }
        event.error(
            "Auth.Authorizer",
            "Authorizer NONE needs a DefaultAuthorizer in the API's Auth",
            "leave it out: the route is open already");
        return std::nullopt;
    }
    if (name->text() == "AWS_IAM" && is_boolean_true(api_auth.find("EnableIamAuthorizer"))) {
        return "AWS_IAM";
    }
    if (!name->is_string() || authorizers == nullptr || !authorizers->is_map() ||
        !is_given(authorizers->find(name->text()))) {
        event.error(
            "Auth.Authorizer",
            fmt::format("authorizer '{}' is not one of the API's Authorizers", name->text()),
            "define it under Auth.Authorizers of the API");
        return std::nullopt;
    }
    return std::string(name->text());
}

/// The event's Auth on its operations. False after an error.
bool apply_auth(
    const FunctionEvent& event,
    const std::string& id,
    const Map& api,
    const std::vector<Map*>& operations) {
    const Value* auth = event.properties.given("Auth");
    static const Value nothing = Map{};
    const Value* properties = api.find("Properties");
    const Value* given = properties == nullptr ? nullptr : properties->find("Auth");
    const Value& api_auth = given == nullptr ? nothing : *given;
    if (auth == nullptr) {
        return true;
    }
    if (api_auth.is_null()) { // written, but empty
        event.properties.for_resource(id).error("", "Auth of the API must be a map");
        return false;
    }
    if (!api_auth.is_map()) {
        return true; // reported when the API is expanded
    }
    const auto name = authorizer_of(event.properties, *auth, api_auth);
    const Value* scopes = auth->find("AuthorizationScopes");
    if (!name) {
        return false;
    }
    if (is_given(scopes) && !scopes->is_list()) {
        event.properties.error(
            "Auth.AuthorizationScopes",
            "AuthorizationScopes must be a list",
            "write for example [read, write]");
        return false;
    }
    const Value* authorizers = api_auth.find("Authorizers");
    const Value* authorizer = authorizers == nullptr ? nullptr : authorizers->find(*name);
    if (!is_given(scopes)) {
        scopes = authorizer == nullptr ? nullptr : authorizer->find("AuthorizationScopes");
    }
    const bool scoped =
        *name != "NONE" && *name != "AWS_IAM" && is_given(scopes) && scopes->is_list();
    for (Map* operation : operations) {
        Value& security = (*operation)["security"];
        if (!security.is_list()) {
            security = List{};
        }
        security.as_list()->emplace_back(Map{{*name, scoped ? *scopes->as_list() : List{}}});
    }
    return true;
}

/// Each parameter of the path is declared, and required.
void declare_parameters(Map& operation, std::string_view path) {
    const std::vector<std::string> names = path_parameters(path);
    if (names.empty()) {
        return;
    }
    Value& declared = operation["parameters"];
    if (!declared.is_list()) {
        declared = List{};
    }
    List& all = *declared.as_list();
    for (const std::string& name : names) {
        const auto known = std::find_if(all.begin(), all.end(), [&](const Value& row) {
            const Value* row_name = row.find("name");
            return row_name != nullptr && row_name->text() == name;
        });
        if (known != all.end()) {
            known->as_map()->set("in", "path");
            known->as_map()->set("required", true);
        } else {
            all.emplace_back(Map{{"name", name}, {"in", "path"}, {"required", true}});
        }
    }
}

void apply_integration_settings(const FunctionEvent& event, Map& operation) {
    Value* integration = operation.find(integration_key);
    if (!integration->is_map()) {
        return;
    }
    for (const auto& [from, to] :
         {std::pair{"TimeoutInMillis", "timeoutInMillis"},
          std::pair{"PayloadFormatVersion", "payloadFormatVersion"}}) {
        if (const Value* value = event.properties.given(from)) {
            integration->as_map()->set(to, *value);
        }
    }
}

/// The integration that makes a function answer each branch of the route, only under its condition.
void integrate_function(const FunctionEvent& event, const EventRoute& route, Map& paths) {
    const Value* condition = event.function.attribute("Condition");
    Value uri = make_sub(invocations_arn(
        "${AWS::Partition}",
        fmt::format("${{{}{}}}", event.target_id, event.target_is_alias ? "" : ".Arn")));
    uri.find("Fn::Sub")->set_where(
        event.properties["ApiId"].where()); // it names what the user wrote
    answer_route(paths, route, condition, [&](Map& operation) {
        operation.set(
            integration_key,
            Map{{"type", "aws_proxy"},
                {"httpMethod", "POST"},
                {"payloadFormatVersion", "2.0"},
                {"uri", make_conditional(condition, uri)}});
        if (route.path.text() == default_path && route.method.text() == any_method) {
            operation.set("isDefaultRoute", true);
        }
        if (!operation.contains("responses")) {
            operation.set("responses", Map{});
        }
    });
}

/// Makes the route one that the function answers, unless something does already: in a definition
/// that SAM writes that is an error. False after one.
bool integrate(
    const FunctionEvent& event,
    const EventRoute& route,
    Map& paths,
    const std::string& id,
    const Map& api,
    bool written_by_sam) {
    const std::string_view path = route.path.text();
    const bool answered = has_integration(paths, path, route.method.text());
    if (answered && written_by_sam) {
        event.properties.error(
            "Method",
            fmt::format("{} {} is answered by another event already", route.method.text(), path),
            "give each route of an API to one event");
        return false;
    }
    if (!answered) {
        if (!add_operation(paths, route.path, route.method)) {
            event.properties.context().error(
                fmt::format("path {} of the API's definition must be a map", path),
                "see https://spec.openapis.org/oas/v3.0.3#paths-object",
                paths.find_entry(path)->key_where);
            return false;
        }
        integrate_function(event, route, paths);
    }
    const std::vector<Map*> operations = operations_at(paths, path, route.method.text());
    if (!apply_auth(event, id, api, operations)) {
        return false;
    }
    for (Map* operation : operations) {
        apply_integration_settings(event, *operation);
        declare_parameters(*operation, path);
    }
    return true;
}

/// Whether the $default route is the function's own already: then its permission holds for every
/// route. A function that is called through an alias is not looked for.
bool answers_default_path(const FunctionEvent& event, Map& paths) {
    if (!has_integration(paths, default_path, any_method)) {
        return false;
    }
    const std::string wanted = "${" + event.function.logical_id() + ".Arn}";
    const std::vector<Map*> operations = operations_at(paths, default_path, any_method);
    return std::all_of(operations.begin(), operations.end(), [&](Map* operation) {
        Value* uri = operation->find(integration_key)->find("uri");
        const std::vector<Map*> parts = uri == nullptr ? std::vector<Map*>{} : branches(*uri);
        return !parts.empty() && std::all_of(parts.begin(), parts.end(), [&](const Map* part) {
            const Value* text = part->find("Fn::Sub");
            return text != nullptr && text->text().find(wanted) != std::string_view::npos;
        });
    });
}

} // namespace

void expand_http_api_event(FunctionEvent& event) {
    const auto route = http_route(event.properties.map());
    if (!route) {
        return; // reported by check_http_route
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
    ApiPaths& managed = context.api_paths().apis[id];
    Value* properties = api->find("Properties");
    Value* definition = properties == nullptr ? nullptr : properties->find("DefinitionBody");
    if (is_given(definition) && !is_openapi_3(definition)) {
        event.properties.for_resource(id).error(
            "",
            "DefinitionBody of an API with HttpApi events must be OpenAPI 3 with paths",
            "add openapi: 3.0.1 and paths");
        return;
    }
    bool covered = false;
    if (is_given(definition)) {
        Map& paths = *definition->find("paths")->as_map();
        covered = route->path.text() != default_path && answers_default_path(event, paths);
        if (!managed.history.edit([&] {
                return integrate(event, *route, paths, id, *api, managed.written_by_sam);
            })) {
            return;
        }
    }
    if (!covered) {
        emit_permission(event, *route, *api_id);
    }
}

} // namespace samara::transform
