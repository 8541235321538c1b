#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <optional>
#include <string>
#include <string_view>

namespace samara::transform {

/// The member names that a location of an artifact in S3 has in the generated resource.
struct ArtifactNames {
    std::string_view bucket;
    std::string_view key;
    std::string_view version;
};

/// The location that the property (CodeUri, ContentUri, DefinitionUri) names: an s3:// URI, or a
/// map of Bucket, Key and Version. Nothing and an error when it is neither. With
/// Options::local_artifacts a local path is given back as it is.
std::optional<data::Value> artifact_location(
    const Properties& properties, std::string_view property, const ArtifactNames& names);

/// The ImageUri that packaging would give a function whose Metadata says how to build its image: of
/// a stand-in repository. Nothing when there is no such Dockerfile, or nobody asked.
std::optional<std::string> packaged_image(const Resource& function);

} // namespace samara::transform
