#pragma once

#include "data/value.h"
#include "transform/checks/lint_rule.h"

namespace samara::transform {

/// What CloudFormation does not take in the resources of `transformed`: properties that a type does
/// not have or that are missing, values of another kind or not among the allowed ones, attributes
/// that Fn::GetAtt does not give. A type it does not know is a warning. `document` is the template
/// as it was written: of what the transform made, only what has a place there is reported.
Findings lint_resources(const data::Value& document, const data::Value& transformed);

} // namespace samara::transform
