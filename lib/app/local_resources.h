#pragma once

#include "app/load/load.h"
#include "base/error.h"
#include "data/value.h"

namespace samara::app {

/// The CloudFormation of the template at hand, not of a built one: a map with Resources. A template
/// without any, or with errors, is an error.
base::Result<data::Value> local_resources(const LoadArguments& arguments);

} // namespace samara::app
