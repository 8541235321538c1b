#include "transform/api/api_event_routes.h"

#include "base/strings.h"
#include "transform/api/api_paths.h"
#include "transform/api/definition_history.h"
#include "transform/api/http_api_event.h"
#include "transform/api/openapi.h"
#include "transform/api/python_order.h"
#include "transform/core/intrinsics.h"
#include "transform/core/resource.h"

#include <fmt/format.h>

namespace samara::transform {

using data::Map;
using data::Value;

void each_api_event(
    Context& context,
    std::string_view event_type,
    const std::function<void(data::Entry&, data::Entry&, Value&)>& visit) {
    for (const data::Entry* owner : resources_in_order(context, event_type == "Api" ? 1 : 2)) {
        data::Entry& resource = *context.resources().find_entry(owner->key);
        const Value* type = resource.value.find("Type");
        if (type == nullptr || (type->text() != "AWS::Serverless::Function" &&
                                type->text() != "AWS::Serverless::StateMachine")) {
            continue;
        }
        Value* own = resource.value.find("Properties");
        Value* events = own == nullptr ? nullptr : own->find("Events");
        if (events == nullptr || !events->is_map()) {
            continue;
        }
        // AWS's transform puts the events of that type into a table of their own.
        Map of_type;
        for (const data::Entry* next : in_python_order(*events->as_map(), 0)) {
            const Value* kind = next->value.find("Type");
            if (kind != nullptr && kind->text() == event_type) {
                of_type.set(next->key, nullptr);
            }
        }
        for (const data::Entry* next : in_python_order(of_type, 0)) {
            data::Entry& event = *events->as_map()->find_entry(next->key);
            Map& members = *event.value.as_map();
            if (event_type == "Api" && !is_given(members.find("Properties"))) {
                continue;
            }
            if (!members.contains("Properties")) {
                members.set("Properties", Map{}); // those of $default; null is none
            }
            visit(resource, event, *members.find("Properties"));
        }
    }
}

namespace {

std::optional<EventRoute> route_of(const ApiKind& kind, const Map& properties) {
    return kind.event_type == "Api" ? written_route(properties) : http_route(properties);
}

/// Whether the event's API is one of the template that such events can have; an error when not.
bool names_api(Context& context, const ApiKind& kind, const Properties& event) {
    const Value* id = event.map().find(kind.id_property);
    if (id == nullptr) {
        return true; // of an owner that point_at_implicit_api has passed over
    }
    const Value* reference = argument_of(*id, "Ref");
    const Value& name = reference == nullptr ? *id : *reference;
    if (!name.is_string()) {
        event.error(
            kind.id_property,
            fmt::format(
                "{} must be a text or !Ref with the logical id of an API", kind.id_property),
            "write !Ref with the logical id of the API");
        return false;
    }
    const Map* api = context.find_resource(name.text());
    const Value* type = api == nullptr ? nullptr : api->find("Type");
    const bool other_kind = type != nullptr && type->text() == "AWS::Serverless::HttpApi" &&
                            type->text() != kind.api_type;
    if (type == nullptr || other_kind) {
        event.error(
            kind.id_property,
            fmt::format("{} does not name an {} of this template", kind.id_property, kind.api_type),
            "write !Ref with the logical id of the API");
        return false;
    }
    return true;
}

/// What an event must say for its API to be known. AWS's transform looks at this first, and at
/// nothing else when it finds a mistake. False after an error.
bool check_route(
    Context& context, const ApiKind& kind, data::Entry& owner, data::Entry& event, Value& given) {
    Map nothing;
    const Properties place = Resource(context, owner, *owner.value.as_map())
                                 .event(event, given.is_map() ? *given.as_map() : nothing);
    if (!given.is_map()) {
        place.error_at(given, "Properties", "Properties must be a map");
        return false;
    }
    if (!names_api(context, kind, place)) {
        return false;
    }
    if (kind.event_type != "Api") {
        return check_http_route(place);
    }
    for (const char* name : {"Path", "Method"}) {
        const Value* value = place.find(name);
        if (value == nullptr || !value->is_string()) {
            place.error(
                name,
                fmt::format("{} of an Api event must be a text", name),
                "write for example Path: /items and Method: get");
            return false;
        }
    }
    return true;
}

/// Adds the route's empty operation; keeps the condition of its owner and, for a function with a
/// name, that name.
void add_route(Context& context, const ApiKind& kind, const data::Entry& owner, const Map& event) {
    const Value& id = *event.find(kind.id_property);
    const Value* reference = argument_of(id, "Ref");
    const std::string_view name = reference != nullptr ? reference->text() : id.text();
    Map* api = context.find_resource(name, kind.api_type);
    const auto route = route_of(kind, event);
    Value* own = api == nullptr ? nullptr : api->find("Properties");
    if (own == nullptr || !own->is_map() || !route) {
        return; // reported by check_route, or when the event is expanded
    }
    ApiPaths& managed = context.api_paths().apis[std::string(name)];
    Value* definition = own->find("DefinitionBody");
    const bool editable = managed.written_by_sam && definition != nullptr &&
                          (kind.event_type == "Api" || is_openapi_3(definition));
    Value* paths = editable ? definition->find("paths") : nullptr;
    if (paths == nullptr || !paths->is_map()) {
        return;
    }
    if (!managed.history.is_edited()) {
        stamp(*definition, managed.history.last_edit());
    }
    managed.history.edit([&] {
        add_operation(*paths->as_map(), route->path, route->method);
        data::Entry& path = *paths->as_map()->find_entry(route->path.text());
        path.key_where.added =
            path.key_where.added == 0 ? managed.history.now() : path.key_where.added;
        for (Map* item : branches(path.value)) {
            stamp_members(*item, managed.history.now());
        }
        return true;
    });
    const Value* condition = owner.value.find("Condition");
    managed.paths[std::string(route->path.text())].insert(
        std::string(condition == nullptr ? std::string_view{} : condition->text()));
}

/// RouteSettings of an HttpApi event become those of its API's stage, under "GET /path" or "ANY
/// /path".
void add_route_settings(
    Context& context, const data::Entry& owner, const Properties& event, const Map& properties) {
    const Value* settings = properties.find("RouteSettings");
    if (settings == nullptr) {
        return;
    }
    if (!settings->is_map()) {
        event.error(
            "RouteSettings",
            "RouteSettings must be a map",
            "write for example ThrottlingBurstLimit: 100");
        return;
    }
    const auto route = http_route(properties);
    std::string id;
    Map* api = http_api_of(context, properties, &id);
    if (!route || api == nullptr) {
        return;
    }
    // The method of a route that is not written, and OpenAPI's name for any method, are left out.
    const Value* method = properties.find("Method");
    std::string key(route->path.text());
    if (is_given(method) && method->text() != any_method) {
        key = fmt::format("{} {}", base::to_upper(method->text()), key);
    }
    Value& api_properties = (*api)["Properties"];
    if (api_properties.is_null()) {
        api_properties = Map{};
    }
    if (!api_properties.is_map()) {
        return; // reported when the API is expanded
    }
    Value& all = (*api_properties.as_map())["RouteSettings"];
    if (all.is_null()) {
        all = Map{};
    }
    if (!all.is_map()) {
        return; // reported when the API is expanded
    }
    Value& own = (*all.as_map())[key];
    if (!own.is_map()) {
        own = Map{};
    }
    const Value added = make_conditional(owner.value.find("Condition"), *settings);
    for (const data::Entry& setting : *added.as_map()) {
        own.as_map()->set(setting);
    }
}

} // namespace

void add_event_route(
    Context& context, const ApiKind& kind, data::Entry& owner, data::Entry& event, Value& given) {
    if (!check_route(context, kind, owner, event, given)) {
        return;
    }
    Map& properties = *given.as_map();
    add_route(context, kind, owner, properties);
    if (kind.event_type == "HttpApi") {
        const Properties place =
            Resource(context, owner, *owner.value.as_map()).event(event, properties);
        add_route_settings(context, owner, place, properties);
    }
}

} // namespace samara::transform
