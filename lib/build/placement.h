#pragma once

#include "build/build.h"
#include "build/cache.h"
#include "build/state.h"
#include "os/file_lock.h"

#include <map>
#include <string>
#include <vector>

namespace samara::build {

/// A build before it is put in its place.
struct Placement {
    os::TempDir staging;
    std::filesystem::path build_dir;
    Cache cache;
    BuildState former;
    BuildState state; ///< of the build folder afterwards; inodes of fresh ones are filled in later
    std::vector<std::string> fresh; ///< logical ids of the folders below fresh_folder()
    Artifacts artifacts;
    std::vector<Done> done;
    std::vector<Failure> failures;
    os::FileLock lock; ///< others wait until this build is in its place

    /// Has the artifacts that were made; becomes the build folder where nothing of that stays.
    [[nodiscard]] std::filesystem::path fresh_folder() const { return staging.path() / "build"; }
};

} // namespace samara::build
