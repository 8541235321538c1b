#include "aws/partition.h"

#include <algorithm>
#include <array>

namespace samara::aws {

namespace {

struct Partition {
    std::string_view name;
    std::string_view region_prefix; ///< of its regions; empty: all others
    std::string_view domain;
    std::string_view dual_stack_domain;
};

constexpr std::array<Partition, 8> partitions{{
    {"aws-cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    {"aws-us-gov", "us-gov-", "amazonaws.com", "api.aws"},
    {"aws-iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
    {"aws-iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    {"aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    {"aws-iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
    {"aws-eusc", "eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
    {"aws", "", "amazonaws.com", "api.aws"},
}};

const Partition& named(std::string_view name) {
    const auto* const found =
        std::find_if(partitions.begin(), partitions.end(), [&](const Partition& partition) {
            return partition.name == name;
        });
    return found == partitions.end() ? partitions.back() : *found;
}

} // namespace

std::string_view partition_of(std::string_view region) {
    return std::find_if(
               partitions.begin(),
               partitions.end(),
               [&](const Partition& partition) {
                   return region.starts_with(partition.region_prefix);
               })
        ->name;
}

std::string_view domain_of(std::string_view partition) {
    return named(partition).domain;
}

std::string_view dual_stack_domain_of(std::string_view partition) {
    return named(partition).dual_stack_domain;
}

} // namespace samara::aws
