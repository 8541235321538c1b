#pragma once

#include <string>

namespace samara::base {

/// "a fault in samara itself: REASON" of the exception that is being handled: only in a catch
/// block. Expected failures are results; an exception is ours (or no memory), and the end of one
/// request, not of the program.
std::string own_fault();

} // namespace samara::base
