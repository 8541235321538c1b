#include "transform/checks/lint_references.h"

#include "base/hint.h"
#include "base/strings.h"
#include "data/walk.h"
#include "transform/checks/reference_walk.h"
#include "transform/core/intrinsics.h"

#include <functional>
#include <set>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

const Map& section(const Value& document, std::string_view name) {
    static const Map none;
    const Value* value = document.find(name);
    return value == nullptr || !value->is_map() ? none : *value->as_map();
}

base::Diagnostic diagnostic(
    base::Severity severity, std::string message, std::string hint, const base::Location& where) {
    base::Error error;
    error.message = std::move(message);
    error.hint = std::move(hint);
    error.where = where;
    return {severity, std::move(error)};
}

/// The names that a template has of one kind.
class Names {
public:
    Names(std::string_view what, std::initializer_list<const Map*> maps) : what_(what) {
        for (const Map* map : maps) {
            for (const data::Entry& entry : *map) {
                if (known_.insert(entry.key).second) {
                    names_.emplace_back(entry.key);
                }
            }
        }
    }

    // Only what the user wrote: the rest has no place.
    void require(std::string_view name, const Value& at, base::Diagnostics& out) const {
        if (name.empty() || name.starts_with("AWS::") || known_.contains(name) ||
            !at.where().known()) {
            return;
        }
        const std::string_view near = base::nearest(name, names_);
        out.push_back(diagnostic(
            base::Severity::error,
            fmt::format("the template has no {} {}", what_, name),
            base::did_you_mean(near, "add it, or correct the reference"),
            at.where()));
    }

private:
    std::string_view what_;
    std::set<std::string_view> known_;
    std::vector<std::string_view> names_;
};

/// The names that Fn::If, Condition and Fn::FindInMap begin with.
void each_named(
    const Value& value,
    const std::function<void(std::string_view function, const Value& name)>& visit) {
    for (const char* function : {"Fn::If", "Fn::FindInMap"}) {
        const Value* argument = argument_of(value, function);
        const List* list = argument == nullptr ? nullptr : argument->as_list();
        if (list != nullptr && !list->empty() && list->front().is_string()) {
            visit(function, list->front());
        }
    }
    data::each_child(value, [&](const Value& child) { each_named(child, visit); });
}

void check_depends_on(const Value& value, const Names& resources, base::Diagnostics& out) {
    if (const List* list = value.as_list()) {
        for (const Value& item : *list) {
            check_depends_on(item, resources, out);
        }
    } else if (value.is_string()) {
        resources.require(value.text(), value, out);
    }
}

void check_conditions_of(
    const Value& in, const Names& conditions, base::Diagnostics& out, bool everywhere) {
    for (const data::Entry& entry : *in.as_map()) {
        const Value* name =
            everywhere ? argument_of(entry.value, "Condition") : entry.value.find("Condition");
        if (name != nullptr && name->is_string()) {
            conditions.require(name->text(), *name, out);
        }
    }
}

} // namespace

base::Diagnostics check_references(const Value& document, const Value& transformed) {
    base::Diagnostics out;
    if (!document.is_map() || !transformed.is_map()) {
        return out;
    }
    const auto both = [&](std::string_view name) {
        return std::pair(&section(document, name), &section(transformed, name));
    };
    const auto [parameters, more_parameters] = both("Parameters");
    const auto [written, made] = both("Resources");
    const auto [conditions_written, conditions_made] = both("Conditions");
    const auto [mappings_written, mappings_made] = both("Mappings");
    const Names names("resource or parameter", {parameters, more_parameters, written, made});
    const Names resources("resource", {written, made});
    const Names conditions("condition", {conditions_written, conditions_made});
    const Names mappings("mapping", {mappings_written, mappings_made});
    for (const char* name : {"Conditions", "Resources", "Outputs"}) {
        const Value* part = transformed.find(name);
        if (part == nullptr || !part->is_map()) {
            continue;
        }
        each_reference(*part, [&](std::string_view referred, const Value& at) {
            names.require(referred, at, out);
        });
        each_named(*part, [&](std::string_view function, const Value& at) {
            (function == "Fn::If" ? conditions : mappings).require(at.text(), at, out);
        });
        check_conditions_of(*part, conditions, out, name == std::string_view("Conditions"));
    }
    for (const data::Entry& resource : *made) {
        if (const Value* depends = resource.value.find("DependsOn")) {
            check_depends_on(*depends, resources, out);
        }
    }
    return out;
}

} // namespace samara::transform
