#pragma once

#include <string>
#include <string_view>

namespace samara::gateway {

/// What a parameter mapping selects of a payload: all of it for no path, else what the JSONPath
/// "$" + `path` names, a map or list as JSON. Empty where it is not there or the payload is no
/// JSON.
std::string payload_value(std::string_view payload, std::string_view path);

} // namespace samara::gateway
