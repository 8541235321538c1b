#include "model/nested_stack.h"

#include "base/strings.h"
#include "model/properties.h"

#include <fmt/format.h>

namespace samara::model {

namespace {

bool is_elsewhere(std::string_view location) {
    return location.find("://") != std::string_view::npos;
}

// CloudFormation takes a list for a list parameter, too.
std::string parameter_text(const data::Value& value) {
    const data::List* list = value.as_list();
    if (list == nullptr) {
        return data::scalar_text(value);
    }
    std::vector<std::string> items;
    for (const data::Value& item : *list) {
        items.push_back(data::scalar_text(item));
    }
    return base::join(items, ",");
}

} // namespace

bool is_nested_stack(std::string_view resource_type) {
    return resource_type == "AWS::CloudFormation::Stack" ||
           resource_type == "AWS::Serverless::Application";
}

std::optional<NestedStack> read_nested_stack(
    const std::string& logical_id, const data::Value& resource, base::Diagnostics& diagnostics) {
    Properties properties(logical_id, resource);
    const data::Value* location = properties.find("TemplateURL");
    if (location == nullptr) {
        location = properties.find("Location");
    }
    NestedStack stack;
    if (location == nullptr) {
        properties.missing("TemplateURL", "name the template of the nested stack");
    } else if (!location->is_string() || is_elsewhere(location->text())) {
        return std::nullopt;
    } else {
        stack.location = location->text();
        stack.where = location->where();
    }
    if (const data::Value* parameters = properties.find("Parameters")) {
        if (const data::Map* map = parameters->as_map()) {
            for (const data::Entry& parameter : *map) {
                stack.parameters[parameter.key] = parameter_text(parameter.value);
            }
        } else {
            properties.error(
                *parameters,
                "Parameters",
                fmt::format("Parameters of '{}' is not a map", logical_id),
                "write Parameters: {Name: value}");
        }
    }
    diagnostics.insert(diagnostics.end(), properties.errors().begin(), properties.errors().end());
    return properties.errors().empty() ? std::optional(std::move(stack)) : std::nullopt;
}

} // namespace samara::model
