#include "app/run/function_resources.h"

#include "model/function.h"
#include "model/limits.h"

#include <algorithm>

namespace samara::app {

namespace {

// An alias or version: its function, and the name that an alias has. What cannot be evaluated has
// been reported when the application was read.
data::Value published_resource(Application& stack, const data::Value& resource) {
    base::Diagnostics told;
    data::Map properties;
    const data::Value* all = resource.find("Properties");
    for (const char* name : {"FunctionName", "Name"}) {
        if (const data::Value* value = all == nullptr ? nullptr : all->find(name)) {
            properties.set(name, stack.resolver().resolve(*value, told));
        }
    }
    return data::Map{{"Type", *resource.find("Type")}, {"Properties", std::move(properties)}};
}

void add_published(Application& stack, data::Map& resources) {
    for (const data::Entry& entry : *stack.sections().resources) {
        base::Diagnostics told;
        const data::Value* type = entry.value.find("Type");
        if (type != nullptr && model::is_published_type(type->text()) &&
            stack.resolver().exists(entry.value, told)) {
            resources.set(stack.physical_id(entry.key), published_resource(stack, entry.value));
        }
    }
}

} // namespace

data::Map function_resources(Application& application, const std::set<std::string>& chosen) {
    data::Map resources;
    const auto add = [&](const std::string& id, data::Map properties) {
        if (!chosen.empty() && !chosen.contains(id)) {
            return;
        }
        resources.set(
            id,
            data::Map{{"Type", "AWS::Lambda::Function"}, {"Properties", std::move(properties)}});
    };
    for (const model::Function& function : application.functions()) {
        add(function.logical_id,
            {{"FunctionName", function.name},
             {"Timeout",
              static_cast<std::int64_t>(
                  std::max(function.timeout_seconds, model::limits().least_timeout_seconds))}});
    }
    for (const auto& [function, error] : application.broken_functions()) {
        std::string name = function;
        std::replace(name.begin(), name.end(), '/', '-');
        add(function, {{"FunctionName", std::move(name)}});
    }
    application.for_each_stack([&](Application& stack) { add_published(stack, resources); });
    return resources;
}

} // namespace samara::app
