#pragma once

#include "engine/sandbox/control_group.h"
#include "os/cancellation.h"

#include <thread>

namespace samara::engine::sandbox {

/// On Lambda /tmp is storage. In the sandbox it is a tmpfs, which the kernel counts as memory of
/// the group, so the group's hard limit has room for both; the guard sees to it that what is not
/// /tmp stays within the function's memory. Beyond that it takes the room away, and the kernel
/// kills for want of memory as it does in a container.
///
/// In version 1 the kernel tells when the usage passes a mark, in version 2 the guard looks every
/// 20 ms. A process may thus go over its memory for a moment, by a few megabytes.
class MemoryGuard {
public:
    /// The group needs a memory limit and must live longer.
    explicit MemoryGuard(const ControlGroup& group);
    MemoryGuard(const MemoryGuard&) = delete;
    MemoryGuard& operator=(const MemoryGuard&) = delete;
    MemoryGuard(MemoryGuard&&) = delete;
    MemoryGuard& operator=(MemoryGuard&&) = delete;
    ~MemoryGuard();

private:
    os::Cancellation stop_;
    std::thread thread_;
};

} // namespace samara::engine::sandbox
