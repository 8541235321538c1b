#include "build/image.h"

#include "base/strings.h"
#include "build/definition.h"
#include "build/workflow.h"
#include "os/environment.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

std::string or_default(std::string text, std::string_view otherwise) {
    return text.empty() ? std::string(otherwise) : std::move(text);
}

// "child-fn" of "Child/Fn": a slash would name a registry's folder.
std::string repository_of(const std::string& logical_id) {
    std::string name = base::to_lower(logical_id);
    std::replace(name.begin(), name.end(), '/', '-');
    return name;
}

ImageBuild image_of(const Function& function, const Request& request) {
    const data::Value& metadata = function.recipe.metadata;
    ImageBuild image;
    image.buildkit = request.buildkit;
    const data::Value* extra = metadata.find("DockerBuildExtraParams");
    if (extra != nullptr && extra->is_list()) {
        for (const data::Value& option : *extra->as_list()) {
            image.extra.push_back(data::scalar_text(option));
        }
    }
    image.logical_id = function.logical_id;
    image.context = function.source;
    image.dockerfile = or_default(metadata_text(metadata, "Dockerfile"), "Dockerfile");
    image.target = metadata_text(metadata, "DockerBuildTarget");
    image.architecture = function.recipe.architecture;
    image.tag = fmt::format(
        "{}:{}",
        repository_of(function.logical_id),
        or_default(metadata_text(metadata, "DockerTag"), "latest"));
    const data::Value* arguments = metadata.find("DockerBuildArgs");
    if (arguments != nullptr && arguments->is_map()) {
        for (const data::Entry& argument : *arguments->as_map()) {
            image.arguments[argument.key] = data::scalar_text(argument.value);
        }
    }
    if (const auto mode = os::variable(build_mode_variable); mode && !mode->empty()) {
        image.arguments[build_mode_variable] = *mode;
        image.tag += "-" + *mode;
    }
    return image;
}

// Whether it says how its image is built: by one of the two where the other is what it usually is.
bool is_described(const Function& function) {
    const data::Value& metadata = function.recipe.metadata;
    const std::string file = metadata_text(metadata, "Dockerfile");
    const bool has_context = !metadata_text(metadata, "DockerContext").empty();
    std::error_code ignored;
    return (!file.empty() && has_context) ||
           ((!file.empty() || has_context) &&
            fs::exists(function.source / or_default(file, "Dockerfile"), ignored));
}

// "v1" of "fn:v1": the repository is that of the first function.
std::string_view version_of(const ImageBuild& image) {
    return std::string_view(image.tag).substr(image.tag.find(':') + 1);
}

bool same_image(const ImageBuild& a, const ImageBuild& b) {
    return version_of(a) == version_of(b) && a.context == b.context &&
           a.dockerfile == b.dockerfile && a.target == b.target && a.arguments == b.arguments &&
           a.architecture == b.architecture && a.extra == b.extra;
}

base::Result<void> check(const Function& function, const ImageBuild& image) {
    base::Error error;
    error.resource = function.logical_id;
    error.where = function.where;
    const data::Value* extra = function.recipe.metadata.find("DockerBuildExtraParams");
    if (extra != nullptr && !extra->is_list()) {
        error.message =
            fmt::format("{}: DockerBuildExtraParams must be a list", function.logical_id);
        error.hint = "write each word of its own: ['--secret', 'id=token,src=token.txt']";
        error.where = extra->where();
        return base::fail(std::move(error));
    }
    const data::Value* arguments = function.recipe.metadata.find("DockerBuildArgs");
    if (arguments != nullptr && !arguments->is_map() && !arguments->is_null()) {
        error.message = fmt::format("{}: DockerBuildArgs must be a map", function.logical_id);
        error.hint = "write NAME: value for each argument";
        error.where = arguments->where();
        return base::fail(std::move(error));
    }
    std::error_code ignored;
    if (!fs::is_directory(image.context, ignored)) {
        error.message = fmt::format(
            "{}: DockerContext is not a folder: {}", function.logical_id, image.context.string());
        error.hint = "the path is relative to the template's folder, or to --base-dir";
        return base::fail(std::move(error));
    }
    if (!fs::is_regular_file(image.context / image.dockerfile, ignored)) {
        error.message = fmt::format(
            "{}: there is no {} in {}",
            function.logical_id,
            image.dockerfile,
            image.context.string());
        error.hint = "Metadata: Dockerfile names a file relative to DockerContext";
        return base::fail(std::move(error));
    }
    return {};
}

} // namespace

std::vector<ImageJob>
image_jobs(const Request& request, const base::Log& log, std::vector<Failure>& failures) {
    std::vector<ImageJob> jobs;
    for (const Function& function : request.functions) {
        if (!function.image || request.exclude.contains(function.logical_id)) {
            continue;
        }
        if (skips_build(function.recipe.metadata)) {
            log.info(fmt::format("Skip building function: {} (SkipBuild)", function.logical_id));
            continue;
        }
        if (!is_described(function)) {
            const fs::path& archive = function.image_archive;
            log.info(
                archive.empty()
                    ? fmt::format(
                          "Skip Building {} function, as it is missing either Dockerfile or "
                          "DockerContext metadata properties.",
                          function.logical_id)
                    : fmt::format(
                          "Skip building {}: its image is in {}",
                          function.logical_id,
                          archive.string()));
            continue;
        }
        ImageBuild image = image_of(function, request);
        if (auto checked = check(function, image); !checked) {
            failures.push_back({function.logical_id, std::move(checked.error())});
            continue;
        }
        const auto same = std::find_if(jobs.begin(), jobs.end(), [&](const ImageJob& job) {
            return same_image(job.image, image);
        });
        if (same != jobs.end()) {
            same->logical_ids.push_back(function.logical_id);
        } else {
            jobs.push_back(
                {std::move(image), {function.logical_id}, function.where, function.recipe});
        }
    }
    return jobs;
}

} // namespace samara::build
