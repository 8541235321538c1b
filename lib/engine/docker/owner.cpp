#include "engine/docker/owner.h"

#include "base/strings.h"
#include "os/file.h"

#include <charconv>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include <unistd.h>

namespace samara::engine::docker {

namespace {

std::string boot_id() {
    const auto text = os::read_file("/proc/sys/kernel/random/boot_id");
    return text ? std::string(base::trim(*text)) : std::string();
}

// "pid:[4026531836]"
std::string pid_namespace() {
    std::error_code error;
    const std::string link = std::filesystem::read_symlink("/proc/self/ns/pid", error).string();
    const std::size_t open = link.find('[');
    return open == std::string::npos ? "" : link.substr(open + 1, link.size() - open - 2);
}

// Field 22 of /proc/<pid>/stat; empty when there is no such process (or only its zombie).
std::string start_time(pid_t pid) {
    const auto stat = os::read_file(fmt::format("/proc/{}/stat", pid));
    if (!stat) {
        return {};
    }
    // The name in field 2 may hold anything, ")" too; field 3 follows its last one.
    const std::size_t name_end = stat->rfind(')');
    if (name_end == std::string::npos || name_end + 2 >= stat->size()) {
        return {};
    }
    const auto fields = base::split(std::string_view(*stat).substr(name_end + 2), ' ');
    constexpr std::size_t started = 19; // field 22, counted from field 3
    if (fields.size() <= started || fields[0] == "Z" || fields[0] == "X") {
        return {};
    }
    return std::string(fields[started]);
}

} // namespace

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

} // namespace samara::engine::docker
