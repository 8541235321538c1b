#include "base/strings.h"
#include "transform/api_paths.h"
#include "transform/definition_history.h"
#include "transform/definition_text.h"
#include "transform/expanders.h"
#include "transform/http_api_event.h"
#include "transform/intrinsics.h"
#include "transform/openapi.h"
#include "transform/python_order.h"
#include "transform/resource.h"
#include "transform/rest_api_event.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

// Before resources are expanded: APIs get the paths of the events of functions and state machines,
// and events that name no API get an API of their own.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources-api.html
namespace samara::transform {
namespace {

using data::Map;
using data::Value;

/// The two kinds of API that events can have.
struct ApiKind {
    std::string_view event_type;
    std::string_view api_type;
    std::string_view id_property;
    std::string_view implicit_id;
    std::string_view globals;
    Value (*new_definition)();
};

constexpr std::array kinds{
    ApiKind{
        "Api",
        "AWS::Serverless::Api",
        "RestApiId",
        "ServerlessRestApi",
        "Api",
        new_rest_definition},
    ApiKind{
        "HttpApi",
        "AWS::Serverless::HttpApi",
        "ApiId",
        "ServerlessHttpApi",
        "HttpApi",
        new_http_definition},
};

/// Calls visit(resource, event, properties) for each event of that type, also when the properties
/// are no map. A REST event without properties is told when it is expanded.
template <class Visit>
void each_event(Context& context, std::string_view event_type, Visit&& visit) {
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
            Value& properties = (*event.value.as_map())["Properties"];
            if (event_type == "Api" && !is_given(&properties)) {
                continue;
            }
            if (properties.is_null()) {
                properties = Map{};
            }
            visit(resource, event, properties);
        }
    }
}

Map& properties_of(Map& resource) {
    Value& properties = resource["Properties"];
    if (properties.is_null()) {
        properties = Map{};
    }
    return *properties.as_map();
}

/// The definition of an API that gives none is SAM's. What Globals gives comes later.
void start_definition(Context& context, const ApiKind& kind, data::Entry& resource) {
    Value* own = resource.value.find("Properties");
    if (own != nullptr && !own->is_null() && !own->is_map()) {
        return;
    }
    Map& properties = properties_of(*resource.value.as_map());
    if (is_given(properties.find("DefinitionUri")) ||
        is_given(properties.find("DefinitionBody"))) {
        return;
    }
    ApiPaths& managed = context.state<AllApiPaths>().apis[resource.key];
    managed.written_by_sam = true;
    managed.history = {};
    stamp(properties.set("DefinitionBody", kind.new_definition()), managed.history.now());
}

/// Leaves the events of functions and state machines in the order of the table that AWS's passes
/// leave, which have written the events of APIs back into it.
void order_events(Context& context) {
    for (data::Entry& resource : context.resources()) {
        const Value* type = resource.value.find("Type");
        Value* own = resource.value.find("Properties");
        Value* events = own == nullptr ? nullptr : own->find("Events");
        const bool has_events = type != nullptr && events != nullptr && events->is_map() &&
                                (type->text() == "AWS::Serverless::Function" ||
                                 type->text() == "AWS::Serverless::StateMachine");
        if (!has_events) {
            continue;
        }
        const Map& map = *events->as_map();
        std::vector<std::size_t> written_back;
        for (const ApiKind& kind : kinds) {
            const auto count = std::count_if(map.begin(), map.end(), [&](const auto& event) {
                const Value* event_type = event.value.find("Type");
                return event_type != nullptr && event_type->text() == kind.event_type;
            });
            written_back.push_back(static_cast<std::size_t>(count));
        }
        Map ordered;
        for (const data::Entry* event : in_python_order_updated(map, written_back)) {
            ordered.set(*event);
        }
        *events->as_map() = std::move(ordered);
    }
}

/// What an implicit API inherits of the resources that need it.
struct Owners {
    bool any = false;
    std::set<std::string, std::less<>> deletion_policies;
    std::set<std::string, std::less<>> update_replace_policies;
    Map tags; ///< of owners that pass theirs on

