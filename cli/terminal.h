#pragma once

#include <cstddef>
#include <optional>

namespace samara::cli {

/// The columns of the terminal behind a descriptor; nothing where there is no terminal, or one that
/// does not tell.
std::optional<std::size_t> terminal_width(int descriptor);

/// Whether labels are coloured: NO_COLOR and SAM_CLI_NO_COLOR say no, FORCE_COLOR yes, else a
/// terminal that is not dumb. https://no-color.org https://force-color.org
bool wants_colour(int descriptor);

/// Whether lines that have been written can be written again: a terminal that moves its cursor.
bool can_move_cursor(int descriptor);

} // namespace samara::cli
