#pragma once

#include "base/error.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace samara::os {

/// What can be told of a folder without reading its files.
struct TreeState {
    /// Another one after anything below the folder was written, added, removed, renamed or given
    /// other permissions (by names, inodes, sizes, modes and times). The same does not mean that it
    /// is the same tree: a copy has another one.
    std::string digest;
    std::uint64_t bytes = 0; ///< of all files together
    /// When anything last changed. A change in the same tick of the file system's clock, some
    /// milliseconds, cannot be seen.
    std::chrono::system_clock::time_point changed;
};

/// Links are not followed; what disappears meanwhile is left out. Fails on a folder that cannot be
/// listed.
base::Result<TreeState> tree_state(const std::filesystem::path& folder);

} // namespace samara::os
