#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <optional>
#include <string>

/// Custom domains of APIs: the Domain property.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-domainconfiguration.html
namespace samara::transform {

/// Adds domain name, base path mappings, DNS records and access association of a REST API. False
/// after an error. `stage` is the logical id of the stage.
bool emit_rest_domain(const Resource& api, const std::string& stage);

/// What HTTP and WebSocket APIs do differently from each other.
struct DomainV2 {
    data::Map tags;             ///< of the domain name
    bool mutual_tls = true;     ///< takes MutualTlsAuthentication
    bool shares_records = true; ///< APIs of one hosted zone have one group of records
};

/// The same for an HTTP or WebSocket API.
bool emit_domain_v2(const Resource& api, const std::string& stage, const DomainV2& kind);

/// The API's Domain as it is used: parameters are resolved in it, and its defaults are filled in.
/// Null when there is none.
data::Value effective_domain(const Resource& api);

/// The logical id of a REST API's domain name.
std::string domain_id(const data::Value& domain);

} // namespace samara::transform
