#pragma once

#include "base/error.h"
#include "engine/engine.h"

namespace samara::engine::sandbox {

/// Fails where a function for another architecture brings native code (ELF) that this machine
/// cannot load, with the name of the first such file. Nothing is looked at for the machine's own.
base::Result<void> check_native_code(const EnvironmentSpec& spec);

} // namespace samara::engine::sandbox
