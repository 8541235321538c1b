#pragma once

#include "build/build.h"
#include "engine/image/image_store.h"

#include <memory>
#include <mutex>

namespace samara::app {

/// Builds images with the Docker engine of this machine, which is looked for at the first image:
/// through its API, or with a program where BuildKit or more options are asked for.
class EngineImageBuilder : public build::ImageBuilder {
public:
    base::Result<void> build(
        const build::ImageBuild& image,
        const base::Log& log,
        const os::Cancellation& cancel) override;

    std::string identity(const std::string& image, const os::Cancellation& cancel) override;

private:
    base::Result<std::shared_ptr<engine::image::ImageStore>> images(const os::Cancellation& cancel);

    std::mutex mutex_;
    std::shared_ptr<engine::image::ImageStore> images_;
};

} // namespace samara::app
