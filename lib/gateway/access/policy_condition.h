#pragma once

#include "data/value.h"

#include <chrono>
#include <map>
#include <string>

namespace samara::gateway {

/// Condition keys in small letters ("aws:sourceip") with their values. An empty text stands for a
/// key that is known to have none.
using ConditionKeys = std::map<std::string, std::string, std::less<>>;

/// What a request over the network of this machine is known to be.
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-aws-condition-keys.html
ConditionKeys condition_keys(
    const std::string& source_ip,
    const std::string& user_agent,
    const std::string& referer,
    bool tls,
    std::chrono::system_clock::time_point time);

enum class Truth : std::uint8_t { no, yes, unknown };

/// Whether a statement's Condition holds: every operator with every key. Unknown when it has an
/// operator, a key or a value that cannot be evaluated here.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
Truth condition_holds(const data::Value& condition, const ConditionKeys& keys);

} // namespace samara::gateway
