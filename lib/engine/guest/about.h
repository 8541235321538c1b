#pragma once

#include "base/error.h"
#include "engine/engine.h"

namespace samara::engine {

/// The error of an environment, with the function it is for in front.
base::Error about(base::Error error, const EnvironmentSpec& spec);

} // namespace samara::engine
