#pragma once

#include "base/log.h"
#include "os/cancellation.h"

#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace samara::build {

/// Functions and layers whose sources are newer than their artifacts, with those sources.
struct Refreshed {
    std::map<std::string, std::filesystem::path> built; ///< their artifacts are new now
    std::map<std::string, std::filesystem::path> newer; ///< a whole build has to take them up
};

/// Builds again what the build in `build_dir` has only copied and whose sources have changed; those
/// of `only` alone where that is not empty. What tools have a part in, or cannot be built, stays as
/// it was. `log` gets warnings alone.
Refreshed refresh(
    const std::filesystem::path& build_dir,
    const std::set<std::string>& only,
    const base::Log& log,
    const os::Cancellation& cancel);

} // namespace samara::build
