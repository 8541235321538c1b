#include "transform/managed_policies.h"

#include "data/read.h"
#include "samara_transform_files.h"

#include <cassert>

#include <fmt/format.h>

namespace samara::transform {
namespace {

/// Name to path below arn:<partition>:iam::aws:policy/, parsed at first use.
struct BuiltInPolicies {
    data::Value table;

    const data::Value* find(std::string_view name) {
        if (table.is_null()) {
            auto read =
                data::read_json(*embedded("managed_policies.json"), "managed_policies.json");
            assert(read.has_value());
            table = std::move(*read);
        }
        return table.find(name);
    }
};

} // namespace

data::Value managed_policy(Context& context, std::string_view name) {
    if (const auto& own = context.options().managed_policies) {
        if (const auto found = own->find(name); found != own->end()) {
            return found->second;
        }
    }
    if (name.starts_with("arn:")) {
        return name;
    }
    const data::Value* path = context.state<BuiltInPolicies>().find(name);
    return path == nullptr ? data::Value(name)
                           : data::Value(fmt::format(
                                 "arn:{}:iam::aws:policy/{}", context.partition(), path->text()));
}

} // namespace samara::transform
