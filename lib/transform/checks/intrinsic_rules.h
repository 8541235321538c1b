#pragma once

#include "base/error.h"
#include "data/value.h"

namespace samara::transform {

/// Intrinsic functions that CloudFormation refuses whatever the parameters are: names it does not
/// have, arguments that do not fit, and an index beyond a list that is written out. `transformed`
/// is what AWS's transform made of the template; only what the user wrote is reported.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
base::Diagnostics check_intrinsics(const data::Value& document, const data::Value& transformed);

} // namespace samara::transform
