#pragma once

#include <string>
#include <string_view>

namespace samara::app {

/// What `--info` tells, one JSON object: the version of the command line's interface (editors
/// compare it), our own, the system, and the programs samara may work with (a version each, or "Not
/// available"). Never fails: what does not answer within seconds is not available.
std::string system_info(std::string_view own_version, std::string_view compatible_version);

} // namespace samara::app
