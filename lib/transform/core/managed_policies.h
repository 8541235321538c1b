#pragma once

#include "data/value.h"
#include "transform/core/context.h"

#include <string_view>

namespace samara::transform {

/// The ARN of the AWS managed policy called `name` (in Options::managed_policies or else in
/// the built-in table), or `name` itself when there is none.
data::Value managed_policy(Context& context, std::string_view name);

} // namespace samara::transform
