#include "transform/core/managed_policies.h"

#include "data/embedded_table.h"
#include "samara_transform_files.h"

#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

namespace samara::transform {
namespace {

constexpr std::string_view names_file = "managed_policies.json";
constexpr std::string_view absent_file = "managed_policies_absent.json";

/// The path of the policy below arn:<partition>:iam::aws:policy/, or nothing. The file groups names
/// by path (`"service-role/": ["A", "B"]`) and is searched as text: it has 1,600 names, of which a
/// template uses a few.
std::optional<std::string> policy_path(std::string_view name) {
    const std::string_view table = *embedded(names_file);
    const std::string quoted = fmt::format("\"{}\"", name);
    const std::size_t at = table.find(quoted);
    if (at == std::string_view::npos || table[at + quoted.size()] == ':') {
        return std::nullopt;
    }
    const std::size_t end = table.rfind("\": [", at);
    const std::size_t start = table.rfind('"', end - 1) + 1;
    return fmt::format("{}{}", table.substr(start, end - start), name);
}

} // namespace

bool AbsentPolicies::contains(std::string_view partition, std::string_view name) {
    if (table_.is_null()) {
        table_ = data::embedded_table(embedded(absent_file), absent_file);
    }
    const data::Value* absent = table_.find(partition);
    return absent != nullptr &&
           std::any_of(
               absent->as_list()->begin(), absent->as_list()->end(), [&](const auto& start) {
                   return name.starts_with(start.text());
               });
}

data::Value managed_policy(Context& context, std::string_view name) {
    if (const auto& own = context.options().managed_policies) {
        if (const auto found = own->find(name); found != own->end()) {
            return found->second;
        }
    }
    if (name.starts_with("arn:")) {
        return name;
    }
    const auto path = policy_path(name);
    if (!path || context.absent_policies().contains(context.partition(), name)) {
        return name;
    }
    return fmt::format("arn:{}:iam::aws:policy/{}", context.partition(), *path);
}

} // namespace samara::transform
