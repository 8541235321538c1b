#pragma once

#include <string>
#include <string_view>

namespace samara::data {

/// Why the text is not one JSON document, empty when it is. Builds nothing, does not recurse.
std::string json_error(std::string_view text);

} // namespace samara::data
