#include "base/strings.h"
#include "engine/sandbox/control_group.h"
#include "os/file.h"

#include <map>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <unistd.h>

namespace samara::engine::sandbox {

namespace fs = std::filesystem;

namespace {

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

// A group with members of its own that is handed to this user, as a unit with Delegate=yes is:
// nobody above it lets us in, and what is below it is ours to arrange.
bool is_delegated(const fs::path& folder) {
    std::error_code error; // the top of the whole hierarchy has no type
    return fs::exists(folder / "cgroup.type", error) && writable(folder) &&
           ::access((folder / "cgroup.subtree_control").c_str(), W_OK) == 0;
}

bool offers_controllers(const fs::path& folder) {
    const auto offered = os::read_file(folder / "cgroup.controllers");
    return offered && has_word(*offered, ' ', "memory") && has_word(*offered, ' ', "pids");
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

// Every one that is there now: more may come while they are moved.
bool move_members(const fs::path& from, const fs::path& to) {
    constexpr int attempts = 10;
    for (int i = 0; i < attempts; ++i) {
        const std::string members = os::read_file(from / "cgroup.procs").value_or("");
        if (base::trim(members).empty()) {
            return true;
        }
        for (const std::string_view member : base::split(members, '\n')) {
            if (!member.empty()) {
                static_cast<void>(write_control(to / "cgroup.procs", member)); // it may have ended
            }
        }
    }
    return false;
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
        if (const auto folder = own_folder(unified->second, group->second);
            !home.usable() && folder && is_delegated(*folder) && offers_controllers(*folder)) {
            home.memory = *folder;
            home.pids = *folder;
            home.occupied = true;
        }
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

base::Result<void> make_room(ControlGroupHome& home) {
    if (!home.occupied) {
        return {};
    }
    const fs::path members = home.memory / members_group;
    std::error_code error;
    fs::create_directory(members, error);
    if (error || !move_members(home.memory, members)) {
        return base::fail(fmt::format("cannot move the members of {}", home.memory.string()));
    }
    auto handed_on = write_control(home.memory / "cgroup.subtree_control", "+memory +pids");
    home.occupied = !handed_on;
    return handed_on;
}

} // namespace samara::engine::sandbox
