#pragma once

#include "base/error.h"
#include "data/value.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

/// A SAM template to the CloudFormation template that AWS's own transform makes of it.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
namespace samara::transform {

/// Managed policy name to its ARN.
using ManagedPolicies = std::map<std::string, std::string, std::less<>>;

struct Options {
    /// Decides the partition: cn-* is aws-cn, us-gov-* is aws-us-gov, all else aws.
    std::string region = "us-east-1";

    /// Parameter name to value. Parameters that are not named take their Default.
    std::map<std::string, std::string> parameter_overrides;

    /// Goes before the built-in table of AWS managed policies.
    std::optional<ManagedPolicies> managed_policies;

    /// Seconds since 1970: the deployment of an API with AlwaysDeploy is named by them.
    std::int64_t now = 0;

    /// Local paths in CodeUri, ContentUri, DefinitionUri and ImageUri stay in the output as they
    /// are (`Code: ./src`, which `aws cloudformation package` reads) instead of being refused for
    /// not being an S3 URI. What can be expanded is, beside errors that keep AWS's transform from
    /// expanding anything.
    bool local_artifacts = false;

    /// Whether there is a file or folder at a local path of CodeUri and the like, relative to the
    /// template. Such a path becomes the place that packaging would give it, in a stand-in bucket,
    /// with one warning for all. Empty: local paths are refused, as by AWS's transform.
    std::function<bool(std::string_view)> artifact_exists;
};

struct Output {
    /// The CloudFormation template; of use only when the diagnostics have no errors. With
    /// local_artifacts also what could be expanded beside the errors: a function can be run
    /// although another resource is wrong.
    data::Value document;

    /// Everything that is wrong, in the order of the template.
    base::Diagnostics diagnostics;
};

/// Pure: no I/O, no state kept between calls; the same input gives the same output, order included.
Output transform(data::Value document, const Options& options);

} // namespace samara::transform
