#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

/// Who a container belongs to, so that a later samara can remove what a dead one left.
namespace samara::engine::docker {

/// The label that holds an owner.
inline constexpr std::string_view owner_label = "samara.owner";

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

} // namespace samara::engine::docker
