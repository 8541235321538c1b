#pragma once

#include "base/error.h"
#include "data/value.h"

namespace samara::transform {

/// What Lambda or CloudFormation refuse of a function that AWS's transform lets through, where it
/// is written out: no Handler or Runtime for a zip archive, more than one architecture, layers that
/// are no versions, values of another kind than is wanted.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-function.html
base::Diagnostics check_functions(const data::Value& document);

} // namespace samara::transform
