#pragma once

#include "app/build_containers.h"
#include "app/load/load.h"
#include "base/log.h"
#include "build/build.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace samara::app {

struct BuildOptions {
    LoadArguments load;
    std::string function;  ///< function or layer; empty: all
    std::string build_dir; ///< empty: .aws-sam/build
    std::string cache_dir; ///< empty: .aws-sam/cache
    std::string base_dir;  ///< what code paths are relative to; empty: the template's folder
    std::string manifest;
    std::vector<std::string> exclude;
    std::optional<bool> cached; ///< nothing: what has not changed is not built; false: all is
    bool parallel = false;
    bool build_in_source = false;
    bool follow_links = true;
    std::optional<bool> buildkit; ///< of images; nothing: where a Dockerfile asks for it
    bool strict = false;          ///< every warning is an error
    ContainerOptions containers;
    std::shared_ptr<build::Progress> progress; ///< null: nobody looks
};

struct BuildResult {
    std::filesystem::path artifacts;     ///< the build folder, as the user would write it
    std::filesystem::path template_file; ///< the rewritten template, likewise
    std::vector<build::Done> done;
    std::vector<build::Failure> failures; ///< empty: all that the template asks for was built
    bool placed = false;                  ///< the build folder has what was built
    bool former_stays = false;            ///< after failures: the former build is as it was
    std::chrono::milliseconds time{0};
};

/// Builds what the functions and layers of a template and its nested stacks need, and writes the
/// templates that use it. What cannot be built does not keep the rest from it: see
/// BuildResult::failures. Fails when there is nothing to begin with, or when interrupted.
base::Result<BuildResult> build_application(const BuildOptions& options, const base::Log& log);

/// The same, and again whenever a source or a template has changed, until interrupted. `built` gets
/// every result, from one thread at a time.
base::Result<void> watch_and_build(
    const BuildOptions& options,
    const base::Log& log,
    const std::function<void(const base::Result<BuildResult>&)>& built);

} // namespace samara::app
