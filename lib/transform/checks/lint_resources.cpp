#include "transform/checks/lint_resources.h"

#include "base/hint.h"
#include "base/strings.h"
#include "transform/checks/cloudformation_types.h"
#include "transform/checks/lint_attributes.h"
#include "transform/checks/lint_properties.h"

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::Value;

void warn_of_type(const CloudFormationTypes& types, const data::Entry& resource, Findings& found) {
    const Value& type = *resource.value.find("Type");
    const std::string_view near = types.nearest(type.text());
    base::Error error;
    error.where = type.where();
    error.resource = resource.key;
    error.property = "Type";
    error.message = fmt::format("CloudFormation is not known to have the type {}", type.text());
    error.hint = base::did_you_mean(near, "correct it, unless the type is new");
    found.push_back({"E3006", base::Severity::warning, std::move(error)});
}

bool is_own(const Value* written, const data::Entry& resource) {
    const Value* same = written == nullptr ? nullptr : written->find(resource.key);
    const Value* type = same == nullptr ? nullptr : same->find("Type");
    const Value* now = resource.value.find("Type");
    return type != nullptr && now != nullptr && *type == *now;
}

} // namespace

Findings lint_resources(const Value& document, const Value& transformed) {
    Findings found;
    const Value* resources = transformed.find("Resources");
    if (resources == nullptr || !resources->is_map()) {
        return found;
    }
    const auto types = CloudFormationTypes::load();
    if (!types) {
        return {{{}, base::Severity::error, types.error()}};
    }
    for (const data::Entry& resource : *resources->as_map()) {
        const Value* type = resource.value.find("Type");
        if (type == nullptr || !type->is_string() || takes_anything(type->text())) {
            continue;
        }
        const bool own = is_own(document.find("Resources"), resource);
        if (const auto known = types->resource(type->text())) {
            lint_properties(*types, *known, resource, own, found);
        } else if (own && !type->text().starts_with("AWS::Serverless::")) {
            warn_of_type(*types, resource, found);
        }
    }
    for (const char* part : {"Resources", "Outputs"}) {
        if (const Value* section = transformed.find(part)) {
            lint_attributes(*types, *resources->as_map(), *section, found);
        }
    }
    return found;
}

} // namespace samara::transform
