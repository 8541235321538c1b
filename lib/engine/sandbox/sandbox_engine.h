#pragma once

#include "base/error.h"
#include "base/log.h"
#include "engine/engine.h"
#include "engine/guest/guest.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Execution environments without a daemon, an image or root: bubblewrap(1) namespaces over the
/// host's own Python or Node.js, with samara-rie inside.
///
/// Every sandbox shares the host's network. Memory and the number of processes are limited by a
/// control group where one can be made. Where none can, they are limited by RLIMIT_DATA for each
/// process (an allocation fails rather than the process being killed) and RLIMIT_NPROC.
namespace samara::engine::sandbox {

struct Options {
    /// The static program samara-rie; it runs as process 1 of the sandbox.
    std::string_view emulator;
    /// The runtime client of a family ("python", "nodejs"); holds "bootstrap".
    std::function<std::vector<PayloadFile>(std::string_view family)> runtime_client;
    bool strict = false;        ///< an interpreter of another version is an error, not a warning
    bool control_groups = true; ///< false: setrlimit(2) even where groups can be made
    base::Log log;
};

/// Fails where bubblewrap is not installed. Removes what dead ones left behind.
base::Result<std::unique_ptr<Engine>> make_engine(Options options);

/// Removes the temporary folders and control groups of samara processes that are dead; those that
/// live, and everything else, are not touched. Returns how many.
std::size_t sweep_leftovers();

} // namespace samara::engine::sandbox
