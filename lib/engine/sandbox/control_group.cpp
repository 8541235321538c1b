#include "engine/sandbox/control_group.h"

#include "base/strings.h"
#include "os/file.h"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <map>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

namespace samara::engine::sandbox {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view name_prefix = "samara-";

struct Mount {
    fs::path point;
    fs::path root; ///< the group that is visible at `point`
};

bool has_word(std::string_view text, char separator, std::string_view word) {
    for (const std::string_view piece : base::split(text, separator)) {
        if (base::trim(piece) == word) {
            return true;
        }
    }
    return false;
}

// Mounts by controller; version 2 under the empty name. proc_pid_mountinfo(5): the fields after
// " - " are type, source and super options.
std::map<std::string, Mount> parse_mounts(std::string_view mount_info) {
    std::map<std::string, Mount> mounts;
    for (const std::string_view line : base::split(mount_info, '\n')) {
        const std::size_t dash = line.find(" - ");
        if (dash == std::string_view::npos) {
            continue;
        }
        const auto before = base::split(line.substr(0, dash), ' ');
        const auto after = base::split(line.substr(dash + 3), ' ');
        if (before.size() < 5 || after.size() < 3) {
            continue;
        }
        const Mount mount{before[4], before[3]};
        if (after[0] == "cgroup2") {
            mounts.emplace("", mount);
        } else if (after[0] == "cgroup") {
            for (const std::string_view controller : {"memory", "pids"}) {
                if (has_word(after[2], ',', controller)) {
                    mounts.emplace(controller, mount);
                }
            }
        }
    }
    return mounts;
}

// The groups of this process by controller, as cgroups(7) describes /proc/self/cgroup.
std::map<std::string, fs::path> parse_own(std::string_view own_groups) {
    std::map<std::string, fs::path> own;
    for (const std::string_view line : base::split(own_groups, '\n')) {
        const std::size_t first = line.find(':');
        const std::size_t second = first == line.npos ? first : line.find(':', first + 1);
        if (second == line.npos) {
            continue;
        }
        for (const std::string_view controller :
             base::split(line.substr(first + 1, second - first - 1), ',')) {
            own.emplace(controller, fs::path(line.substr(second + 1)));
        }
    }
    return own;
}

bool writable(const fs::path& folder) {
    return ::access(folder.c_str(), W_OK | X_OK) == 0 &&
           ::access((folder / "cgroup.procs").c_str(), W_OK) == 0;
}

// The folder in which this process's own group is seen; nothing when it is not below the mount.
std::optional<fs::path> own_folder(const Mount& mount, const fs::path& group) {
    const fs::path relative = group.lexically_relative(mount.root);
    if (relative.empty() || *relative.begin() == "..") {
        return std::nullopt;
    }
    return relative == "." ? mount.point : mount.point / relative;
}

fs::path version_1_home(
    const std::map<std::string, Mount>& mounts,
    const std::map<std::string, fs::path>& own,
    const std::string& controller) {
    const auto mount = mounts.find(controller);
    const auto group = own.find(controller);
    if (mount == mounts.end() || group == own.end()) {
        return {};
    }
    const auto folder = own_folder(mount->second, group->second);
    return folder && writable(*folder) ? *folder : fs::path();
}

fs::path version_2_home(const Mount& mount, const fs::path& group) {
    for (auto folder = own_folder(mount, group); folder; folder = folder->parent_path()) {
        const auto handed_on = os::read_file(*folder / "cgroup.subtree_control");
        if (!handed_on) {
            break;
        }
        if (has_word(*handed_on, ' ', "memory") && has_word(*handed_on, ' ', "pids")) {
            return writable(*folder) ? *folder : fs::path();
        }
        if (*folder == mount.point) {
            break;
        }
    }
    return {};
}

// False where the kernel has no such file.
bool kill_at_once(const fs::path& folder) noexcept {
    const os::UniqueFd folder_descriptor(::open(folder.c_str(), O_PATH | O_CLOEXEC));
    const os::UniqueFd control(
        ::openat(folder_descriptor.get(), "cgroup.kill", O_WRONLY | O_CLOEXEC));
    return control.valid() && ::write(control.get(), "1", 1) == 1;
}

// Those in the group now; in version 2 all of them at once.
void kill_all_in(const fs::path& folder) {
    if (kill_at_once(folder)) {
        return;
    }
    const std::string processes = os::read_file(folder / "cgroup.procs").value_or("");
    for (const std::string_view line : base::split(processes, '\n')) {
        pid_t pid = 0;
        std::from_chars(line.data(), line.data() + line.size(), pid);
        if (pid > 1) {
            ::kill(pid, SIGKILL);
        }
    }
}

// Whether the folder is gone: what is killed takes a moment to leave it.
bool remove_with_processes(const fs::path& folder) {
    constexpr int attempts = 200;
    constexpr auto pause = std::chrono::milliseconds(5);
    for (int i = 0; i < attempts; ++i) {
        if (::rmdir(folder.c_str()) == 0 || errno == ENOENT) {
            return true;
        }
        kill_all_in(folder);
        std::this_thread::sleep_for(pause);
    }
    return false;
}

base::Result<void> set(const fs::path& file, std::string_view value) {
    const os::UniqueFd descriptor(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (!descriptor.valid() || ::write(descriptor.get(), value.data(), value.size()) < 0) {
        return os::fail_errno(fmt::format("cannot write {} to {}", value, file.string()));
    }
    return {};
}

} // namespace

ControlGroupHome find_control_group_home(std::string_view mount_info, std::string_view own_groups) {
    const auto mounts = parse_mounts(mount_info);
    const auto own = parse_own(own_groups);
    ControlGroupHome home;
    home.memory = version_1_home(mounts, own, "memory");
    home.pids = version_1_home(mounts, own, "pids");
    const auto unified = mounts.find("");
    const auto group = own.find("");
    if (!home.usable() && unified != mounts.end() && group != own.end()) {
        home.memory = version_2_home(unified->second, group->second);
        home.pids = home.memory;
        home.unified = true;
    }
    return home;
}

ControlGroupHome find_control_group_home() {
    const auto mount_info = os::read_file("/proc/self/mountinfo");
    const auto own_groups = os::read_file("/proc/self/cgroup");
    if (!mount_info || !own_groups) {
        return {};
    }
    return find_control_group_home(*mount_info, *own_groups);
}

// A process that moves itself by "tasks" (version 1) is spared the lock that cgroup.procs takes
// over all processes of the machine, which costs some 15 ms when nobody has held it of late.
base::Result<void> ControlGroup::add(const fs::path& path) {
    // Another samara that starts just now may take a group that is not locked yet for a dead one's,
    // and remove it.
    constexpr int attempts = 20;
    base::Result<void> added;
    for (int i = 0; i < attempts; ++i) {
        bool taken = false;
        added = try_add(path, taken);
        if (added || !taken) {
            break;
        }
    }
    return added;
}

base::Result<void> ControlGroup::try_add(const fs::path& path, bool& taken) {
    std::error_code error;
    fs::create_directory(path, error);
    if (error) {
        return os::fail_errno(fmt::format("cannot create {}", path.string()), error.value());
    }
    auto lock = os::FileLock::try_acquire(path);
    const char* entrance = unified_ ? "cgroup.procs" : "tasks";
    os::UniqueFd tasks(::open((path / entrance).c_str(), O_WRONLY | O_CLOEXEC));
    if (!lock || !*lock || !tasks.valid()) {
        const int reason = !lock || *lock ? errno : EBUSY;
        taken = reason == EBUSY || !fs::exists(path, error);
        ::rmdir(path.c_str());
        return lock ? os::fail_errno(
                          fmt::format("cannot use the control group {}", path.string()), reason)
                    : base::fail(lock.error());
    }
    folders_.push_back({path, std::move(**lock), std::move(tasks)});
    return {};
}

base::Result<ControlGroup> ControlGroup::create(
    const ControlGroupHome& home, const std::string& name, const ControlGroupLimits& limits) {
    ControlGroup group;
    group.unified_ = home.unified;
    group.limits_ = limits;
    base::Result<void> result = group.add(home.memory / name);
    if (result && !home.pids.empty() && !home.unified) {
        result = group.add(home.pids / name);
    }
    if (!result) {
        return tl::unexpected(result.error());
    }
    const fs::path& memory = group.folders_.front().path;
    const fs::path& pids = group.folders_.back().path;
    if (limits.memory_bytes) {
        result =
            set(memory / (home.unified ? "memory.max" : "memory.limit_in_bytes"),
                std::to_string(*limits.memory_bytes + limits.temporary_bytes));
        // No escape into swap; where the kernel has no swap accounting there is no such file.
        static_cast<void>(
            set(memory / (home.unified ? "memory.swap.max" : "memory.swappiness"), "0"));
    }
    if (result && !home.pids.empty() && limits.processes > 0) {
        result = set(pids / "pids.max", std::to_string(limits.processes));
    }
    if (!result) {
        return tl::unexpected(result.error());
    }
    return group;
}

ControlGroup::ControlGroup(ControlGroup&& other) noexcept
    : folders_(std::exchange(other.folders_, {})), limits_(other.limits_),
      unified_(other.unified_) {}

ControlGroup::~ControlGroup() {
    for (const Folder& folder : folders_) {
        ::rmdir(folder.path.c_str());
    }
}

std::vector<int> ControlGroup::entrances() const {
    std::vector<int> descriptors;
    for (const Folder& folder : folders_) {
        descriptors.push_back(folder.tasks.get());
    }
    return descriptors;
}

void ControlGroup::kill() const noexcept {
    if (unified_) {
        kill_at_once(folders_.front().path);
    }
}

std::uint64_t ControlGroup::out_of_memory_kills() const {
    const auto events =
        os::read_file(memory_folder() / (unified_ ? "memory.events" : "memory.oom_control"));
    if (!events) {
        return 0;
    }
    constexpr std::string_view key = "oom_kill ";
    for (std::string_view line : base::split(*events, '\n')) {
        if (line.starts_with(key)) {
            line.remove_prefix(key.size());
            std::uint64_t count = 0;
            std::from_chars(line.data(), line.data() + line.size(), count);
            return count;
        }
    }
    return 0;
}

fs::path ControlGroup::memory_folder() const {
    return folders_.front().path;
}

fs::path ControlGroup::memory_folder_inside() const {
    return unified_ ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
}

std::size_t sweep_control_groups(const ControlGroupHome& home) {
    std::size_t removed = 0;
    for (const fs::path& folder : {home.memory, home.unified ? fs::path() : home.pids}) {
        std::error_code error;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
             entry.increment(error)) {
            if (!entry->path().filename().string().starts_with(name_prefix)) {
                continue;
            }
            // Held: its owner lives.
            const auto lock = os::FileLock::try_acquire(entry->path());
            if (lock && *lock && remove_with_processes(entry->path())) {
                ++removed;
            }
        }
    }
    return removed;
}

} // namespace samara::engine::sandbox
