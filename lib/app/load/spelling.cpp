#include "app/load/spelling.h"

#include "base/hint.h"
#include "base/strings.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace samara::app {

namespace {

using data::Value;

// Whether "X" occurs as {"Ref": "X"} or within a text as ${X}.
bool refers_to(const Value& value, const std::string& name) {
    if (const data::List* list = value.as_list()) {
        return std::any_of(
            list->begin(), list->end(), [&](const Value& item) { return refers_to(item, name); });
    }
    if (const data::Map* map = value.as_map()) {
        return std::any_of(map->begin(), map->end(), [&](const data::Entry& entry) {
            return (entry.key == "Ref" && entry.value.text() == name) ||
                   refers_to(entry.value, name);
        });
    }
    return value.is_string() &&
           value.text().find(fmt::format("${{{}}}", name)) != std::string_view::npos;
}

template <class Names>
std::string near_of(std::string_view name, const Names& known) {
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    const std::string_view near = base::nearest(name, candidates);
    return base::did_you_mean(near);
}

void warn(const base::Log& log, std::string message, const std::string& hint) {
    log.warning(hint.empty() ? message : fmt::format("{}; {}", message, hint));
}

} // namespace

base::Diagnostics
check_overrides(const Value& document, const model::ParameterOverrides& overrides) {
    base::Diagnostics found;
    std::vector<std::string> declared;
    if (const Value* parameters = document.find("Parameters");
        parameters != nullptr && parameters->is_map()) {
        for (const data::Entry& parameter : *parameters->as_map()) {
            declared.push_back(parameter.key);
        }
    }
    for (const auto& [name, value] : overrides) {
        if (std::find(declared.begin(), declared.end(), name) != declared.end() ||
            refers_to(document, name)) {
            continue;
        }
        base::Error error;
        error.message =
            fmt::format("--parameter-overrides: the template has no parameter '{}'", name);
        error.hint = near_of(name, declared);
        found.push_back({base::Severity::warning, std::move(error)});
    }
    return found;
}

void check_variables(
    const VariableOverrides& overrides, const Application& application, const base::Log& log) {
    const std::vector<model::Function>& functions = application.functions();
    const Value* resources = application.source().find("Resources");
    std::set<std::string> ids;
    std::set<std::string> all_variables;
    for (const model::Function& function : functions) {
        ids.insert({function.logical_id, function.name});
        for (const auto& [name, value] : function.environment) {
            all_variables.insert(name);
        }
    }
    for (const auto& [key, variables] : overrides.by_function()) {
        const model::Function* function = application.find_function(key);
        const bool for_all = key == VariableOverrides::for_all;
        if (!for_all && function == nullptr) {
            if (resources != nullptr && resources->find(key) != nullptr) {
                continue; // its own error has been reported
            }
            warn(
                log,
                fmt::format("--env-vars: the template has no function '{}'", key),
                near_of(key, ids));
            continue;
        }
        std::set<std::string> declared = all_variables;
        if (!for_all) {
            declared.clear();
            for (const auto& [name, value] : function->environment) {
                declared.insert(name);
            }
        }
        for (const auto& [name, value] : variables) {
            if (declared.contains(name)) {
                continue;
            }
            const std::string near = near_of(name, declared);
            if (overrides.has_lines() && near.empty()) {
                continue; // other programs read the file as well
            }
            warn(
                log,
                for_all ? fmt::format("--env-vars: no function declares the variable '{}'", name)
                        : fmt::format(
                              "--env-vars: {} does not declare the variable '{}', so it does not "
                              "get it",
                              key,
                              name),
                near.empty() ? "add it to Environment: Variables of the template" : near);
        }
    }
}

void check_ids(
    std::string_view option,
    const std::vector<std::string>& given,
    std::string_view what,
    const std::vector<std::string>& known,
    const base::Log& log) {
    for (const std::string& id : given) {
        const bool there = std::any_of(known.begin(), known.end(), [&](const std::string& path) {
            return path == id || path.substr(path.rfind('/') + 1) == id;
        });
        if (!there) {
            warn(
                log,
                fmt::format("{}: the template has no {} '{}'", option, what, id),
                near_of(id, known));
        }
    }
}

} // namespace samara::app
