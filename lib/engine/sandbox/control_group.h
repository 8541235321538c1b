#pragma once

#include "base/error.h"
#include "os/file_lock.h"
#include "os/unique_fd.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Control groups, version 1 (a hierarchy for each controller) and 2 (one for all).
namespace samara::engine::sandbox {

/// Where groups of ours can be made; empty where there is none to write to.
struct ControlGroupHome {
    std::filesystem::path memory;
    std::filesystem::path pids; ///< the same folder as `memory` in version 2
    bool unified = false;       ///< version 2
    bool occupied = false;      ///< has members of its own, and must have none: see make_room()

    [[nodiscard]] bool usable() const { return !memory.empty(); }
};

/// Finds it from the texts of /proc/self/mountinfo and /proc/self/cgroup. In version 2 it is the
/// nearest group above this process that hands memory and pids on and may be written to, else the
/// process's own, where that has been delegated to this user (`systemd-run --user --scope -p
/// Delegate=yes`, a service with a User= and Delegate=yes, a container).
ControlGroupHome find_control_group_home(std::string_view mount_info, std::string_view own_groups);
ControlGroupHome find_control_group_home();

/// In version 2 a group with members hands no controllers on: those of an occupied home, this
/// process among them, go into a group of their own below it, where they stay.
/// https://docs.kernel.org/admin-guide/cgroup-v2.html#no-internal-process-constraint
inline constexpr std::string_view members_group = "members";
base::Result<void> make_room(ControlGroupHome& home);

/// Writes to a file of a control group.
base::Result<void> write_control(const std::filesystem::path& file, std::string_view value);

struct ControlGroupLimits {
    std::optional<std::uint64_t> memory_bytes;
    std::uint64_t temporary_bytes = 0; ///< what /tmp may take on top: it lives in memory, too
    std::uint32_t processes = 1024;    ///< 0: any number
};

/// A group named "samara-..." for the processes of one sandbox, locked like a temporary folder
/// while its owner lives; removed with this object, by which time its processes must have ended.
class ControlGroup {
public:
    static base::Result<ControlGroup>
    create(const ControlGroupHome& home, const std::string& name, const ControlGroupLimits& limits);

    ControlGroup(const ControlGroup&) = delete;
    ControlGroup& operator=(const ControlGroup&) = delete;
    ControlGroup(ControlGroup&& other) noexcept;
    ControlGroup& operator=(ControlGroup&&) = delete;
    ~ControlGroup();

    /// Open files that a process joins by writing "0", for os::Command::control_groups.
    [[nodiscard]] std::vector<int> entrances() const;

    /// Ends every process in it at once (version 2, from Linux 5.14; else does nothing: whoever
    /// looks for processes to kill there can be outrun).
    void kill() const noexcept;

    /// What the kernel has killed in it for want of memory so far.
    [[nodiscard]] std::uint64_t out_of_memory_kills() const;

    [[nodiscard]] const ControlGroupLimits& limits() const { return limits_; }

    [[nodiscard]] bool unified() const { return unified_; }

    /// Folders with memory.* and their places inside a sandbox, as a container would see them.
    [[nodiscard]] std::filesystem::path memory_folder() const;
    [[nodiscard]] std::filesystem::path memory_folder_inside() const;

private:
    ControlGroup() = default;

    struct Folder {
        std::filesystem::path path;
        os::FileLock lock;
        os::UniqueFd tasks;
    };

    base::Result<void> add(const std::filesystem::path& path);
    base::Result<void> try_add(const std::filesystem::path& path, bool& taken);

    std::vector<Folder> folders_; ///< memory first
    ControlGroupLimits limits_;
    bool unified_ = false;
};

/// Ends what is left in the groups "samara-*" whose owner is dead, and removes them; returns how
/// many folders.
std::size_t sweep_control_groups(const ControlGroupHome& home);

} // namespace samara::engine::sandbox
