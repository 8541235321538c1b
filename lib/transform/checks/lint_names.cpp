#include "transform/checks/lint_names.h"

#include "data/accessors.h"
#include "data/walk.h"
#include "transform/checks/reference_walk.h"
#include "transform/core/intrinsics.h"

#include <functional>
#include <set>
#include <string>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

using Names = std::set<std::string, std::less<>>;

const Map& section(const Value& document, std::string_view name) {
    static const Map none;
    const Value* value = document.find(name);
    return value == nullptr || !value->is_map() ? none : *value->as_map();
}

// What a template of its own says of its names, beside what it refers to by functions.
class Used {
public:
    explicit Used(const Value& document) {
        for (const data::Entry& part : *document.as_map()) {
            if (part.key != "Parameters") {
                each_reference(part.value, [&](std::string_view name, const Value&) {
                    parameters.emplace(name);
                });
            }
            look(part.value);
        }
    }

    Names parameters;
    Names mappings;
    Names conditions;
    bool any_mapping = false; ///< one is named by a function, so any may be meant

private:
    void look(const Value& value) {
        for (const data::Entry& entry : data::members_of(&value)) {
            const List* arguments = entry.value.as_list();
            const Value* first =
                arguments == nullptr || arguments->empty() ? nullptr : &arguments->front();
            if (entry.key == "Condition" && entry.value.is_string()) {
                conditions.emplace(entry.value.text());
            } else if (entry.key == "Fn::If" && first != nullptr) {
                conditions.emplace(first->text());
            } else if (entry.key == "Fn::FindInMap" && first != nullptr) {
                any_mapping = any_mapping || !first->is_string();
                mappings.emplace(first->text());
            } else if (entry.key == "Fn::Transform" || entry.key.starts_with("Fn::ForEach::")) {
                any_mapping = true; // whose result is not known here
            }
        }
        data::each_child(value, [this](const Value& child) { look(child); });
    }
};

void unused(
    const Map& names,
    const Names& used,
    std::string_view rule,
    std::string_view what,
    Findings& out) {
    for (const data::Entry& entry : names) {
        // Loops of the language extensions name their list parameter by Ref as well.
        if (!used.contains(entry.key) && !entry.key.starts_with("Fn::")) {
            out.push_back(lint_warning(
                rule,
                {},
                fmt::format("{} {} is not used", what, entry.key),
                "remove it, or refer to it",
                entry.key_where.place));
        }
    }
}

void check_interface(const Value& document, Findings& out) {
    const Map& parameters = section(document, "Parameters");
    const Value* metadata = document.find("Metadata");
    const Value* interface =
        metadata == nullptr ? nullptr : metadata->find("AWS::CloudFormation::Interface");
    if (interface == nullptr) {
        return;
    }
    const auto require = [&](std::string_view name, const base::Location& where) {
        if (parameters.find(name) == nullptr) {
            out.push_back(lint_warning(
                "W4001",
                {},
                fmt::format("AWS::CloudFormation::Interface names {}, which is no parameter", name),
                "correct it, or add the parameter",
                where));
        }
    };
    const Value* groups = interface->find("ParameterGroups");
    if (groups != nullptr && groups->is_list()) {
        for (const Value& group : *groups->as_list()) {
            const Value* names = group.find("Parameters");
            for (const Value& name :
                 names != nullptr && names->is_list() ? *names->as_list() : List()) {
                require(name.text(), name.where());
            }
        }
    }
    const Value* labels = interface->find("ParameterLabels");
    if (labels != nullptr && labels->is_map()) {
        for (const data::Entry& label : *labels->as_map()) {
            require(label.key, label.key_where.place);
        }
    }
}

void check_secrets(const Value& document, Findings& out) {
    Names secrets;
    for (const data::Entry& parameter : section(document, "Parameters")) {
        const Value* hidden = parameter.value.find("NoEcho");
        if (hidden != nullptr && data::scalar_text(*hidden) == "true") {
            secrets.insert(parameter.key);
        }
    }
    const auto shown = [&](std::string_view rule, std::string_view where, const Value& part) {
        each_reference(part, [&](std::string_view name, const Value& at) {
            if (secrets.contains(name)) {
                out.push_back(lint_warning(
                    rule,
                    {},
                    fmt::format("parameter {} is NoEcho, and {} shows it", name, where),
                    "leave it out: whoever may describe the stack can read it there",
                    at.where()));
            }
        });
    };
    for (const data::Entry& output : section(document, "Outputs")) {
        shown("W2010", "an output", output.value);
    }
    if (const Value* metadata = document.find("Metadata")) {
        shown("W4002", "the metadata", *metadata);
    }
    for (const data::Entry& resource : section(document, "Resources")) {
        if (const Value* metadata = resource.value.find("Metadata")) {
            shown("W4002", "the metadata", *metadata);
        }
    }
}

} // namespace

Findings lint_names(const Value& document) {
    Findings out;
    if (!document.is_map()) {
        return out;
    }
    const Used used(document);
    unused(section(document, "Parameters"), used.parameters, "W2001", "parameter", out);
    if (!used.any_mapping) {
        unused(section(document, "Mappings"), used.mappings, "W7001", "mapping", out);
    }
    unused(section(document, "Conditions"), used.conditions, "W8001", "condition", out);
    check_interface(document, out);
    check_secrets(document, out);
    return out;
}

} // namespace samara::transform
