#include "rie/memory.h"

#include "base/strings.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace samara::rie {

namespace {

// Files under /proc and /sys/fs/cgroup, a page or two; empty when they cannot be read.
std::string read_small(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return {};
    }
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t count = 0; (count = ::read(file, buffer.data(), buffer.size())) > 0;) {
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    ::close(file);
    return text;
}

std::uint64_t number_after(std::string_view text, std::string_view label) {
    const std::size_t found = text.find(label);
    if (found == std::string_view::npos) {
        return 0;
    }
    text = base::trim(text.substr(found + label.size()));
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// The first of these that is there: of our control group in version 2, and in version 1.
std::string group_file(std::string_view unified_name, std::string_view version_1_name) {
    // A container sees its own group at the top of the mount; elsewhere our path is below it.
    std::string unified;
    std::string version_1;
    const std::string groups = read_small("/proc/self/cgroup");
    for (const std::string_view line : base::split(groups, '\n')) {
        const std::vector<std::string_view> parts = base::split(line, ':');
        if (parts.size() == 3 && parts[1].empty()) {
            unified = parts[2];
        } else if (parts.size() == 3 && parts[1] == "memory") {
            version_1 = parts[2];
        }
    }
    for (std::string candidate :
         {fmt::format("/sys/fs/cgroup{}/{}", unified, unified_name),
          fmt::format("/sys/fs/cgroup/{}", unified_name),
          fmt::format("/sys/fs/cgroup/memory{}/{}", version_1, version_1_name),
          fmt::format("/sys/fs/cgroup/memory/{}", version_1_name)}) {
        if (::access(candidate.c_str(), R_OK) == 0) {
            return candidate;
        }
    }
    return {};
}

// Children that process `parent` has by its own threads (the kernel lists them by thread).
std::vector<pid_t> children(pid_t parent) {
    std::vector<pid_t> result;
    const std::string threads = fmt::format("/proc/{}/task", parent);
    DIR* folder = ::opendir(threads.c_str());
    if (folder == nullptr) {
        return result;
    }
    while (const dirent* entry = ::readdir(folder)) {
        const auto* thread = static_cast<const char*>(entry->d_name);
        if (*thread == '.') {
            continue;
        }
        const std::string list = read_small(fmt::format("{}/{}/children", threads, thread));
        for (const std::string_view number : base::split(base::trim(list), ' ')) {
            pid_t process = 0;
            std::from_chars(number.data(), number.data() + number.size(), process);
            if (process > 0) {
                result.push_back(process);
            }
        }
    }
    ::closedir(folder);
    return result;
}

} // namespace

std::vector<pid_t> descendants(pid_t root) {
    std::vector<pid_t> found{root};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const std::vector<pid_t> more = children(found[i]);
        found.insert(found.end(), more.begin(), more.end());
    }
    found.erase(found.begin());
    return found;
}

std::uint64_t peak_resident(pid_t process) {
    return number_after(read_small(fmt::format("/proc/{}/status", process)), "VmHWM:") * 1024;
}

OutOfMemoryCounter::OutOfMemoryCounter()
    : file_(group_file("memory.events", "memory.oom_control")), last_(read()) {}

std::uint64_t OutOfMemoryCounter::read() const {
    return file_.empty() ? 0 : number_after(read_small(file_), "oom_kill ");
}

bool OutOfMemoryCounter::advanced() {
    const std::uint64_t now = read();
    const bool more = now > last_;
    last_ = now;
    return more;
}

// Whose first process we are has its group for itself; elsewhere others are in ours.
GroupPeak::GroupPeak() {
    const std::string file =
        ::getpid() == 1 ? group_file("memory.peak", "memory.max_usage_in_bytes") : std::string();
    if (const std::size_t name = file.rfind('/'); name != std::string::npos) {
        mark_ = os::UniqueFd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
        statistics_ = file.substr(0, name) + "/memory.stat";
        key_ = file.ends_with("memory.peak") ? "file " : "cache ";
    }
    forget();
}

std::uint64_t GroupPeak::read() const {
    std::array<char, 32> digits{};
    const ssize_t count = ::pread(mark_.get(), digits.data(), digits.size(), 0);
    return number_after({digits.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))}, "");
}

void GroupPeak::look() {
    if (!statistics_.empty()) {
        // The first of its lines in version 1, the second in version 2.
        most_in_files_ = std::max(most_in_files_, number_after(read_small(statistics_), key_));
    }
}

bool GroupPeak::advanced() {
    const std::uint64_t peak = read();
    if (peak <= last_) {
        return false;
    }
    last_ = peak;
    look();
    known_ = std::max(known_, peak - std::min(peak, most_in_files_));
    return true;
}

void GroupPeak::forget() {
    last_ = read();
    known_ = 0;
}

} // namespace samara::rie
