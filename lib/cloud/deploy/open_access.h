#pragma once

#include "data/value.h"

#include <string>
#include <vector>

namespace samara::cloud {

/// What anybody may call: functions behind an Api or HttpApi event without Auth, and URLs with
/// AuthType NONE, as "Name" and "Name Function Url".
std::vector<std::string> open_access(const data::Value& document);

} // namespace samara::cloud
