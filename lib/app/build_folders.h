#pragma once

#include "base/error.h"
#include "base/log.h"
#include "build/build.h"

#include <filesystem>

namespace samara::app {

/// Where a build is written: links on the way to its build and cache folder are followed as those
/// in the sources of the project in `folder` are, and nothing that is somebody's source is there.
base::Result<void> settle_build_folders(
    const std::filesystem::path& folder, const base::Log& log, build::Request& request);

} // namespace samara::app
