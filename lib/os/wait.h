#pragma once

#include "os/cancellation.h"

#include <chrono>
#include <cstdint>
#include <optional>

/// Waiting for a descriptor without missing a cancellation.
namespace samara::os {

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

enum class Wake : std::uint8_t { ready, cancelled, timed_out };

/// Until `descriptor` can be read (or its other end is closed), `cancel` is cancelled or the
/// deadline has passed. Cancellation wins when several hold. With descriptor -1 it only waits.
Wake wait_readable(int descriptor, const Cancellation& cancel, Deadline deadline = {});

/// The milliseconds for poll(2) until `deadline`, rounded up; -1 without one.
int poll_timeout(Deadline deadline);

} // namespace samara::os
