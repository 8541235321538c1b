#pragma once

#include "base/error.h"
#include "model/parameters.h"

#include <string>
#include <vector>

namespace samara::app {

/// What --parameter-overrides was given: pairs as model::parse_parameter_overrides reads them, and
/// file://FILE, a YAML, JSON or TOML file of a map, of a list of maps and pairs, or of a text. In a
/// map `$include` names other files; paths in a file begin at its folder. What comes later wins.
/// Fails (usage) on anything else.
base::Result<model::ParameterOverrides>
read_parameter_overrides(const std::vector<std::string>& given);

} // namespace samara::app
