#include "app/image_builder.h"

#include "engine/docker/build_image.h"
#include "engine/docker/docker_engine.h"
#include "os/process.h"

#include <fmt/format.h>

namespace samara::app {

base::Result<std::shared_ptr<engine::image::ImageStore>>
EngineImageBuilder::images(const os::Cancellation& cancel) {
    const std::lock_guard lock(mutex_);
    if (images_ == nullptr) {
        auto connected = engine::docker::connect_images(engine::docker::current_lookup(), cancel);
        if (!connected) {
            return connected;
        }
        images_ = std::move(*connected);
    }
    return images_;
}

base::Result<void> EngineImageBuilder::build(
    const build::ImageBuild& image, const base::Log& log, const os::Cancellation& cancel) {
    auto store = images(cancel);
    if (!store) {
        return base::fail(std::move(store).error());
    }
    os::LineSplitter lines([&log](std::string_view line) { log.info(line); });
    engine::docker::ImageBuild build;
    build.context = image.context;
    build.dockerfile = image.dockerfile;
    build.tag = image.tag;
    build.arguments = image.arguments;
    build.target = image.target;
    build.architecture = image.architecture;
    build.output = [&lines](std::string_view text) { lines(text); };
    return engine::docker::build_image(**store, build, cancel);
}

} // namespace samara::app
