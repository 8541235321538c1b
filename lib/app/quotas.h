#pragma once

#include "base/error.h"
#include "template/function.h"

namespace samara::app {

/// Fails, with the place in the template, where Lambda would not take the function's Timeout or
/// environment variables.
base::Result<void> check_quotas(const model::Function& function);

} // namespace samara::app
