#pragma once

#include "base/error.h"
#include "engine/engine.h"

namespace samara::engine {

/// Fails where the function's code is to be a folder of this machine, and is none.
base::Result<void> check_code_folder(const EnvironmentSpec& spec);

} // namespace samara::engine
