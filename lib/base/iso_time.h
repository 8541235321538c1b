#pragma once

#include <chrono>
#include <string>

/// Moments in UTC as ISO 8601 writes them.
namespace samara::base {

/// "2026-11-21T02:38:21Z"
std::string iso_seconds(std::chrono::system_clock::time_point time);

/// "2026-11-21T02:38:21.123Z"
std::string iso_milliseconds(std::chrono::system_clock::time_point time);

} // namespace samara::base
