#pragma once

#include "data/value.h"
#include "transform/core/context.h"

namespace samara::transform {

/// Reports every Fn::Sub anywhere in `value` that would put a list or a map into a text.
void check_substitutions(Context& context, const data::Value& value);

/// Reports every Fn::FindInMap anywhere in `value` without three arguments or into a mapping of the
/// wrong shape. Whether all is well. For values that are looked up before the deployment: AWS's
/// transform reads no others.
bool check_look_ups(Context& context, const data::Value& value);

} // namespace samara::transform