    void add(const Value& owner, const Value* globals) {
        any = true;
        const Value* properties = owner.find("Properties");
        const Value* own = properties->find("PropagateTags");
        const Value* shared = globals == nullptr ? nullptr : globals->find("PropagateTags");
        if (is_given(own != nullptr ? own : shared)) {
            for (const Value* from : {globals, properties}) {
                const Value* own_tags = from == nullptr ? nullptr : from->find("Tags");
                const Map* map = own_tags == nullptr ? nullptr : own_tags->as_map();
                for (const data::Entry& tag : map == nullptr ? Map{} : *map) {
                    tags.set(tag);
                }
            }
        }
        if (const Value* policy = owner.find("DeletionPolicy")) {
            deletion_policies.emplace(policy->text());
        }
        if (const Value* policy = owner.find("UpdateReplacePolicy")) {
            update_replace_policies.emplace(policy->text());
        }
    }
};

/// What one owner wants kept is kept: the first of `policies` that any of them has.
void set_policy(
    Map& api,
    std::string_view name,
    std::initializer_list<const char*> policies,
    const std::set<std::string, std::less<>>& given) {
    for (const char* policy : policies) {
        if (given.contains(policy)) {
            api.set(name, policy);
            return;
        }
    }
}

/// The section of Globals for resources of that type.
const Value* globals_of(Context& context, std::string_view section) {
    const Value* globals = context.document().find("Globals");
    return globals == nullptr ? nullptr : globals->find(section);
}

Owners point_at_implicit_api(Context& context, const ApiKind& kind) {
    Owners owners;
    each_event(context, kind.event_type, [&](data::Entry& owner, data::Entry&, Value& given) {
        if (!given.is_map()) {
            return;
        }
        Map& properties = *given.as_map();
        const Value* id = properties.find(kind.id_property);
        if (id == nullptr || id->is_null()) {
            properties.set(kind.id_property, make_ref(kind.implicit_id));
            id = properties.find(kind.id_property);
        }
        const Value* name = argument_of(*id, "Ref");
        if (name != nullptr && name->text() == kind.implicit_id) {
            const bool function = owner.value.find("Type")->text() == "AWS::Serverless::Function";
            owners.add(
                owner.value, globals_of(context, function ? "Function" : "StateMachine"));
        }
    });
    return owners;
}

bool add_implicit_api(Context& context, const ApiKind& kind, const Owners& owners) {
    if (!owners.any || context.resources().contains(kind.implicit_id)) {
        return false;
    }
    Map properties;
    if (kind.event_type == "Api") {
        properties.set("StageName", "Prod");
    }
    if (!owners.tags.empty()) {
        properties.set("Tags", owners.tags);
        properties.set("PropagateTags", true);
    }
    Map api{{"Type", kind.api_type}, {"Properties", std::move(properties)}};
    set_policy(api, "DeletionPolicy", {"Retain", "Delete"}, owners.deletion_policies);
    set_policy(
        api,
        "UpdateReplacePolicy",
        {"Retain", "Snapshot", "Delete"},
        owners.update_replace_policies);
    context.resources().set(kind.implicit_id, std::move(api));
    return true;
}

/// OpenApiVersion: the definition that SAM writes is OpenAPI 3 from the start.
void start_openapi_3(Map& api, std::uint32_t now) {
    const Value* version = api.find("OpenApiVersion");
    Map& definition = *api.find("DefinitionBody")->as_map();
    if (!is_version_3(version)) {
        return;
    }
    Value text = version_text(*version);
    if (version->is_string()) {
        text.set_where(version->where());
    }
    definition.set("openapi", std::move(text));
    stamp_members(definition, now);
    remove_member(definition, "swagger", now);
}

/// The path and method of an event, as keys that know whether the user wrote them.
struct Route {
    Value path;
    Value method;
};

std::optional<Route> route_of(const ApiKind& kind, const Map& properties) {
    if (kind.event_type == "Api") {
        auto route = rest_route(properties);
        return route ? std::optional(Route{std::move(route->path), std::move(route->method)})
                     : std::nullopt;
    }
    auto route = http_route(properties);
    return route ? std::optional(Route{std::move(route->path), std::move(route->method)})
                 : std::nullopt;
}

