#pragma once

#include "data/value.h"
#include "transform/resource.h"

#include <optional>
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

} // namespace samara::transform
