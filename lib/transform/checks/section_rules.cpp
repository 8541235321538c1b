#include "transform/checks/section_rules.h"

#include "base/strings.h"
#include "transform/checks/reference_walk.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view sam_transform = "AWS::Serverless-2016-10-31";

/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
constexpr std::array deletion_policies{
    std::string_view("Delete"),
    std::string_view("Retain"),
    std::string_view("RetainExceptOnCreate"),
    std::string_view("Snapshot")};

class SectionCheck {
public:
    explicit SectionCheck(const Value& document) : document_(document) {}

    base::Diagnostics run() {
        check_transform();
        for (const data::Entry& parameter : section("Parameters")) {
            check_default(parameter);
        }
        for (const data::Entry& mapping : section("Mappings")) {
            check_mapping(mapping.value, mapping.key);
        }
        for (const data::Entry& condition : section("Conditions")) {
            check_condition(condition);
        }
        for (const data::Entry& resource : section("Resources")) {
            check_policies(resource);
        }
        for (const data::Entry& output : section("Outputs")) {
            check_output(output);
        }
        return std::move(found_);
    }

private:
    [[nodiscard]] const Map& section(std::string_view name) const {
        static const Map none;
        const Value* value = document_.find(name);
        return value == nullptr || !value->is_map() ? none : *value->as_map();
    }

    void report(const base::Location& where, std::string message, std::string hint) {
        base::Error error;
        error.where = where;
        error.message = std::move(message);
        error.hint = std::move(hint);
        found_.push_back({base::Severity::error, std::move(error)});
    }

    void check_transform() {
        const Value* transform = document_.find("Transform");
        const List* list = transform == nullptr ? nullptr : transform->as_list();
        const List one{transform == nullptr ? Value() : *transform};
        for (const Value& name : list == nullptr ? one : *list) {
            if (name.text().starts_with("AWS::Serverless") && name.text() != sam_transform) {
                report(
                    name.where(),
                    fmt::format("there is no transform {}", name.text()),
                    fmt::format("write {}", sam_transform));
            }
        }
    }

    void check_default(const data::Entry& parameter) {
        const Value* value = parameter.value.find("Default");
        if (value != nullptr && (value->is_map() || value->is_list())) {
            report(
                value->where(),
                fmt::format("the Default of parameter {} must be a text", parameter.key),
                "functions cannot be called there; a list is written as 'a,b'");
        }
    }

    void check_mapping(const Value& value, const std::string& path) {
        const Map* map = value.as_map();
        if (map == nullptr) {
            return;
        }
        for (const data::Entry& entry : *map) {
            if (is_intrinsic(entry.value)) {
                report(
                    entry.value.where(),
                    fmt::format("{}.{}: a mapping has texts and lists only", path, entry.key),
                    "functions cannot be called there; call them beside Fn::FindInMap");
            } else {
                check_mapping(entry.value, fmt::format("{}.{}", path, entry.key));
            }
        }
    }

    void check_condition(const data::Entry& condition) {
        const Map& resources = section("Resources");
        each_reference(condition.value, [&](std::string_view name, const Value& at) {
            if (resources.contains(name)) {
                report(
                    at.where(),
                    fmt::format("condition {} refers to the resource {}", condition.key, name),
                    "conditions are evaluated before there are resources: refer to parameters");
            }
        });
    }

    void check_policies(const data::Entry& resource) {
        for (const char* name : {"DeletionPolicy", "UpdateReplacePolicy"}) {
            const Value* policy = resource.value.is_map() ? resource.value.find(name) : nullptr;
            if (policy != nullptr && policy->is_string() &&
                std::find(deletion_policies.begin(), deletion_policies.end(), policy->text()) ==
                    deletion_policies.end()) {
                report(
                    policy->where(),
                    fmt::format("there is no {} {}", name, policy->text()),
                    fmt::format("there are: {}", fmt::join(deletion_policies, ", ")));
            }
        }
    }

    void check_output(const data::Entry& output) {
        const Value* value = output.value.is_map() ? output.value.find("Value") : nullptr;
        if (value != nullptr && (value->is_list() || (value->is_map() && !is_intrinsic(*value)))) {
            report(
                value->where(),
                fmt::format("the Value of output {} must be a text", output.key),
                "Fn::Join makes a text of a list");
        }
        const Value* exported = output.value.is_map() ? output.value.find("Export") : nullptr;
        if (exported != nullptr && exported->find("Name") == nullptr) {
            report(
                exported->where(),
                fmt::format("the Export of output {} needs a Name", output.key),
                "write Export: {Name: <name>}");
        }
    }

    const Value& document_;
    base::Diagnostics found_;
};

} // namespace

base::Diagnostics check_sections(const Value& document) {
    return document.is_map() ? SectionCheck(document).run() : base::Diagnostics{};
}

} // namespace samara::transform
