#include "engine/sandbox/identity.h"

#include "base/strings.h"
#include "os/file.h"

#include <array>
#include <atomic>
#include <charconv>

#include <unistd.h>

namespace samara::engine::sandbox {

namespace {

// Lambda runs functions as this user.
constexpr uid_t lambda_user = 993;
constexpr gid_t lambda_group = 990;

// Between the ranges that container managers take and those that systemd reserves nobody is to be
// found (https://systemd.io/UIDS-GIDS/). Process numbers go to 2^22.
constexpr uid_t first_user = 1'879'048'192;
constexpr unsigned process_bits = 22;
constexpr std::uint64_t rounds = 32;
// Where only few numbers are mapped (root in a rootless container): the last but one of them,
// because 65,535 means "none" to some calls.
constexpr uid_t least_user = 1'000;

constexpr unsigned cap_sys_admin = 21;

// Whether `user` exists in this user namespace: lines of first number, first outside, count.
bool is_mapped(std::string_view user_map, uid_t user) {
    for (const std::string_view line : base::split(user_map, '\n')) {
        std::array<std::uint64_t, 3> numbers{};
        std::size_t count = 0;
        for (const std::string_view word : base::split(line, ' ')) {
            if (!word.empty() && count < numbers.size()) {
                std::from_chars(word.data(), word.data() + word.size(), numbers[count++]);
            }
        }
        if (count == numbers.size() && user >= numbers[0] && user - numbers[0] < numbers[2]) {
            return true;
        }
    }
    return false;
}

bool has_capability(std::string_view capabilities, unsigned bit) {
    std::uint64_t set = 0;
    std::from_chars(capabilities.data(), capabilities.data() + capabilities.size(), set, 16);
    return ((set >> bit) & 1U) != 0;
}

std::string effective_capabilities() {
    const std::string status = os::read_file("/proc/self/status").value_or("");
    constexpr std::string_view key = "CapEff:";
    for (const std::string_view line : base::split(status, '\n')) {
        if (line.starts_with(key)) {
            return std::string(base::trim(line.substr(key.size())));
        }
    }
    return {};
}

} // namespace

Identity choose_identity(
    uid_t effective,
    std::string_view capabilities,
    std::string_view user_map,
    std::uint64_t number) {
    const Identity own{std::nullopt, lambda_user, lambda_group};
    // Without that capability nothing can be mounted but in a user namespace.
    if (effective != 0 || !has_capability(capabilities, cap_sys_admin)) {
        return own;
    }
    const auto preferred = static_cast<uid_t>(first_user + number % (rounds << process_bits));
    for (const uid_t user : {preferred, uid_t{65'533}, least_user}) {
        if (is_mapped(user_map, user)) {
            return {user, user, user};
        }
    }
    return own; // root of a namespace with one user is an ordinary user outside
}

Identity next_identity() {
    static std::atomic<std::uint64_t> count = 0;
    const uid_t effective = ::geteuid();
    if (effective != 0) {
        return choose_identity(effective, {}, {}, 0);
    }
    const std::uint64_t number = (count++ << process_bits) + static_cast<std::uint64_t>(::getpid());
    return choose_identity(
        effective,
        effective_capabilities(),
        os::read_file("/proc/self/uid_map").value_or(""),
        number);
}

} // namespace samara::engine::sandbox
