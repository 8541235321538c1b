#pragma once

#include "base/error.h"
#include "base/log.h"
#include "engine/docker/docker_host.h"
#include "engine/engine.h"
#include "engine/image/provider.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

/// Execution environments as containers of an engine that speaks the Docker Engine API: Docker,
/// Podman's service, Finch, Colima.
namespace samara::engine::docker {

struct Options {
    HostLookup lookup; ///< current_lookup() outside of tests
    /// samara-rie, static, for "x86_64" or "arm64"; empty where there is none.
    std::function<std::string_view(std::string_view architecture)> emulator;
    std::filesystem::path lock_folder; ///< empty: in the cache folder
    /// Until a container answers: SAM_CLI_CONTAINER_CONNECTION_TIMEOUT.
    std::chrono::milliseconds connection_limit{20'000};
    base::Log log;
};

/// The environment of this process.
HostLookup current_lookup();

/// Fails where no engine answers, with all that was tried. Removes what dead ones left behind.
base::Result<std::unique_ptr<Engine>>
make_engine(Options options, const os::Cancellation& cancel = {});

/// The images of the engine that answers, for `samara build`.
base::Result<std::shared_ptr<image::ImageStore>>
connect_images(const HostLookup& lookup, const os::Cancellation& cancel);

} // namespace samara::engine::docker
