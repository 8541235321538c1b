#pragma once

#include "base/error.h"
#include "base/log.h"
#include "engine/docker/docker_host.h"
#include "engine/image/image_store.h"
#include "os/cancellation.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace samara::engine::docker {

/// A container with the tools of a language, in which programs are run one after the other.
struct ToolContainerSpec {
    struct Mount {
        std::filesystem::path path; ///< absolute, the same inside
        bool writable = false;
    };

    std::string image;
    std::string architecture; ///< "x86_64", "arm64"
    std::vector<Mount> mounts;
    std::map<std::string, std::string> environment;
    std::string network; ///< empty: the engine's default
    bool skip_pull = false;
};

struct ToolRun {
    int exit_code = 0;
    std::string output; ///< both streams as they came
};

/// Removed, whatever runs in it, with this object. Files that its programs make belong to the user
/// who runs this one.
class ToolContainer {
public:
    ToolContainer() = default;
    ToolContainer(const ToolContainer&) = delete;
    ToolContainer& operator=(const ToolContainer&) = delete;
    ToolContainer(ToolContainer&&) = delete;
    ToolContainer& operator=(ToolContainer&&) = delete;
    virtual ~ToolContainer() = default;

    /// Fails when it cannot be started, or when cancelled; then the container is of no more use.
    virtual base::Result<ToolRun>
    run(const std::vector<std::string>& argv,
        const std::filesystem::path& folder,
        const std::map<std::string, std::string>& environment,
        const os::Cancellation& cancel) = 0;
};

/// Pulls the image where it is not there (or may be older, unless `skip_pull`), and starts. Fails
/// where no engine of this machine answers.
base::Result<std::unique_ptr<ToolContainer>> start_tool_container(
    const HostLookup& lookup,
    const ToolContainerSpec& spec,
    const base::Log& log,
    const os::Cancellation& cancel);

} // namespace samara::engine::docker
