#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Amazon Resource Names.
/// docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
namespace samara::aws {

/// "arn:partition:service:region:account:resource", taken apart; views into the text. Region and
/// account may be empty, the resource may hold colons.
struct Arn {
    std::string_view partition;
    std::string_view service;
    std::string_view region;
    std::string_view account;
    std::string_view resource;
};

/// Nothing when the text does not begin with "arn:" or has fewer than six parts.
std::optional<Arn> parse_arn(std::string_view text);

/// The ARN of something local: its partition follows from the region, its account is
/// local_account. For services whose ARNs have no region (iam, s3) `region` still decides the
/// partition, and local_global_arn leaves it out.
std::string local_arn(std::string_view service, std::string_view region, std::string_view resource);
std::string
local_global_arn(std::string_view service, std::string_view region, std::string_view resource);

} // namespace samara::aws
