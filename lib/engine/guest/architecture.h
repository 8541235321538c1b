#pragma once

#include "base/error.h"
#include "engine/engine.h"

namespace samara::engine {

/// Fails where the kernel of this machine cannot run the function's programs, with what to install.
/// The emulator is static and of this machine's architecture, whatever the function's.
base::Result<void> check_architecture(const EnvironmentSpec& spec);

} // namespace samara::engine
