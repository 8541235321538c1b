#include "transform/checks/lint_dependencies.h"

#include "data/walk.h"
#include "transform/checks/reference_walk.h"
#include "transform/core/intrinsics.h"

#include <array>
#include <functional>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

void check_depends_on(const data::Entry& resource, Findings& out) {
    const Value* depends = resource.value.find("DependsOn");
    const Value* properties = resource.value.find("Properties");
    if (depends == nullptr) {
        return;
    }
    std::set<std::string_view> referred;
    if (properties != nullptr) {
        each_reference(
            *properties, [&](std::string_view name, const Value&) { referred.insert(name); });
    }
    std::set<std::string_view> before;
    for (const Value& name : depends->is_list() ? *depends->as_list() : List{*depends}) {
        if (!name.is_string()) {
            continue;
        }
        const std::string_view id = name.text();
        if (!before.insert(id).second) {
            out.push_back(lint_warning(
                "E3005",
                resource.key,
                fmt::format("DependsOn names {} twice", id),
                "name it once",
                name.where()));
        } else if (referred.contains(id)) {
            out.push_back(lint_warning(
                "W3005",
                resource.key,
                fmt::format("DependsOn {}: a reference to it says that already", id),
                "remove it",
                name.where()));
        }
    }
}

void check_policies(const data::Entry& resource, Findings& out) {
    constexpr std::array policies{"DeletionPolicy", "UpdateReplacePolicy"};
    for (const bool second : {false, true}) {
        const Value* given = resource.value.find(policies[second ? 1 : 0]);
        const char* other = policies[second ? 0 : 1];
        if (given != nullptr && given->text() != "Delete" &&
            resource.value.find(other) == nullptr) {
            out.push_back(lint_warning(
                "W3011",
                resource.key,
                fmt::format(
                    "{} is kept by {}, but not by {}",
                    resource.key,
                    policies[second ? 1 : 0],
                    other),
                fmt::format("add {}: an update can replace what a deletion would keep", other),
                given->where()));
        }
    }
}

// Calls visit for the references that do not stand in an Fn::If.
void each_unconditional(const Value& value, const VisitReference& visit) {
    if (!is_intrinsic(value)) {
        data::each_child(value, [&](const Value& child) { each_unconditional(child, visit); });
    } else if (value.as_map()->begin()->key != "Fn::If") {
        each_reference(value, visit);
    }
}

void check_conditional(
    const data::Entry& owner, const Map& resources, std::string_view resource, Findings& out) {
    if (owner.value.find("Condition") != nullptr) {
        return;
    }
    each_unconditional(owner.value, [&](std::string_view name, const Value& at) {
        const Value* target = resources.find(name);
        const Value* condition = target == nullptr ? nullptr : target->find("Condition");
        if (condition != nullptr && condition->is_string()) {
            out.push_back(lint_warning(
                "W1001",
                resource,
                fmt::format("{} is not there when condition {} is false", name, condition->text()),
                fmt::format("give {} the condition too, or refer in an Fn::If", owner.key),
                at.where()));
        }
    });
}

} // namespace

Findings lint_dependencies(const Value& document) {
    Findings out;
    const Value* resources = document.find("Resources");
    if (resources == nullptr || !resources->is_map()) {
        return out;
    }
    for (const data::Entry& resource : *resources->as_map()) {
        if (!resource.value.is_map()) {
            continue;
        }
        check_depends_on(resource, out);
        check_policies(resource, out);
        check_conditional(resource, *resources->as_map(), resource.key, out);
    }
    const Value* outputs = document.find("Outputs");
    if (outputs != nullptr && outputs->is_map()) {
        for (const data::Entry& output : *outputs->as_map()) {
            check_conditional(output, *resources->as_map(), {}, out);
        }
    }
    return out;
}

} // namespace samara::transform
