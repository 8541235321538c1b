#pragma once

#include "base/error.h"
#include "data/value.h"

namespace samara::transform {

/// What CloudFormation does not take in the resources of `transformed`: properties that a type does
/// not have or that are missing, values of another kind or not among the allowed ones, attributes
/// that Fn::GetAtt does not give. A type it does not know is a warning. `document` is the template
/// as it was written: of what the transform made, only what has a place there is reported.
base::Diagnostics lint_resources(const data::Value& document, const data::Value& transformed);

} // namespace samara::transform
