#include "transform/api_paths.h"

#include "base/strings.h"
#include "transform/intrinsics.h"
#include "transform/logical_id.h"

#include <fmt/format.h>

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

std::optional<std::string>
any_of(Context& context, const ConditionSet& conditions, const std::string& name) {
    if (conditions.empty() || conditions.contains("")) {
        return std::nullopt;
    }
    if (conditions.size() == 1) {
        return *conditions.begin();
    }
    constexpr std::size_t most = 10;
    const std::vector<std::string> all(conditions.begin(), conditions.end());
    // Each link after the first refers to the one before it, so it has room for nine more.
    const std::size_t links =
        all.size() <= most ? 1 : 1 + (all.size() - most + most - 2) / (most - 1);
    std::size_t next = 0;
    std::string before;
    for (std::size_t link = links; link-- > 0;) {
        List alternatives;
        if (!before.empty()) {
            alternatives.push_back(make_condition(before));
        }
        while (alternatives.size() < most && next < all.size()) {
            alternatives.push_back(make_condition(all[next++]));
        }
        before = link == 0 ? name : fmt::format("{}{}", name, link);
        context.conditions().set(before, Map{{"Fn::Or", std::move(alternatives)}});
    }
    return name;
}

void wrap_conditional_paths(Context& context, const std::string& api, Map& paths) {
    const auto& apis = context.state<AllApiPaths>().apis;
    const auto managed = apis.find(api);
    if (managed == apis.end() || !managed->second.written_by_sam) {
        return;
    }
    for (data::Entry& path : paths) {
        const auto found = managed->second.paths.find(path.key);
        if (found == managed->second.paths.end()) {
            continue;
        }
        const std::string name = fmt::format(
            "{}{}PathCondition", api, alphanumeric(base::replace_all(path.key, "/", "SLASH")));
        if (const auto condition = any_of(context, found->second, name)) {
            path.value = make_if(*condition, std::move(path.value), make_no_value());
        }
    }
}

} // namespace samara::transform
