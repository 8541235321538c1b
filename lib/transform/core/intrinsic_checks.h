#pragma once

#include "data/value.h"
#include "transform/core/context.h"

namespace samara::transform {

/// Reports what makes intrinsic functions anywhere in `value` impossible to resolve: a
/// Fn::FindInMap without three arguments or into a mapping of the wrong shape, a Fn::Sub of a list.
void check_intrinsics(Context& context, const data::Value& value);

} // namespace samara::transform
