#pragma once

#include "base/error.h"
#include "data/value.h"

namespace samara::transform {

/// References to what is not there: Ref, Fn::GetAtt, Fn::Sub and DependsOn of resources and
/// parameters, Condition and Fn::If of conditions, Fn::FindInMap of mappings. CloudFormation
/// refuses a template with one. `transformed` is what the transform made of `document`.
base::Diagnostics check_references(const data::Value& document, const data::Value& transformed);

} // namespace samara::transform
