#pragma once

#include "aws_client/error.h"
#include "aws_client/service_table.h"
#include "aws_client/shared_config.h"

#include <optional>
#include <string>
#include <string_view>

/// Where a service is reached.
/// docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
namespace samara::aws_client {

struct EndpointRules {
    bool fips = false;
    bool dual_stack = false;
    bool ignore_configured = false;
    bool path_style = false;    ///< of S3: "addressing_style = path"
    bool virtual_style = false; ///< "addressing_style = virtual", for configured endpoints too
};

/// From the environment and the profile.
EndpointRules endpoint_rules(const SharedConfig& config, const std::string& profile);

struct Endpoint {
    std::string url; ///< "https://sts.eu-west-1.amazonaws.com", without a slash at the end
    std::string signing_region;
    bool configured = false; ///< by whoever runs the program
};

/// The endpoint of `service` in `region`. Fails where the configuration names a section that is
/// not there.
AwsResult<Endpoint> find_endpoint(
    const Service& service,
    const std::string& region,
    const SharedConfig& config,
    const std::string& profile,
    const EndpointRules& rules);

/// Whether a bucket can be a part of a host name with TLS: lower case, no dots.
bool is_host_label(std::string_view bucket);

} // namespace samara::aws_client
