#pragma once

#include "engine/engine.h"
#include "model/function.h"

#include <string>

namespace samara::app {

/// Of all that an environment of the function is made of, its code and layers included: two
/// environments with the same one can stand for each other. Layers that are not there yet count
/// with their ARNs.
std::string fingerprint_of(const model::Function& function, const engine::EnvironmentSpec& spec);

} // namespace samara::app
