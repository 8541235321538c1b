#pragma once

#include "build/state.h"

#include <string>

namespace samara::build {

/// build.toml: what is in a build folder and what it was made from, as the original lays it out.
/// Other programs read it; what samara compares with is BuildState.
std::string graph_text(const BuildState& state);

} // namespace samara::build
