#pragma once

namespace samara::invoke {

/// Whether this machine has so little memory left that environments nobody uses had better end.
/// Private to invoke/.
bool memory_is_short();

/// The same from the text of /proc/meminfo.
bool memory_is_short(const char* meminfo);

} // namespace samara::invoke
