#pragma once

#include "base/error.h"

#include <string>
#include <vector>

namespace samara::intrinsics {

constexpr std::size_t default_host_bits = 8;

/// Fn::Cidr: the first `count` (1 to 256) blocks with `host_bits` free bits inside `block`, IPv4 or
/// IPv6, as "10.0.1.0/24".
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-cidr.html
base::Result<std::vector<std::string>>
cidr_blocks(const std::string& block, std::size_t count, std::size_t host_bits);

} // namespace samara::intrinsics
