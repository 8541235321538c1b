#include "base/strings.h"
#include "transform/core/intrinsics.h"
#include "transform/event/function_event.h"
#include "transform/event/source_access.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Value;

/// The name of the Glue registry whose ARN is written there, also within Fn::Sub; empty when it
/// cannot be read here.
std::string registry_name(const Context& context, const Value& registry) {
    const Value known = context.parameters().resolve_references(registry);
    const Value* text = argument_of(known, "Fn::Sub");
    const auto parts = base::split(text != nullptr ? text->text() : registry.text(), ':');
    constexpr std::size_t resource = 5;
    constexpr std::string_view prefix = "registry/";
    return parts.size() > resource && parts.front().starts_with("arn") &&
                   parts[resource].starts_with(prefix)
               ? std::string(parts[resource].substr(prefix.size()))
               : std::string();
}

/// Whether every item of AccessConfigs is a map with Type and URI.
bool has_access_configs(const Value& list) {
    const List* items = list.as_list();
    return items != nullptr && std::all_of(items->begin(), items->end(), [](const Value& item) {
               return item.find("Type") != nullptr && item.find("URI") != nullptr;
           });
}

} // namespace

bool grant_schema_registry(const FunctionEvent& event, List& statements) {
    if (event.properties.given("SchemaRegistryConfig") == nullptr) {
        return true;
    }
    const auto config = event.properties.below("SchemaRegistryConfig");
    if (!config) {
        return false;
    }
    bool good = true;
    for (const char* name : {"SchemaRegistryURI", "EventRecordFormat", "SchemaValidationConfigs"}) {
        if (config->find(name) == nullptr) {
            good = false;
            config->error(
                "",
                fmt::format("SchemaRegistryConfig needs {}", name),
                fmt::format("add {}", name));
        }
    }
    if (const Value& format = (*config)["EventRecordFormat"];
        good && format.text() != "JSON" && format.text() != "SOURCE") {
        good = false;
        config->error("EventRecordFormat", "EventRecordFormat must be JSON or SOURCE");
    }
    if (good && !(*config)["SchemaValidationConfigs"].is_list()) {
        good = false;
        config->wrong_kind("SchemaValidationConfigs", "a list");
    }
    if (const Value* access = config->given("AccessConfigs");
        access != nullptr && !has_access_configs(*access)) {
        good = false;
        config->error("AccessConfigs", "AccessConfigs must be a list of maps with Type and URI");
    }
    if (!good) {
        return false;
    }
    if (const List* access = (*config)["AccessConfigs"].as_list()) {
        for (const Value& item : *access) {
            if (const Value* uri = item.find("URI")) {
                statements.emplace_back(read_secret(*uri));
            }
        }
    }
    const Value& registry = (*config)["SchemaRegistryURI"];
    if (const std::string name = registry_name(event.function.context(), registry); !name.empty()) {
        statements.emplace_back(statement(List{"glue:GetRegistry"}, registry));
        statements.emplace_back(statement(
            List{"glue:GetSchemaVersion"},
            List{make_sub(fmt::format(
                "arn:${{AWS::Partition}}:glue:${{AWS::Region}}:${{AWS::AccountId}}:schema/{}/*",
                name))}));
    }
    return true;
}

} // namespace samara::transform
