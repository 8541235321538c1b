#include "aws/partition.h"

namespace samara::aws {

std::string_view partition_of(std::string_view region) {
    if (region.starts_with("cn-")) {
        return "aws-cn";
    }
    return region.starts_with("us-gov-") ? "aws-us-gov" : "aws";
}

std::string_view domain_of(std::string_view partition) {
    return partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
}

} // namespace samara::aws
