#include "transform/api/rest_api_event.h"

#include "base/strings.h"
#include "transform/api/api_paths.h"
#include "transform/api/definition_history.h"
#include "transform/api/openapi.h"
#include "transform/api/python_order.h"
#include "transform/api/rest_api_request.h"
#include "transform/api/rest_auth.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"
#include "transform/event/function_event.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

std::optional<RestTarget> rest_target(const Properties& event) {
    const Value* id = event.find("RestApiId");
    if (id == nullptr) {
        return std::nullopt; // the pass that adds the implicit API has seen to that
    }
    RestTarget target;
    const Value* reference = argument_of(*id, "Ref");
    target.id = reference != nullptr ? reference->text() : id->text();
    if (target.id.empty()) {
        return std::nullopt; // reported by the pass that looks at all API events first
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
        const Value* stage = properties == nullptr ? nullptr : properties->find("StageName");
        if (stage != nullptr && stage->is_string()) {
            target.stage = *stage;
            const bool plain = alphanumeric(stage->text()) == stage->text();
            target.stage_suffix = plain ? std::string(stage->text()) : short_hash(*stage);
        }
    }
    return target;
}

std::string path_pattern(std::string_view path, bool every_greedy) {
    const auto is_name = [&](std::string_view name) {
        if (name.ends_with('+') && (every_greedy || name == "proxy+")) {
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
    return out;
}

std::string permission_path(std::string_view path, bool every_greedy) {
    if (path.size() > 1 && path.ends_with('/')) {
        path.remove_suffix(1);
    }
    return path_pattern(path, every_greedy);
}

namespace {

/// Edits `definition`, a map with paths, between two copies of it. False after an error.
bool edit_definition(
    const Properties& event,
    const Map& api,
    const EventRoute& route,
    const RestTarget& target,
    const RestIntegration& given,
    Map& definition,
    std::uint32_t now) {
    Map& paths = *definition.find("paths")->as_map();
    add_operation(paths, route.path, route.method);
    Map integration = given.integration;
    if (given.of_function) {
        add_caller_credentials(event, api, integration);
    }
    answer_route(paths, route, given.condition, [&](Map& operation) {
        operation.set(integration_key, integration);
        if (!operation.contains("responses")) {
            operation.set("responses", given.responses);
        }
    });
    const Operations operations = operations_at(paths, route.path.text(), route.method.text());
    const RestPlace place{
        std::string(route.path.text()), std::string(route.method.text()), target.stage, now};
    const bool good = apply_event_auth(event, api, definition, place, operations) &&
                      apply_request_model(event, api, definition, operations) &&
                      apply_request_parameters(event, operations);
    if (const Value* timeout = event.given("TimeoutInMillis")) {
        for (Map* operation : operations) {
            operation->find(integration_key)->as_map()->set("timeoutInMillis", *timeout);
        }
    }
    stamp(*definition.find("paths")->as_map()->find(route.path.text()), now);
    close_edit(definition, now);
    for (const std::string_view shared :
         {std::string_view("securityDefinitions"), request_validators}) {
        if (Value* members = definition.find(shared); members != nullptr && members->is_map()) {
            stamp_members(*members->as_map(), now);
        }
    }
    return good;
}

/// The members of both, in the order in which Python visits them; those of `generated` win. What
/// was put together so keeps its order.
Map joined(const Map& users, const Map& generated, std::uint32_t now) {
    Map out;
    const auto add = [&](const data::Entry& entry) {
        data::Entry added = entry;
        added.key_where.entrance = data::MemberOrigin::Entrance::ordered;
        added.key_where.added = 0;
        out.set(std::move(added));
    };
    for (const data::Entry* entry : in_python_order(users, 0)) {
        add(*entry);
    }
    for (const data::Entry* entry : in_python_order(generated, now)) {
        if (data::Entry* own = out.find_entry(entry->key)) {
            own->value = entry->value;
        } else {
            add(*entry);
        }
    }
    return out;
}

/// MergeDefinitions: what SAM writes for the route, alone, into the user's definition. Of what else
/// the edit would add there is nothing: AWS's transform takes the operation alone.
bool merge_route(
    const Properties& event,
    Map& api,
    const EventRoute& route,
    const RestTarget& target,
    const RestIntegration& given,
    std::uint32_t users_now) {
    Value generated = new_rest_definition();
    DefinitionHistory history;
    stamp(generated, history.now());
    if (!history.edit([&] {
            return edit_definition(
                event, api, route, target, given, *generated.as_map(), history.now());
        })) {
        return false;
    }
    Value* paths = api.find("DefinitionBody")->find("paths");
    data::Entry* own_path = paths == nullptr || !paths->is_map()
                                ? nullptr
                                : paths->as_map()->find_entry(route.path.text());
    if (own_path != nullptr && !event.context().options().local_artifacts) {
        // AWS's transform makes paths conditional before it merges.
        wrap_conditional_path(event.context(), target.id, *own_path);
        stamp(own_path->value, users_now - 1);
    }
    // The method as the event has it, in small letters: "any" stays that.
    Value method = base::to_lower(event["Method"].text());
    method.set_where(event["Method"].where());
    const Value* item = paths == nullptr ? nullptr : paths->find(route.path.text());
    const Value* operation = item == nullptr ? nullptr : item->find(method.text());
    const bool broken = (paths != nullptr && !paths->is_null() && !paths->is_map()) ||
                        (item != nullptr && !item->is_null() && !item->is_map()) ||
                        (is_given(operation) && !operation->is_map());
    if (broken) {
        event.for_resource(target.id).error(
            "",
            fmt::format(
                "{} {} of DefinitionBody must be a map to merge the event with",
                route.path.text(),
                method.text()),
            "see https://spec.openapis.org/oas/v3.0.3#paths-object");
        return false;
    }
    if (paths == nullptr || !paths->is_map()) {
        return true; // there is nothing to merge with
    }
    static const Map nothing;
    const Map& added =
        *generated.find("paths")->find(route.path.text())->find(route.method.text())->as_map();
    Map merged = joined(is_given(operation) ? *operation->as_map() : nothing, added, history.now());
    data::Entry entry(std::string(method.text()), std::move(merged), method.where());
    if (item == nullptr || !item->is_map()) {
        Map methods;
        entry.key_where.entrance = data::MemberOrigin::Entrance::ordered;
        methods.set(std::move(entry));
        data::Entry path(std::string(route.path.text()), std::move(methods), route.path.where());
        path.key_where.added = users_now;
        paths->as_map()->set(std::move(path));
        return true;
    }
    entry.key_where.added = users_now;
    paths->find(route.path.text())->as_map()->set(std::move(entry));
    return true;
}

/// What the event's route is to its API's definition: written into it, merged with it, or nothing
/// where the user wrote it all. False after an error.
bool put_into_definition(
    const Properties& event,
    Map& api,
    const EventRoute& route,
    const RestTarget& target,
    const RestIntegration& integration,
    ApiPaths& managed) {
    const Value* body = api.find("DefinitionBody");
    const bool has_body = body != nullptr && !body->is_null();
    if (has_body && integration.of_function && is_given(api.find("MergeDefinitions"))) {
        return merge_route(event, api, route, target, integration, managed.history.now());
    }
    if (!managed.written_by_sam || !has_body) {
        return true;
    }
    Map& definition = *api.find("DefinitionBody")->as_map();
    if (has_integration(
            *definition.find("paths")->as_map(), route.path.text(), route.method.text())) {
        event.error(
            "Method",
            fmt::format(
                "{} {} is answered by another event already",
                event["Method"].text(),
                route.path.text()),
            "give each route of an API to one event");
        return false;
    }
    return managed.history.edit([&] {
        return edit_definition(
            event, api, route, target, integration, definition, managed.history.now());
    });
}

} // namespace

bool add_rest_route(
    const Properties& event,
    const EventRoute& route,
    const RestTarget& target,
    const RestIntegration& integration) {
    if (target.api == nullptr) {
        return true;
    }
    Map& api = *target.api->find("Properties")->as_map();
    ApiPaths& managed = event.context().api_paths().apis[target.id];
    if (!put_into_definition(event, api, route, target, integration, managed)) {
        return false;
    }
    const RestPlace place{
        std::string(route.path.text()),
        std::string(route.method.text()),
        target.stage,
        managed.history.now()};
    return !integration.of_function || override_operation_auth(event, api, place, managed.history);
}

namespace {

void emit_permission(
    const FunctionEvent& event, const EventRoute& route, const RestTarget& target) {
    const bool any = is_any(event.properties["Method"].text()); // of OpenAPI's name AWS knows not
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

/// What else a route can lack is reported before: see implicit_api.
bool check_api_event(const FunctionEvent& event) {
    if (!event.properties.map().empty()) {
        return true;
    }
    event.generated_place().error(
        "", "property Path is missing", "write for example Path: /items and Method: get");
    return false;
}

void expand_api_event(FunctionEvent& event) {
    const auto route = written_route(event.properties.map());
    if (!route) {
        return;
    }
    const auto target = rest_target(event.properties);
    if (!target) {
        return;
    }
    const Value* condition = event.function.attribute("Condition");
    // A response that is streamed has an ARN of its own; buffered is how all others are sent.
    const bool streams = event.properties["ResponseTransferMode"].text() == "RESPONSE_STREAM";
    Value uri = make_sub(fmt::format(
        "arn:{}:apigateway:${{AWS::Region}}:lambda:path/{}/functions/${{{}{}}}/{}",
        event.properties.context().partition(),
        streams ? "2021-11-15" : "2015-03-31",
        event.target_id,
        event.target_is_alias ? "" : ".Arn",
        streams ? "response-streaming-invocations" : "invocations"));
    if (!event.target_is_alias) {
        uri.find("Fn::Sub")->set_where(route->path.where()); // it names what the user wrote
    }
    RestIntegration integration;
    integration.integration =
        Map{{"type", "aws_proxy"},
            {"httpMethod", "POST"},
            {"uri", make_conditional(condition, std::move(uri))}};
    if (streams) {
        integration.integration.set("responseTransferMode", "STREAM");
    }
    integration.condition = condition;
    integration.of_function = true;
    if (add_rest_route(event.properties, *route, *target, integration)) {
        emit_permission(event, *route, *target);
    }
}

} // namespace samara::transform
