#include "transform/api_paths.h"
#include "transform/expanders.h"
#include "transform/http_api_event.h"
#include "transform/http_openapi.h"
#include "transform/intrinsics.h"

#include <fmt/format.h>

// Before resources are expanded: HTTP APIs get the paths of the functions' events, and events
// without an ApiId get an API of their own.
namespace samara::transform {
namespace {

using data::Map;
using data::Value;

constexpr std::string_view implicit_http_api = "ServerlessHttpApi";

template <class Visit>
void each_event(Context& context, std::string_view event_type, Visit&& visit) {
    for (data::Entry& resource : context.resources()) {
        const Value* type = resource.value.find("Type");
        if (type == nullptr || type->text() != "AWS::Serverless::Function") {
            continue;
        }
        Value* properties = resource.value.find("Properties");
        Value* events = properties == nullptr ? nullptr : properties->find("Events");
        if (events == nullptr || !events->is_map()) {
            continue;
        }
        for (data::Entry& event : *events->as_map()) {
            const Value* kind = event.value.find("Type");
            if (kind != nullptr && kind->text() == event_type) {
                visit(resource, event);
            }
        }
    }
}

Map& properties_of(Map& resource) {
    Value& properties = resource["Properties"];
    if (!properties.is_map()) {
        properties = Map{};
    }
    return *properties.as_map();
}

// An API without a definition gets SAM's, and is kept as one whose paths SAM writes.
void start_definition(Context& context, const std::string& id, Map& api) {
    Map& properties = properties_of(api);
    const bool defined =
        properties.contains("DefinitionBody") || properties.contains("DefinitionUri");
    if (!defined) {
        properties.set("DefinitionBody", new_http_definition());
        context.state<AllApiPaths>().apis[id].written_by_sam = true;
    }
}

void point_at_implicit_api(Context& context) {
    bool needed = false;
    each_event(context, "HttpApi", [&](data::Entry& /*function*/, data::Entry& event) {
        Value& properties = (*event.value.as_map())["Properties"];
        if (properties.is_null()) {
            properties = Map{};
        }
        if (properties.is_map() && !properties.as_map()->contains("ApiId")) {
            properties.as_map()->set("ApiId", make_ref(implicit_http_api));
            needed = true;
        }
    });
    if (needed && !context.resources().contains(implicit_http_api)) {
        Map api{{"Type", "AWS::Serverless::HttpApi"}, {"Properties", Map{}}};
        if (const Value* globals = context.document().find("Globals")) {
            if (const Value* shared = globals->find("HttpApi");
                shared != nullptr && shared->is_map()) {
                api.set("Properties", *shared);
            }
        }
        context.resources().set(implicit_http_api, std::move(api));
    }
}

void add_route(Context& context, const data::Entry& function, const data::Entry& event) {
    const Value* properties = event.value.find("Properties");
    if (properties == nullptr || !properties->is_map()) {
        return;
    }
    std::string id;
    Map* api = http_api_of(context, *properties->as_map(), &id);
    const auto route = http_route(*properties->as_map());
    if (api == nullptr || !route) {
        return; // told when the event is expanded
    }
    Value* paths = nullptr;
    if (Value* definition = properties_of(*api).find("DefinitionBody")) {
        paths = definition->find("paths");
    }
    if (paths == nullptr || !paths->is_map()) {
        return;
    }
    const Value* condition_name = function.value.find("Condition");
    const Value* condition =
        condition_name != nullptr && condition_name->is_string() ? condition_name : nullptr;
    const bool existed =
        find_operation(*paths->as_map(), route->path, route->method, false) != nullptr;
    Map* operation = find_operation(*paths->as_map(), route->path, route->method, true);
    if (operation == nullptr) {
        return;
    }
    const bool had_integration = operation->contains(integration_key);
    integrate_function(
        *operation,
        route->path,
        make_sub(fmt::format(
            "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/"
            "${{{}.Arn}}/invocations",
            function.key)),
        condition);
    if (const Value* version = properties->find("PayloadFormatVersion");
        version != nullptr && !had_integration) {
        operation->find(integration_key)->as_map()->set("payloadFormatVersion", *version);
    }
    AllApiPaths& managed = context.state<AllApiPaths>();
    if (route->path == default_path && !had_integration) {
        managed.apis[id].functions_of_default_path.insert(function.key);
    }
    managed.apis[id].paths[route->path].insert(
        condition == nullptr ? std::string() : *condition->as_string());
    if (condition != nullptr && !existed) {
        for (data::Map* item : branches((*paths->as_map())[route->path])) {
            if (Value* method = item->find(route->method); method != nullptr && !as_if(*method)) {
                *method = make_if(*condition->as_string(), std::move(*method), make_no_value());
            }
        }
    }
}

} // namespace

void add_implicit_apis(Context& context) {
    point_at_implicit_api(context);
    for (data::Entry& resource : context.resources()) {
        const Value* type = resource.value.find("Type");
        if (type != nullptr && type->text() == "AWS::Serverless::HttpApi") {
            start_definition(context, resource.key, *resource.value.as_map());
        }
    }
    each_event(context, "HttpApi", [&](data::Entry& function, data::Entry& event) {
        add_route(context, function, event);
    });
    if (Map* api = context.find_resource(implicit_http_api, "AWS::Serverless::HttpApi")) {
        ConditionSet all;
        for (const auto& [path, conditions] :
             context.state<AllApiPaths>().apis[std::string(implicit_http_api)].paths) {
            all.insert(conditions.begin(), conditions.end());
        }
        const std::string name = fmt::format("{}Condition", implicit_http_api);
        if (const auto condition = any_of(context, all, name);
            condition && !api->contains("Condition")) {
            api->set("Condition", *condition);
        }
    }
}

} // namespace samara::transform
