#pragma once

#include "data/value.h"
#include "transform/core/context.h"

#include <string_view>

namespace samara::transform {

/// The managed policies of services that a partition does not have, by the beginnings of their
/// names; the table is parsed at first use.
class AbsentPolicies {
public:
    [[nodiscard]] bool contains(std::string_view partition, std::string_view name);

private:
    data::Value table_;
};

/// The ARN of the AWS managed policy called `name` (in Options::managed_policies or else in
/// the built-in table), or `name` itself when there is none.
data::Value managed_policy(Context& context, std::string_view name);

} // namespace samara::transform
