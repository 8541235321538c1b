#pragma once

#include "base/error.h"
#include "data/value.h"

namespace samara::transform {

/// Parameters that nothing refers to; Ref, Fn::GetAtt and Fn::Sub of what is not there.
base::Diagnostics lint_references(const data::Value& document, const data::Value& transformed);

} // namespace samara::transform
