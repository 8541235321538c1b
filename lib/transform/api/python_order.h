#pragma once

#include "data/value.h"

#include <cstdint>
#include <vector>

namespace samara::transform {

/// The members of a map in the order in which Python 2 visited them. They were added after as many
/// copies as they are stamped with (data::MemberOrigin), or `since`; `now` have been made.
std::vector<const data::Entry*>
in_python_order(const data::Map& map, std::uint32_t now = 1, std::uint32_t since = 0);

/// The same after updates with so many members that the map has already: a merge makes room for all
/// of them, though none is new.
std::vector<const data::Entry*>
in_python_order_updated(const data::Map& map, const std::vector<std::size_t>& updates);

/// Of a map that Globals and a resource have both: AWS's transform sets the members of the resource
/// in a copy of the map in Globals, and a copy as a whole makes less room than single members do.
/// `global` is that map, `merged` what came of it.
std::vector<const data::Entry*>
in_python_order_merged(const data::Map& global, const data::Map& merged);

} // namespace samara::transform
