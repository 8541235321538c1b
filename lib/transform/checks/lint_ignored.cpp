#include "transform/checks/lint_ignored.h"

#include <algorithm>

namespace samara::transform {
namespace {

using data::Value;

std::vector<std::string> of_metadata(const Value& owner) {
    const Value* value = &owner;
    for (const char* name : {"Metadata", "cfn-lint", "config"}) {
        value = value == nullptr ? nullptr : value->find(name);
    }
    return value == nullptr ? std::vector<std::string>() : ignored_checks(*value);
}

bool begins_with_one(std::string_view rule, const std::vector<std::string>& prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
        return !prefix.empty() && rule.starts_with(prefix);
    });
}

} // namespace

std::vector<std::string> ignored_checks(const Value& configuration) {
    std::vector<std::string> rules;
    const Value* checks = configuration.find("ignore_checks");
    if (checks != nullptr && checks->is_list()) {
        for (const Value& check : *checks->as_list()) {
            rules.emplace_back(check.text());
        }
    }
    return rules;
}

void remove_ignored(Findings& found, const Value& document, std::vector<std::string> ignored) {
    for (std::string& rule : of_metadata(document)) {
        ignored.push_back(std::move(rule));
    }
    const Value* resources = document.find("Resources");
    std::erase_if(found, [&](const Finding& each) {
        const Value* resource =
            resources == nullptr ? nullptr : resources->find(each.error.resource);
        return !each.rule.empty() &&
               (begins_with_one(each.rule, ignored) ||
                (resource != nullptr && begins_with_one(each.rule, of_metadata(*resource))));
    });
}

} // namespace samara::transform
