#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

/// Who a function is outside of its sandbox. It is never root there.
namespace samara::engine::sandbox {

/// Started by an ordinary user, a sandbox is that user in a user namespace of its own, under
/// Lambda's number for it. Started by root, it has no user namespace (in one, root outside would
/// stay root for every file, socket and system setting that is not hidden) and becomes a user whom
/// the host does not have: another one for each sandbox.
struct Identity {
    std::optional<uid_t> unprivileged; ///< user and group to become; nothing: a user namespace
    uid_t user = 0;                    ///< as the function sees itself
    gid_t group = 0;
};

/// What decides: the effective user, its capabilities (CapEff of /proc/self/status, hexadecimal)
/// and the map of user ids (/proc/self/uid_map). `number` tells sandboxes apart.
Identity choose_identity(
    uid_t effective,
    std::string_view capabilities,
    std::string_view user_map,
    std::uint64_t number);

/// For the next sandbox of this process.
Identity next_identity();

} // namespace samara::engine::sandbox
