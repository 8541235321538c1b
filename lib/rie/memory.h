#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

/// What the kernel knows of the memory and the children of processes.
namespace samara::rie {

/// All living descendants of `root`, without itself.
std::vector<pid_t> descendants(pid_t root);

/// High-water mark of a process's resident memory in bytes (VmHWM), 0 when it is gone.
std::uint64_t peak_resident(pid_t process);

/// Counts the processes that the kernel killed for lack of memory in our control group.
class OutOfMemoryCounter {
public:
    OutOfMemoryCounter();

    /// Whether there were any since the last call (or construction).
    bool advanced();

private:
    [[nodiscard]] std::uint64_t read() const;

    std::string file_; ///< empty where there is no control group to read
    std::uint64_t last_ = 0;
};

} // namespace samara::rie
