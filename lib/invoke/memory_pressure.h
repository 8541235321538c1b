#pragma once

#include <string_view>

namespace samara::invoke {

/// Whether this machine has so little memory left that environments nobody uses had better end.
bool this_machine_is_short_of_memory();

/// The same from the text of /proc/meminfo.
bool is_short_of_memory(std::string_view meminfo);

} // namespace samara::invoke
