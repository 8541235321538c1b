#pragma once

#include "data/value.h"

#include <cstdint>
#include <vector>

namespace samara::transform {

/// The members of a map in the order in which Python 2 visited them. They were added after as many
/// copies as they are stamped with (data::MemberOrigin), or `since`; `now` have been made.
std::vector<const data::Entry*>
in_python_order(const data::Map& map, std::uint32_t now = 1, std::uint32_t since = 0);

} // namespace samara::transform
