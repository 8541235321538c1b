#include "os/owner.h"

#include "base/strings.h"
#include "os/file.h"
#include "os/process_table.h"
#include "os/unique_fd.h"

#include <charconv>
#include <csignal>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace samara::os {

namespace {

std::string boot_id() {
    const auto text = read_file("/proc/sys/kernel/random/boot_id");
    return text ? std::string(base::trim(*text)) : std::string();
}

// "pid:[4026531836]"
std::string pid_namespace() {
    std::error_code error;
    const std::string link = std::filesystem::read_symlink("/proc/self/ns/pid", error).string();
    const std::size_t open = link.find('[');
    return open == std::string::npos ? "" : link.substr(open + 1, link.size() - open - 2);
}

// Empty when there is no such process (or only its zombie).
std::string start_time(pid_t pid) {
    const auto stat = process_stat(pid);
    return stat ? stat->started : std::string();
}

// The owner in the environment of a process; nothing when it has none, or it cannot be read.
std::optional<Owner> owner_of(const std::filesystem::path& process) {
    const auto environment = read_file(process / "environ");
    if (!environment) {
        return std::nullopt;
    }
    const std::string prefix = fmt::format("{}=", owner_variable);
    for (const std::string_view variable : base::split(*environment, '\0')) {
        if (variable.starts_with(prefix)) {
            return parse_owner(variable.substr(prefix.size()));
        }
    }
    return std::nullopt;
}

bool kill_if_orphan(const std::filesystem::path& process, pid_t pid, pid_t samara) {
    // The descriptor first: what is read and killed then is one process, whoever gets its number.
    const UniqueFd descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    const auto owner = owner_of(process);
    return descriptor.valid() && owner && owner->pid == samara && is_dead(*owner) &&
           ::syscall(SYS_pidfd_send_signal, descriptor.get(), SIGKILL, nullptr, 0) == 0;
}

std::size_t kill_orphans_once(pid_t samara) {
    std::size_t killed = 0;
    for_each_process([&](pid_t pid) {
        const std::filesystem::path process = fmt::format("/proc/{}", pid);

        struct stat status {};

        if (pid != ::getpid() && ::stat(process.c_str(), &status) == 0 &&
            status.st_uid == ::geteuid()) {
            killed += kill_if_orphan(process, pid, samara) ? 1U : 0U;
        }
    });
    return killed;
}

} // namespace

std::size_t kill_orphans_of(pid_t samara) {
    std::size_t killed = 0;
    // One of them may have started another behind our back: until there is none.
    constexpr int most_rounds = 100;
    for (int round = 0; round < most_rounds; ++round) {
        const std::size_t now = kill_orphans_once(samara);
        killed += now;
        if (now == 0) {
            break;
        }
    }
    return killed;
}

Owner this_process() {
    return {boot_id(), pid_namespace(), ::getpid(), start_time(::getpid())};
}

std::string to_string(const Owner& owner) {
    return fmt::format("{}/{}/{}/{}", owner.boot, owner.namespace_, owner.pid, owner.started);
}

std::optional<Owner> parse_owner(std::string_view text) {
    const auto parts = base::split(text, '/');
    Owner owner;
    if (parts.size() != 4) {
        return std::nullopt;
    }
    const std::string_view digits = parts[2];
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), owner.pid);
    if (error != std::errc{} || end != digits.data() + digits.size() || owner.pid <= 0 ||
        parts[0].empty() || parts[1].empty() || parts[3].empty()) {
        return std::nullopt;
    }
    owner.boot = parts[0];
    owner.namespace_ = parts[1];
    owner.started = parts[3];
    return owner;
}

bool is_dead(const Owner& owner) {
    const Owner here = this_process();
    if (here.boot.empty() || here.namespace_.empty()) {
        return false;
    }
    if (owner.boot != here.boot) {
        return true;
    }
    return owner.namespace_ == here.namespace_ && start_time(owner.pid) != owner.started;
}

} // namespace samara::os
