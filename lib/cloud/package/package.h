#pragma once

#include "cloud/package/image_push.h"
#include "cloud/package/package_loops.h"
#include "cloud/package/uploader.h"
#include "data/value.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// A template whose local files have become objects in S3 and images in a registry.
namespace samara::cloud {

struct SigningProfile {
    std::string name;
    std::string owner; ///< account; may be empty
};

struct PackageRules {
    std::map<std::string, SigningProfile> signing; ///< by resource
    LoopRules loops;
};

/// One path of the templates, and where its content is now.
struct PackagedArtifact {
    std::string resource; ///< path of its resource, "Child/Function"
    std::string property; ///< "CodeUri"
    std::string path;     ///< as it was written
    std::string
        location; ///< "s3://bucket/key", the URI of an image, or the URL of a nested template
};

struct Packaged {
    data::Value document;
    std::vector<PackagedArtifact> artifacts; ///< in the order of the templates
    base::Diagnostics warnings;
};

/// Uploads what `document`, read from `file`, and its nested templates name, and puts what they are
/// then in their places. Uploads run side by side; the first that fails ends it.
aws_client::AwsResult<Packaged> package_template(
    data::Value document,
    const std::filesystem::path& file,
    Uploader& uploader,
    ImagePusher* images,
    const PackageRules& rules);

/// What a template needs before it can be packaged.
struct ArtifactNeeds {
    bool files = false;              ///< something goes to S3
    std::vector<std::string> images; ///< paths of the functions that have an image of this machine
};

/// Of a template and its nested ones, without asking anybody. What cannot be read is left to
/// package_template.
ArtifactNeeds
find_needs(const data::Value& document, const std::filesystem::path& file, const LoopRules& loops);

} // namespace samara::cloud
