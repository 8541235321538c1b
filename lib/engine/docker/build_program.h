#pragma once

#include "base/error.h"
#include "engine/docker/build_image.h"
#include "engine/docker/docker_host.h"
#include "os/cancellation.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace samara::engine::docker {

/// A program of this machine that builds images. The Engine API alone cannot use BuildKit without
/// a session of many services; the programs bring those along.
struct BuildProgram {
    std::vector<std::string> command; ///< {"docker", "buildx", "build", "--load"}
    bool buildkit = false;            ///< or a builder that understands the same Dockerfiles
    std::map<std::string, std::string> environment;
};

/// docker with its plugin buildx, docker without it, Finch, Podman: the first that is there.
std::optional<BuildProgram>
find_build_program(const HostLookup& lookup, const os::Cancellation& cancel);

/// Builds an image with it; `extra` are more of its options. What it prints goes to the sink.
base::Result<void> run_build_program(
    const BuildProgram& program,
    const ImageBuild& build,
    const std::vector<std::string>& extra,
    const os::Cancellation& cancel);

} // namespace samara::engine::docker
