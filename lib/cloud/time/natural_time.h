#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace samara::cloud {

using Moment = std::chrono::sys_time<std::chrono::microseconds>;

/// A time as people write it: "10m ago", "in 2 hours", "yesterday 10:00", "2024-01-05T10:00:00Z",
/// "Jan 5 2018 10:00", "01/31/2024", "monday", seconds or milliseconds of Unix. Without a zone in
/// the text it is UTC. Nothing when it cannot be understood.
std::optional<Moment> parse_natural_time(std::string_view text, Moment now);

} // namespace samara::cloud
