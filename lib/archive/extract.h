#pragma once

#include "base/error.h"

#include <cstdint>
#include <filesystem>

namespace samara::archive {

/// What an archive may make of itself.
struct ExtractLimits {
    std::uint64_t bytes = 1ULL << 30U; ///< of all files together
    std::uint64_t entries = 200'000;
};

/// Unpacks a zip or tar file (plain or compressed) into `folder`, which must exist and be empty.
/// Permissions and modification times are kept; owners, setuid, setgid and sticky bits are not.
///
/// Everything stays in `folder`: an absolute name, "..", a link that leads out of it (alone or by
/// way of others), and a file that would be written through a link are errors; so are devices,
/// pipes and what is beyond the limits. After an error the folder holds a part.
base::Result<void> extract(
    const std::filesystem::path& archive,
    const std::filesystem::path& folder,
    const ExtractLimits& limits = {});

} // namespace samara::archive
