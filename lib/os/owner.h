#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

/// Whose a process or a container is, so that a later samara can end what a dead one left.
namespace samara::os {

/// A process, told apart from every other one that has or had its number.
struct Owner {
    std::string boot;       ///< of the kernel
    std::string namespace_; ///< in which `pid` counts
    pid_t pid = 0;
    std::string started; ///< clock ticks after boot

    friend bool operator==(const Owner&, const Owner&) = default;
};

/// This process.
Owner this_process();

std::string to_string(const Owner& owner);
std::optional<Owner> parse_owner(std::string_view text);

/// Whether the process is certainly gone, as seen by this process on the same machine. One in
/// another process namespace counts as alive.
bool is_dead(const Owner& owner);

/// The environment variable with which samara starts its programs; theirs inherit it.
inline constexpr std::string_view owner_variable = "SAMARA_OWNER";

/// Kills the processes of this user whose owner_variable names a samara that had the number `pid`
/// and is dead. Looks at every process there is: for those who know that one was killed. Returns
/// how many.
std::size_t kill_orphans_of(pid_t pid);

} // namespace samara::os
