#pragma once

#include "app/load/application.h"
#include "base/error.h"
#include "base/log.h"
#include "os/cancellation.h"

#include <filesystem>
#include <string>
#include <vector>

namespace samara::app {

/// For an application that samara build made: builds again what was only copied and has newer
/// sources, and tells what else is newer. Where the last build failed, it tells that this is the
/// one before, and leaves it as it is. `function` with its layers alone, where it is given. Before
/// anything is planned.
void apply_sources(
    const Application& application,
    const std::string& function,
    const base::Log& log,
    const os::Cancellation& cancel);

/// Sources and templates of the build that the application is; empty for one that was not built.
std::vector<std::filesystem::path> build_sources(const Application& application);

/// Fails when the build has no artifact for the function because it could not be built.
base::Result<void> check_was_built(const model::Function& function);

} // namespace samara::app
