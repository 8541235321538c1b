#pragma once

#include "build/build.h"
#include "build/definition.h"
#include "build/state.h"
#include "os/project_links.h"

#include <string>
#include <vector>

namespace samara::build {

/// What every job of one build shares.
struct Run {
    const Request& request;
    const base::Log& log;
    const base::Log& notices; ///< are seen at once, also beside other jobs
    const os::Cancellation& cancel;
    std::filesystem::path staging; ///< of the whole build: not a source
    std::filesystem::path fresh;   ///< where new artifacts go, by logical id
    const BuildState& former;
    /// Of links that lead out of the project: one warning for all that is built.
    os::ProjectLinks::Told links_told = std::make_shared<std::atomic<bool>>(false);

    [[nodiscard]] Run with(const base::Log& own, const base::Log& at_once) const {
        return {request, own, at_once, cancel, staging, fresh, former, links_told};
    }
};

/// What was made of a definition.
struct Made {
    std::vector<std::string> fresh = {}; ///< the others are in the build folder already
    Placed placed = {};                  ///< without inode
    Fate fate = Fate::built;
};

/// Puts the artifact of a definition under run.fresh for each of its ids whose own is not in the
/// build folder already: from there, from the cache, or by running its workflow.
base::Result<Made> make_artifact(const Run& run, const Definition& definition);

} // namespace samara::build
