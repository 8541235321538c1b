#pragma once

#include <string_view>

/// Partitions: the groups of regions that share accounts and names.
/// docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
namespace samara::aws {

/// Where a call goes when neither an option, the environment nor a profile names a region.
inline constexpr std::string_view default_region = "us-east-1";

/// "aws-cn" for cn-*, "aws-us-gov" for us-gov-*, those of the isolated and sovereign clouds, else
/// "aws".
std::string_view partition_of(std::string_view region);

/// What host names of a partition's services end with: "amazonaws.com", "amazonaws.com.cn".
std::string_view domain_of(std::string_view partition);

/// The same for hosts with IPv6 addresses: "api.aws".
std::string_view dual_stack_domain_of(std::string_view partition);

} // namespace samara::aws
