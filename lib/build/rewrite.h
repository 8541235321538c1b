#pragma once

#include "build/build.h"
#include "data/value.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace samara::build {

/// A local file that a template names and that is not there.
struct MissingFile {
    std::string logical_id;
    std::filesystem::path path; ///< absolute
    base::Location where;
};

/// The template as it lies in the build folder: what was built is referred to by its artifact (a
/// path relative to `to`, or an image tag), and every other local path of the template, Globals,
/// Metadata and AWS::Include is made relative to `to` instead of `from`. URLs, absolute paths and
/// intrinsics stay. A nested stack's artifact is its template. What could not be built refers to
/// the folder it would have, and says why in its Metadata (`failure_key`). Both folders are
/// absolute; the artifacts lie in `to`. `missing` gets the definition files (of APIs, state
/// machines, ...) that are not there.
data::Value rewrite_template(
    data::Value document,
    const Artifacts& artifacts,
    const std::filesystem::path& from,
    const std::filesystem::path& to,
    std::vector<MissingFile>* missing = nullptr);

/// In the Metadata of a resource: why the build has no artifact for it.
inline constexpr std::string_view failure_key = "SamaraBuildFailure";

} // namespace samara::build
