#pragma once

#include "base/error.h"
#include "data/value.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Lambda functions as the local commands see them.
namespace samara::model {

/// Types of resources: of SAM and what they become.
bool is_function_type(std::string_view type);
bool is_layer_type(std::string_view type);

/// A version or an alias: there is one version here, whichever is called.
bool is_published_type(std::string_view type);

enum class PackageType : std::uint8_t { zip, image };

/// Overrides of the image's own settings.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-imageconfig.html
struct ImageConfig {
    std::vector<std::string> entry_point;
    std::vector<std::string> command;
    std::string working_directory;
};

/// What becomes of asynchronous events. Destinations are ARNs, empty where there is none.
struct AsynchronousEvents {
    std::uint32_t max_retries = 2;
    std::uint32_t max_age_seconds = 21600;
    std::string on_success;
    std::string on_failure;
};

/// One AWS::Lambda::Function after the transform and after its intrinsics were resolved.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-function.html
struct Function {
    std::string logical_id; ///< after the ids of the stacks it is nested in: "Child/Function"
    std::string name;       ///< FunctionName, else the logical id ("Child-Function")
    base::Location where;
    PackageType package_type = PackageType::zip;
    std::string runtime; ///< empty for an image
    std::string handler; ///< empty for an image
    std::string code;    ///< local path from the root template, or s3://bucket/key; may be empty
    std::string template_folder; ///< of a nested stack, relative to the root template's; else empty
    base::Location code_where;
    std::optional<std::string> inline_code;
    std::string image_uri; ///< for an image; empty before it was built
    ImageConfig image_config;
    std::uint32_t memory_mb = 128;
    std::uint32_t timeout_seconds = 3;
    std::uint32_t ephemeral_storage_mb = 512;
    std::string architecture = "x86_64";
    std::map<std::string, std::string> environment;
    base::Location environment_where;
    base::Location timeout_where;
    base::Location memory_where;
    base::Location storage_where;
    std::vector<std::string> layers; ///< ARNs, or the local ARN of a layer in this template
    base::Location layers_where;
    std::optional<std::uint32_t> reserved_concurrency;
    std::string dead_letter; ///< ARN of DeadLetterConfig; empty: none
    std::string log_format = "Text";
    std::string log_level; ///< of the application, with log_format JSON; empty: without
    std::string log_group; ///< empty: the usual one
    bool tenants = false;  ///< TenancyConfig: PER_TENANT
    bool durable = false;  ///< DurableConfig

    // What other resources say of it; read_function leaves them as they are here.
    AsynchronousEvents events;                 ///< AWS::Lambda::EventInvokeConfig
    std::uint32_t provisioned_concurrency = 0; ///< AWS::Lambda::Alias and Version
    data::Value metadata;                      ///< the resource's Metadata: map or null
};

/// Reads one resource of the types AWS::Lambda::Function or AWS::Serverless::Function (whose
/// package properties are CodeUri, InlineCode and ImageUri). Appends what is wrong to
/// `diagnostics`; the function comes back when it could be understood well enough to be run: its
/// package, handler and runtime are. Another property that is wrong is as if it were absent.
std::optional<Function> read_function(
    const std::string& logical_id, const data::Value& resource, base::Diagnostics& diagnostics);

} // namespace samara::model
