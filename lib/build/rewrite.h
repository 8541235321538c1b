#pragma once

#include "build/build.h"
#include "data/value.h"

#include <filesystem>

namespace samara::build {

/// The template as it lies in the build folder: what was built is referred to by its artifact (a
/// path relative to `to`, or an image tag), and every other local path of the template, Globals,
/// Metadata and AWS::Include is made relative to `to` instead of `from`. URLs, absolute paths and
/// intrinsics stay. Both folders are absolute; the artifacts lie in `to`.
data::Value rewrite_template(
    data::Value document,
    const Artifacts& artifacts,
    const std::filesystem::path& from,
    const std::filesystem::path& to);

} // namespace samara::build