/// Whether the event's API is one of the template that such events can have; an error when not.
bool names_api(Context& context, const ApiKind& kind, const Properties& event) {
    const Value* id = event.find(kind.id_property);
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
        return true;
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
        return; // told by check_route, or when the event is expanded
    }
    ApiPaths& managed = context.state<AllApiPaths>().apis[std::string(name)];
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

/// RouteSettings of an HttpApi event become those of its API's stage, under "GET /path".
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
    std::string key(route->path.text());
    if (key != default_path) {
        const bool any = route->method.text() == any_method;
        key = fmt::format("{} {}", any ? "ANY" : base::to_upper(route->method.text()), key);
    }
    Value& all = properties_of(*api)["RouteSettings"];
    if (all.is_null()) {
        all = Map{};
    }
    if (!all.is_map()) {
        return; // told when the API is expanded
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

/// An implicit API exists when any of its events' owners does.
void set_condition(Context& context, const ApiKind& kind) {
    Map* api = context.find_resource(kind.implicit_id, kind.api_type);
    if (api == nullptr || api->contains("Condition")) {
        return;
    }
    ConditionSet all;
    for (const auto& [path, conditions] :
         context.state<AllApiPaths>().apis[std::string(kind.implicit_id)].paths) {
        all.insert(conditions.begin(), conditions.end());
    }
    const std::string name = fmt::format("{}Condition", kind.implicit_id);
    if (const auto condition = any_of(context, all, name)) {
        context.find_resource(kind.implicit_id)->set("Condition", *condition);
    }
}

/// A FunctionName as Python prints it.
std::string printed(const Value& name) {
    return name.is_map() || name.is_list() ? definition_text(name, untouched_copies)
                                           : data::scalar_text(name);
}

} // namespace

void add_implicit_apis(Context& context) {
    for (const ApiKind& kind : kinds) {
        for (data::Entry& resource : context.resources()) {
            const Value* type = resource.value.find("Type");
            if (type != nullptr && type->text() == kind.api_type) {
                start_definition(context, kind, resource);
            }
        }
        const bool added =
            add_implicit_api(context, kind, point_at_implicit_api(context, kind));
        if (added) {
            start_definition(context, kind, *context.resources().find_entry(kind.implicit_id));
        }
        each_event(
            context,
            kind.event_type,
            [&](data::Entry& owner, data::Entry& event, Value& properties) {
                if (!check_route(context, kind, owner, event, properties)) {
                    return;
                }
                add_route(context, kind, owner, *properties.as_map());
                if (kind.event_type == "HttpApi") {
                    const Properties place = Resource(context, owner, *owner.value.as_map())
                                                 .event(event, *properties.as_map());
                    add_route_settings(context, owner, place, *properties.as_map());
                }
            });
        set_condition(context, kind);
    }
    order_events(context);
}

void finish_api_definitions(Context& context) {
    AllApiPaths& all = context.state<AllApiPaths>();
    for (auto& [id, managed] : all.apis) {
        Map* api = context.find_resource(id, "AWS::Serverless::Api");
        if (api != nullptr && managed.written_by_sam) {
            start_openapi_3(*api->find("Properties")->as_map(), managed.history.now());
        }
    }
    each_event(context, "Api", [&](data::Entry& owner, data::Entry&, Value& properties) {
        const Value* name = owner.value.find("Properties")->find("FunctionName");
        const Value* id = properties.find("RestApiId");
        const Value* reference = id == nullptr ? nullptr : argument_of(*id, "Ref");
        const bool counts = id != nullptr && is_given(name) &&
                            owner.value.find("Type")->text() == "AWS::Serverless::Function";
        const std::string_view api = !counts                ? std::string_view{}
                                     : reference != nullptr ? reference->text()
                                                            : id->text();
        if (!api.empty()) {
            all.function_names[std::string(api)] +=
                printed(context.parameters().resolve(*name));
        }
    });
}

} // namespace samara::transform
