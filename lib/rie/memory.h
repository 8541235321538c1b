#pragma once

#include "os/unique_fd.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

/// The most memory that our control group has held beside files, which the kernel takes back when
/// it needs room (and /tmp of a sandbox is made of). It counts processes that have ended, whoever
/// waited for them; those are in no /proc any more.
class GroupPeak {
public:
    GroupPeak();

    /// Whether there is a control group to read.
    [[nodiscard]] bool counts() const { return mark_.valid(); }

    /// What the group holds in files is known for a moment only: look at it now and then.
    void look();

    /// Whether more is in use than ever since forget(); false where there is no control group.
    bool advanced();

    /// In bytes as advanced() found it, 0 where there is no control group to read. At most what was
    /// in use: the kernel knows the peak of all, from which the most in files that was seen is
    /// taken away.
    [[nodiscard]] std::uint64_t bytes() const { return known_; }

    /// The kernel's mark cannot be moved back: from now on only what goes beyond it counts.
    void forget();

private:
    [[nodiscard]] std::uint64_t read() const;

    os::UniqueFd mark_; ///< none where there is no group
    std::string statistics_;
    std::string_view key_; ///< of what is in files
    std::uint64_t most_in_files_ = 0;
    std::uint64_t last_ = 0; ///< the kernel's mark
    std::uint64_t known_ = 0;
};

} // namespace samara::rie
