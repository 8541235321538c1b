#include "app/image_builder.h"

#include "base/try.h"
#include "build/dockerfile.h"
#include "engine/docker/build_image.h"
#include "engine/docker/build_program.h"
#include "engine/docker/docker_engine.h"
#include "os/file.h"
#include "os/process.h"

#include <fmt/format.h>

namespace samara::app {

namespace {

// What failed may be what the classic builder does not understand; a syntax line alone it ignores.
base::Error explained(base::Error error, const std::string& feature) {
    if (!feature.empty() && !feature.starts_with('#')) {
        error.hint = fmt::format(
            "{} in the Dockerfile needs BuildKit: install docker with its plugin buildx", feature);
    }
    return error;
}

} // namespace

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

std::string EngineImageBuilder::identity(const std::string& image, const os::Cancellation& cancel) {
    auto store = images(cancel);
    auto info = store ? (*store)->inspect(image, cancel)
                      : base::Result<std::optional<engine::image::ImageInfo>>(std::nullopt);
    return info && *info ? std::move((*info)->id) : std::string();
}

base::Result<void> EngineImageBuilder::build(
    const build::ImageBuild& image, const base::Log& log, const os::Cancellation& cancel) {
    os::LineSplitter lines([&log](std::string_view line) { log.info(line); });
    engine::docker::ImageBuild build;
    build.context = image.context;
    build.dockerfile = image.dockerfile;
    build.tag = image.tag;
    build.arguments = image.arguments;
    build.target = image.target;
    build.architecture = image.architecture;
    build.output = [&lines](std::string_view text) { lines(text); };
    const auto text = os::read_file(image.context / image.dockerfile);
    const std::string feature =
        text ? build::Dockerfile::parse(*text, image.arguments).buildkit : std::string();
    const bool asked = image.buildkit.value_or(false);
    const bool wanted = asked || (!feature.empty() && image.buildkit.value_or(true));
    std::optional<engine::docker::BuildProgram> program;
    if (wanted || !image.extra.empty()) {
        program = engine::docker::find_build_program(engine::docker::current_lookup(), cancel);
    }
    const bool able = program && (program->buildkit || !asked);
    if ((asked || !image.extra.empty()) && !able) {
        return base::fail(
            asked ? "--use-buildkit needs a program that builds with BuildKit"
                  : "DockerBuildExtraParams needs a program that builds images",
            "install docker with its plugin buildx, Finch or Podman, and see that it is on PATH");
    }
    if (program && (program->buildkit || !image.extra.empty())) {
        return engine::docker::run_build_program(*program, build, image.extra, cancel)
            .map_error([&](base::Error error) {
                return program->buildkit ? std::move(error) : explained(std::move(error), feature);
            });
    }
    TRY_ASSIGN(auto store, images(cancel));
    return engine::docker::build_image(*store, build, cancel).map_error([&](base::Error error) {
        return explained(std::move(error), feature);
    });
}

} // namespace samara::app
