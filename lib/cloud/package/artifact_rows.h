#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Which properties name local files that are uploaded: schemas/cloud/artifacts.json.
/// docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html
namespace samara::cloud {

/// What takes the place of the path.
enum class Form : std::uint8_t {
    url,      ///< "s3://bucket/key"
    code,     ///< {S3Bucket, S3Key}
    object,   ///< {Bucket, Key}
    image,    ///< the URI of an image in a registry
    packaged, ///< the https URL of a template that is packaged itself
    https,    ///< the https URL of a file
};

struct ArtifactRow {
    std::string type;
    std::string below;                 ///< in each member of this property; may be empty
    std::vector<std::string> property; ///< path: {"Code", "ImageUri"}
    Form form = Form::url;
    bool lambda = false;      ///< code of Lambda: a single file is zipped, everybody may read it
    bool own_folder = false;  ///< without the property the template's folder is meant
    std::string package_type; ///< of functions it is for; empty: any
};

std::span<const ArtifactRow> artifact_rows();

/// "s3://bucket/key", or what begins with "https://s3".
bool is_s3_url(std::string_view text);

/// "ACCOUNT.dkr.ecr.REGION.amazonaws.com/name", or a registry of this machine.
bool is_ecr_url(std::string_view text);

} // namespace samara::cloud
