#include "engine/sandbox/control_group.h"

#include "base/strings.h"
#include "os/file.h"

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
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

} // namespace

base::Result<void> write_control(const fs::path& file, std::string_view value) {
    const os::UniqueFd descriptor(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (!descriptor.valid() || ::write(descriptor.get(), value.data(), value.size()) < 0) {
        return os::fail_errno(fmt::format("cannot write {} to {}", value, file.string()));
    }
    return {};
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
        result = write_control(
            memory / (home.unified ? "memory.max" : "memory.limit_in_bytes"),
            std::to_string(*limits.memory_bytes + limits.temporary_bytes));
        // No escape into swap; where the kernel has no swap accounting there is no such file.
        static_cast<void>(
            write_control(memory / (home.unified ? "memory.swap.max" : "memory.swappiness"), "0"));
    }
    if (result && !home.pids.empty() && limits.processes > 0) {
        result = write_control(pids / "pids.max", std::to_string(limits.processes));
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
