#include "transform/api/api_event_routes.h"
#include "transform/api/api_paths.h"
#include "transform/api/definition_history.h"
#include "transform/api/definition_text.h"
#include "transform/api/openapi.h"
#include "transform/api/python_order.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>
#include <vector>

#include <fmt/format.h>

// Before resources are expanded: APIs get the paths of the events of functions and state machines,
// and events that name no API get an API of their own.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources-api.html
namespace samara::transform {
namespace {

using data::Map;
using data::Value;

constexpr std::array kinds{
    ApiKind{"Api", "AWS::Serverless::Api", "RestApiId", "ServerlessRestApi", new_rest_definition},
    ApiKind{
        "HttpApi", "AWS::Serverless::HttpApi", "ApiId", "ServerlessHttpApi", new_http_definition},
};

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
    if (is_given(properties.find("DefinitionUri")) || is_given(properties.find("DefinitionBody"))) {
        return;
    }
    ApiPaths& managed = context.api_paths().apis[resource.key];
    managed.written_by_sam = true;
    managed.history = {};
    stamp(properties.set("DefinitionBody", kind.new_definition()), managed.history.now());
}

/// What an implicit API inherits of the resources that need it.
struct Owners {
    bool any = false;
    std::set<std::string, std::less<>> deletion_policies;
    std::set<std::string, std::less<>> update_replace_policies;
    Map tags; ///< of owners that pass theirs on

    /// `names_api`: of an owner that says itself that it means the implicit API, AWS's transform
    /// takes no tags.
    void add(const Value& owner, const Value* globals, bool names_api) {
        any = true;
        const Value* properties = owner.find("Properties");
        // What an owner says is all, or else what Globals says is.
        const auto said = [&](std::string_view name) {
            const Value* own = properties->find(name);
            return is_given(own) || globals == nullptr ? own : globals->find(name);
        };
        const Value* own_tags = said("Tags");
        const Map* map = own_tags == nullptr ? nullptr : own_tags->as_map();
        if (!names_api && map != nullptr && is_given(said("PropagateTags"))) {
            for (const data::Entry& tag : *map) {
                tags.set(tag);
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
    each_api_event(context, kind.event_type, [&](data::Entry& owner, data::Entry&, Value& given) {
        if (!given.is_map()) {
            return;
        }
        Map& properties = *given.as_map();
        const Value* id = properties.find(kind.id_property);
        const bool names_api = id != nullptr;
        if (!names_api) {
            properties.set(kind.id_property, make_ref(kind.implicit_id));
            id = properties.find(kind.id_property);
        }
        const Value* name = argument_of(*id, "Ref");
        if (name != nullptr && name->text() == kind.implicit_id) {
            const bool function = owner.value.find("Type")->text() == "AWS::Serverless::Function";
            owners.add(
                owner.value,
                globals_of(context, function ? "Function" : "StateMachine"),
                names_api);
        }
    });
    return owners;
}

bool add_api(Context& context, const ApiKind& kind, const Owners& owners) {
    if (!owners.any) {
        return false;
    }
    if (const data::Entry* own = context.resources().find_entry(kind.implicit_id)) {
        base::Error warning;
        warning.message = fmt::format(
            "AWS's transform replaces {} by the API that it makes for events", kind.implicit_id);
        warning.hint = "give your API another logical id";
        warning.resource = kind.implicit_id;
        warning.where = own->key_where;
        context.report({base::Severity::warning, std::move(warning)});
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

/// An implicit API exists when any of its events' owners does.
void set_condition(Context& context, const ApiKind& kind) {
    Map* api = context.find_resource(kind.implicit_id, kind.api_type);
    if (api == nullptr || api->contains("Condition")) {
        return;
    }
    ConditionSet all;
    for (const auto& [path, conditions] :
         context.api_paths().apis[std::string(kind.implicit_id)].paths) {
        all.insert(conditions.begin(), conditions.end());
    }
    const std::string name = fmt::format("{}Condition", kind.implicit_id);
    if (const auto condition = any_of(context, all, name)) {
        context.find_resource(kind.implicit_id)->set("Condition", *condition);
    }
}

/// A FunctionName as Python prints it.
std::string printed(const Value& name) {
    return name.is_map() || name.is_list() ? definition_text(name, 0) : data::scalar_text(name);
}

} // namespace

void add_implicit_api(Context& context, std::string_view event_type) {
    const ApiKind& kind = *std::find_if(kinds.begin(), kinds.end(), [&](const ApiKind& one) {
        return one.event_type == event_type;
    });
    for (data::Entry& resource : context.resources()) {
        const Value* type = resource.value.find("Type");
        if (type != nullptr && type->text() == kind.api_type) {
            start_definition(context, kind, resource);
        }
    }
    if (add_api(context, kind, point_at_implicit_api(context, kind))) {
        start_definition(context, kind, *context.resources().find_entry(kind.implicit_id));
    }
    each_api_event(
        context, kind.event_type, [&](data::Entry& owner, data::Entry& event, Value& properties) {
            add_event_route(context, kind, owner, event, properties);
        });
    for (auto& [id, managed] : context.api_paths().apis) {
        if (managed.written_by_sam && context.find_resource(id, kind.api_type) != nullptr) {
            managed.history.copy(); // AWS's transform looks for paths to make conditional
        }
    }
    set_condition(context, kind);
}

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

void finish_api_definitions(Context& context) {
    AllApiPaths& all = context.api_paths();
    for (auto& [id, managed] : all.apis) {
        Map* api = context.find_resource(id, "AWS::Serverless::Api");
        if (api != nullptr && managed.written_by_sam) {
            start_openapi_3(*api->find("Properties")->as_map(), managed.history.now());
        }
    }
    each_api_event(context, "Api", [&](data::Entry& owner, data::Entry&, Value& properties) {
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
                printed(context.parameters().resolve_references(*name));
        }
    });
}

} // namespace samara::transform
