#pragma once

#include "base/error.h"
#include "data/value.h"

namespace samara::transform {

/// Resources that wait for each other, and conditions that are defined by each other:
/// CloudFormation refuses them whatever the parameters are. What depends on a condition (Fn::If, a
/// resource's own) binds nothing here. `transformed` is what AWS's transform made of the template
/// `document`.
base::Diagnostics check_cycles(const data::Value& document, const data::Value& transformed);

} // namespace samara::transform
