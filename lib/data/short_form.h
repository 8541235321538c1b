#pragma once

#include "base/error.h"
#include "data/value.h"

#include <string>

/// YAML's short forms of CloudFormation's intrinsic functions. Private to data/.
namespace samara::data {

/// {"Fn::Sub": value} for the tag !Sub, known or not; the value itself without a tag of its own.
/// Fails for a tag that is no name of a function.
base::Result<Value> expand_short_form(const std::string& tag, Value value);

} // namespace samara::data
