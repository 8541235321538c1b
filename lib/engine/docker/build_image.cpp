#include "engine/docker/build_image.h"

#include "engine/docker/dockerignore.h"
#include "os/file.h"

#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace samara::engine::docker {

namespace fs = std::filesystem;

namespace {

// Patterns beside the Dockerfile come before those of the context.
DockerIgnore read_ignore_file(const fs::path& context, const fs::path& dockerfile) {
    for (const fs::path& file :
         {fs::path(dockerfile.string() + ".dockerignore"), context / ".dockerignore"}) {
        if (const auto text = os::read_file(file)) {
            return DockerIgnore(*text);
        }
    }
    return DockerIgnore("");
}

} // namespace

base::Result<void>
build_image(image::ImageStore& images, const ImageBuild& build, const os::Cancellation& cancel) {
    std::error_code error;
    if (!fs::is_directory(build.context, error)) {
        return base::fail(
            fmt::format("the build context {} is not a folder", build.context.string()),
            "correct DockerContext in the function's Metadata");
    }
    const fs::path dockerfile = (build.context / build.dockerfile).lexically_normal();
    if (!fs::is_regular_file(dockerfile, error)) {
        return base::fail(
            fmt::format("there is no Dockerfile {}", dockerfile.string()),
            "correct Dockerfile in the function's Metadata");
    }
    image::BuildRequest request{
        .tag = build.tag,
        .arguments = build.arguments,
        .target = build.target,
        .any_registry = true,
        .output = build.output};
    if (!build.architecture.empty()) {
        request.platform = build.architecture == "arm64" ? "linux/arm64" : "linux/amd64";
    }
    fs::path inside = dockerfile.lexically_relative(build.context.lexically_normal());
    if (inside.empty() || *inside.begin() == "..") {
        inside = "Dockerfile.samara";
        request.context.add_file(inside.string(), dockerfile);
    }
    request.dockerfile = inside.string();

    const DockerIgnore ignore = read_ignore_file(build.context, dockerfile);
    const auto wanted = [&](const fs::path& path, bool folder) {
        if (path == inside || path == ".dockerignore") {
            return true; // the engine itself reads them
        }
        const bool on_the_way =
            folder && (ignore.has_exceptions() || inside.string().starts_with(path.string() + "/"));
        return on_the_way || !ignore.excludes(path.generic_string());
    };
    if (auto added = request.context.add_tree(build.context, "", wanted); !added) {
        return added;
    }
    return images.build(std::move(request), cancel);
}

} // namespace samara::engine::docker
