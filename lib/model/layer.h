#pragma once

#include "base/error.h"
#include "data/value.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace samara::model {

/// One layer of the template: AWS::Lambda::LayerVersion (Content) or AWS::Serverless::LayerVersion
/// (ContentUri), after its intrinsics were resolved.
struct Layer {
    std::string logical_id;      ///< the template's own, after those of its stacks: "Child/Layer"
    std::string deployed_id;     ///< what its local ARN names it by
    std::string name;            ///< LayerName, else the logical id
    std::string content;         ///< local path, relative to the (root) template
    std::string template_folder; ///< of a nested stack, relative to the root template's; else empty
    base::Location content_where;
    std::vector<std::string> compatible_runtimes;
    std::vector<std::string> compatible_architectures;
    data::Value metadata; ///< the resource's Metadata: map or null
};

/// Appends what is wrong to `diagnostics`.
std::optional<Layer> read_layer(
    const std::string& logical_id, const data::Value& resource, base::Diagnostics& diagnostics);

/// "arn:aws:lambda:eu-west-1:123456789012:layer:name:3", one version of a layer.
struct LayerVersionArn {
    std::string text; ///< as it was written
    std::string partition;
    std::string region;
    std::string layer; ///< name
    std::string version;

    /// Nothing when it is none by the pattern of
    /// https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html
    static std::optional<LayerVersionArn> parse(std::string_view text);
};

} // namespace samara::model
