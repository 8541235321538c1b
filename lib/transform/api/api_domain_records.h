#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <cstdint>

/// The DNS records of an API's custom domain: the Route53 property of its Domain.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-route53configuration.html
namespace samara::transform {

/// Where the DNS records of a domain point.
struct AliasTarget {
    data::Value dns_name;
    data::Value hosted_zone;
};

/// Which group the records of a domain go to.
enum class Grouping : std::uint8_t {
    own,          ///< one of the API's own
    shared,       ///< that of the hosted zone
    shared_unless ///< the same, unless SeparateRecordSetGroup says otherwise
};

/// Adds the records to the group of their hosted zone, or to a group of their own. False after an
/// error.
bool emit_records(
    const Resource& api,
    const Properties& domain,
    const data::Value& domain_name,
    const AliasTarget& alias,
    Grouping grouping);

} // namespace samara::transform
