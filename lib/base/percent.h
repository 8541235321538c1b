#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace samara::base {

/// Percent-decoded; a broken escape stays as it is. With `plus`, '+' is a blank as in forms.
std::string percent_decode(std::string_view text, bool plus = false);

/// The parameters of a query string, decoded, in order; names are UTF-8. "a&b=" are two empty
/// values.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

} // namespace samara::base
