#include "model/sections.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::model {

namespace {

using data::Map;
using data::Value;

constexpr std::string_view serverless_transform = "AWS::Serverless-2016-10-31";
constexpr std::array<std::string_view, 6> known_transforms{
    serverless_transform,
    "AWS::LanguageExtensions",
    "AWS::Include",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
    "AWS::CodeDeployBlueGreen",
};

const Map& empty_map() {
    static const Map empty;
    return empty;
}

void report(base::Diagnostics& diagnostics, base::Result<void> checked) {
    if (!checked) {
        diagnostics.push_back({base::Severity::error, std::move(checked).error()});
    }
}

base::Result<const Map*> section(const Value& document, std::string_view name) {
    const Value* value = document.find(name);
    if (value == nullptr || value->is_null()) {
        return &empty_map();
    }
    if (!value->is_map()) {
        return base::fail(
            fmt::format("section {} must be a map, not {}", name, data::kind_name(value->kind())),
            {},
            value->where());
    }
    return value->as_map();
}

base::Result<void> check_transform(const Value& name) {
    if (name.is_map()) { // {Name: AWS::Include, Parameters: ...}
        return {};
    }
    if (std::find(known_transforms.begin(), known_transforms.end(), name.text()) !=
        known_transforms.end()) {
        return {};
    }
    // A macro of the user's own account is legal CloudFormation, but cannot be run here.
    return base::fail(
        name.is_string()
            ? fmt::format("Transform '{}' is not known here", name.text())
            : fmt::format("Transform must be a name, not {}", data::kind_name(name.kind())),
        fmt::format("a SAM template says: Transform: {}", serverless_transform),
        name.where());
}

void check_transforms(const Value& document, base::Diagnostics& diagnostics) {
    const Value* transform = document.find("Transform");
    if (transform == nullptr) {
        return;
    }
    if (const data::List* list = transform->as_list()) {
        for (const Value& name : *list) {
            report(diagnostics, check_transform(name));
        }
        return;
    }
    report(diagnostics, check_transform(*transform));
}

void check_resources(const Map& resources, base::Diagnostics& diagnostics) {
    for (const data::Entry& resource : resources) {
        if (resource.key.starts_with(
                "Fn::")) { // Fn::ForEach and Fn::Transform stand among resources
            continue;
        }
        const Value* type = resource.value.find("Type");
        if (!resource.value.is_map() || type == nullptr || !type->is_string()) {
            base::Error error;
            error.message = fmt::format("resource '{}' has no Type", resource.key);
            error.hint = "write for example Type: AWS::Serverless::Function";
            error.where = resource.key_where;
            error.resource = resource.key;
            diagnostics.push_back({base::Severity::error, std::move(error)});
        }
    }
}

} // namespace

base::Result<Sections> sections_of(const Value& document) {
    base::Diagnostics diagnostics;
    auto sections = sections_of(document, diagnostics);
    return sections && !diagnostics.empty() ? base::fail(diagnostics.front().error)
                                            : std::move(sections);
}

base::Result<Sections> sections_of(const Value& document, base::Diagnostics& diagnostics) {
    if (document.is_null()) {
        return base::fail(
            "the template is empty",
            "a template needs at least a Resources section",
            document.where());
    }
    if (!document.is_map()) {
        return base::fail(
            fmt::format("a template must be a map, not {}", data::kind_name(document.kind())),
            "a template needs at least a Resources section",
            document.where());
    }
    check_transforms(document, diagnostics);
    Sections sections;
    const std::array<std::pair<std::string_view, const Map**>, 5> parts{{
        {"Parameters", &sections.parameters},
        {"Mappings", &sections.mappings},
        {"Conditions", &sections.conditions},
        {"Resources", &sections.resources},
        {"Outputs", &sections.outputs},
    }};
    for (const auto& [name, target] : parts) {
        auto part = section(document, name);
        *target = part ? *part : &empty_map();
        if (!part && name == "Resources") {
            return base::fail(std::move(part).error());
        }
        if (!part) {
            diagnostics.push_back({base::Severity::error, std::move(part).error()});
        }
    }
    if (sections.resources->empty()) {
        return base::fail(
            "the template has no Resources",
            "add a Resources section with at least one resource",
            document.where());
    }
    check_resources(*sections.resources, diagnostics);
    return sections;
}

} // namespace samara::model
