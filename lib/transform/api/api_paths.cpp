#include "transform/api/api_paths.h"

#include "base/strings.h"
#include "transform/api/python_order.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"

#include <deque>

#include <fmt/format.h>

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

namespace {

constexpr std::string_view rest_api_id = "ServerlessRestApi";
constexpr std::string_view http_api_id = "ServerlessHttpApi";

} // namespace

std::vector<const data::Entry*> resources_in_order(Context& context, int passes) {
    const Map& resources = context.resources();
    Map table;
    for (const data::Entry& resource : resources) {
        if (resource.key != rest_api_id && resource.key != http_api_id) {
            table.set(resource.key, nullptr);
        }
    }
    for (const auto& [id, pass] : {std::pair{rest_api_id, 1}, std::pair{http_api_id, 2}}) {
        if (pass > passes && !resources.contains(id)) {
            continue;
        }
        data::Entry implicit{std::string(id), nullptr};
        implicit.key_where.removed = resources.contains(id) ? 0 : 1;
        table.set(std::move(implicit));
    }
    std::vector<const data::Entry*> ordered;
    for (const data::Entry* entry : in_python_order(table, 0)) {
        if (const data::Entry* resource = resources.find_entry(entry->key)) {
            ordered.push_back(resource);
        }
    }
    return ordered;
}

std::optional<std::string>
any_of(Context& context, const ConditionSet& conditions, const std::string& name) {
    if (conditions.empty() || conditions.contains("")) {
        return std::nullopt;
    }
    if (conditions.size() == 1) {
        return *conditions.begin();
    }
    // Fn::Or takes ten: what it cannot take waits, and so does each new condition, for the next.
    constexpr std::size_t most = 10;
    std::deque<std::string> waiting(conditions.begin(), conditions.end());
    std::size_t left = (waiting.size() - 2) / (most - 1);
    while (waiting.size() > 1) {
        List alternatives;
        while (!waiting.empty() && alternatives.size() < most) {
            alternatives.push_back(make_condition(waiting.front()));
            waiting.pop_front();
        }
        waiting.push_back(left == 0 ? name : fmt::format("{}{}", name, left--));
        context.conditions().set(waiting.back(), Map{{"Fn::Or", std::move(alternatives)}});
    }
    return name;
}

void wrap_conditional_path(Context& context, const std::string& api, data::Entry& path) {
    auto& apis = context.api_paths().apis;
    const auto managed = apis.find(api);
    if (managed == apis.end() || !managed->second.written_by_sam) {
        return;
    }
    const auto found = managed->second.paths.find(path.key);
    if (found == managed->second.paths.end()) {
        return;
    }
    const std::string name = fmt::format(
        "{}{}PathCondition", api, alphanumeric(base::replace_all(path.key, "/", "SLASH")));
    if (const auto condition = any_of(context, found->second, name)) {
        Value whole = make_if(*condition, std::move(path.value), make_no_value());
        if (*condition != name) {
            whole.find("Fn::If")->as_list()->front().set_where(path.key_where);
        }
        whole.as_map()->begin()->key_where.entrance = data::MemberOrigin::Entrance::ordered;
        path.value = std::move(whole);
    }
    managed->second.paths.erase(found);
}

void wrap_conditional_paths(Context& context, const std::string& api, Map& paths) {
    for (data::Entry& path : paths) {
        wrap_conditional_path(context, api, path);
    }
}

} // namespace samara::transform
