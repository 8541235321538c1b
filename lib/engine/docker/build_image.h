#pragma once

#include "base/error.h"
#include "engine/image/image_store.h"
#include "os/cancellation.h"

#include <filesystem>
#include <map>
#include <string>

namespace samara::engine::docker {

/// What `docker build` is told.
struct ImageBuild {
    std::filesystem::path context; ///< absolute folder
    /// Absolute, or relative to the context; may lie outside of it.
    std::filesystem::path dockerfile = "Dockerfile";
    std::string tag;
    std::map<std::string, std::string> arguments = {};
    std::string target = {};       ///< stage; empty: the last
    std::string architecture = {}; ///< "x86_64", "arm64"; empty: the engine's own
    image::TextSink output = {};   ///< receives what the build prints
};

/// Builds an image of the user's from its folder, without what .dockerignore (or
/// <Dockerfile>.dockerignore) leaves out. Fails with the engine's message; the Dockerfile's own
/// output has gone to the sink by then.
base::Result<void>
build_image(image::ImageStore& images, const ImageBuild& build, const os::Cancellation& cancel);

} // namespace samara::engine::docker
