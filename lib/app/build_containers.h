#pragma once

#include "base/error.h"
#include "build/build.h"

#include <filesystem>
#include <string>
#include <vector>

namespace samara::app {

/// --use-container and what goes with it, as given.
struct ContainerOptions {
    bool use = false;
    std::vector<std::string> images;      ///< "IMAGE" or "ID=IMAGE"
    std::vector<std::string> variables;   ///< "NAME=VALUE" or "ID.NAME=VALUE"
    std::filesystem::path variables_file; ///< as --env-vars; empty: none
    bool writable_sources = false;        ///< --mount-with WRITE
    std::string network;
    bool skip_pull = false;
};

/// Build containers of the engine of this machine. A variable that cannot be read is left out with
/// a warning.
base::Result<build::Containers>
build_containers(const ContainerOptions& options, const base::Log& log);

/// The functions and layers that ContainerOptions::images has an image of their own for.
std::vector<std::string> named_resources(const std::vector<std::string>& images);

} // namespace samara::app
