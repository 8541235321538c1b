#include "transform/rest_api_event.h"

#include "base/strings.h"
#include "transform/api_paths.h"
#include "transform/definition_history.h"
#include "transform/expanders.h"
#include "transform/function_event.h"
#include "transform/intrinsics.h"
#include "transform/logical_id.h"
#include "transform/openapi.h"
#include "transform/rest_api_request.h"
#include "transform/rest_auth.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

std::optional<RestRoute> rest_route(const Map& event) {
    const Value* path = event.find("Path");
    const Value* method = event.find("Method");
    if (path == nullptr || method == nullptr || !path->is_string() || !method->is_string()) {
        return std::nullopt;
    }
    RestRoute route{*path, openapi_method(method->text())};
    if (route.method.text() != any_method) {
        route.method.set_where(method->where());
    }
    return route;
}

std::optional<RestTarget> rest_target(const Properties& event) {
    const Value* id = event.find("RestApiId");
    if (id == nullptr) {
        return std::nullopt; // the pass that adds the implicit API has seen to that
    }
    RestTarget target;
    const Value* reference = argument_of(*id, "Ref");
    target.id = reference != nullptr ? reference->text() : id->text();
    if (target.id.empty()) {
        return std::nullopt; // told by the pass that looks at all API events first
    }
    Map* resource = event.context().find_resource(target.id);
    const Value* type = resource == nullptr ? nullptr : resource->find("Type");
    if (type == nullptr || type->text() == "AWS::Serverless::HttpApi") {
        event.error(
            "RestApiId",
            "RestApiId does not name an AWS::Serverless::Api of this template",
            "write !Ref with the logical id of the API");
        return std::nullopt;
    }
    target.stage_suffix = "Stage";
    if (type->text() == "AWS::Serverless::Api") {
        target.api = resource;
        const Value* properties = resource->find("Properties");
        if (const Value* stage = properties == nullptr ? nullptr : properties->find("StageName")) {
            target.stage = *stage;
            const bool plain = alphanumeric(stage->text()) == stage->text();
            target.stage_suffix = !stage->is_string() ? "Stage"
                                  : plain             ? std::string(stage->text())
                                                      : short_hash(*stage);
        }
    }
    return target;
}

std::string permission_path(std::string_view path) {
    const auto is_name = [](std::string_view name) {
        if (name.ends_with('+')) {
            name.remove_suffix(1);
        }
        return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                   c == '.' || c == '_' || c == '-';
        });
    };
    std::string out;
    while (!path.empty()) {
        const std::size_t close = path.front() == '{' ? path.find('}') : std::string_view::npos;
        if (close != std::string_view::npos && is_name(path.substr(1, close - 1))) {
            out += '*';
            path.remove_prefix(close + 1);
        } else {
            out += path.front();
            path.remove_prefix(1);
        }
    }
    if (out.size() > 1 && out.ends_with('/')) {
        out.pop_back();
    }
    return out;
}

namespace {

/// What the event says of its operation. False after an error.
bool write_operation(
    const Properties& event, Map& api, RestMethod& method, const RestIntegration& integration) {
    method.operation.set(integration_key, integration.integration);
    method.operation.set("responses", integration.responses);
    for (const auto& [from, to] :
         {std::pair{"TimeoutInMillis", "timeoutInMillis"},
          std::pair{"ResponseTransferMode", "responseTransferMode"}}) {
        if (const Value* value = event.find(from)) {
            method.integration().set(to, *value);
        }
    }
    return apply_event_auth(event, api, method, integration.takes_caller_credentials) &&
           apply_request_model(event, api, method) && apply_request_parameters(event, method);
}

/// The operation exists only when its owner does.
void put_under_condition(Map& paths, const RestRoute& route, const Value& condition) {
    for (Map* item : branches(*paths.find(route.path.text()))) {
        if (Value* whole = item->find(route.method.text()); whole != nullptr) {
            Value inner = std::move(*whole);
            *whole = make_conditional(&condition, std::move(inner));
        }
    }
}

} // namespace

bool add_rest_route(
    const Properties& event,
    const RestRoute& route,
    const RestTarget& target,
    const RestIntegration& integration) {
    if (target.api == nullptr) {
        return true;
    }
    Map& api = *target.api->find("Properties")->as_map();
    AllApiPaths& managed = event.context().state<AllApiPaths>();
    const auto found = managed.apis.find(target.id);
    if (found == managed.apis.end() || !found->second.written_by_sam) {
        override_operation_auth(event, api, route);
        return true;
    }
    Value* definition = api.find("DefinitionBody");
    Map& paths = *definition->find("paths")->as_map();
    Map* operation = find_operation(paths, route.path.text(), route.method.text(), false);
    if (operation == nullptr) {
        return true;
    }
    if (operation->contains(integration_key)) {
        event.error(
            "Method",
            fmt::format(
                "{} {} is answered by another event already",
                event["Method"].text(),
                route.path.text()),
            "give each route of an API to one event");
        return false;
    }
    DefinitionHistory& history = found->second.history;
    return history.edit([&] {
        RestMethod method{*operation, route, target, history.now()};
        const bool good = write_operation(event, api, method, integration);
        stamp(*operation, history.now());
        if (good && integration.condition != nullptr) {
            put_under_condition(
                *definition->find("paths")->as_map(), route, *integration.condition);
        }
        Map& edited = *definition->as_map();
        close_edit(edited, history.now());
        for (const std::string_view shared :
             {std::string_view("securityDefinitions"), request_validators}) {
            if (Value* members = edited.find(shared); members != nullptr && members->is_map()) {
                stamp_members(*members->as_map(), history.now());
            }
        }
        return good;
    });
}

namespace {

void emit_permission(const FunctionEvent& event, const RestRoute& route, const RestTarget& target) {
    const bool any = route.method.text() == any_method;
    event.emit(
        fmt::format("{}Permission{}", event.prefix, target.stage_suffix),
        "AWS::Lambda::Permission",
        Map{{"Action", "lambda:InvokeFunction"},
            {"FunctionName", event.target_name()},
            {"Principal", "apigateway.amazonaws.com"},
            {"SourceArn",
             make_sub(
                 fmt::format(
                     "arn:{}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/"
                     "${{__Stage__}}/{}{}",
                     event.properties.context().partition(),
                     any ? "*" : base::to_upper(route.method.text()),
                     permission_path(route.path.text())),
                 Map{{"__ApiId__", event.properties["RestApiId"]}, {"__Stage__", "*"}})}});
}

} // namespace

void expand_api_event(FunctionEvent& event) {
    const auto route = rest_route(event.properties.map());
    if (!route) {
        return; // told before: see implicit_api
    }
    const auto target = rest_target(event.properties);
    if (!target) {
        return;
    }
    const Value* condition = event.function.attribute("Condition");
    Value uri = make_sub(fmt::format(
        "arn:{}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{}{}}}/invocations",
        event.properties.context().partition(),
        event.target_id,
        event.target_is_alias ? "" : ".Arn"));
    if (!event.target_is_alias) {
        uri.find("Fn::Sub")->set_where(route->path.where()); // it names what the user wrote
    }
    RestIntegration integration;
    integration.integration =
        Map{{"type", "aws_proxy"},
            {"httpMethod", "POST"},
            {"uri", make_conditional(condition, std::move(uri))}};
    integration.condition = condition;
    integration.takes_caller_credentials = true;
    if (add_rest_route(event.properties, *route, *target, integration)) {
        emit_permission(event, *route, *target);
    }
}

} // namespace samara::transform
