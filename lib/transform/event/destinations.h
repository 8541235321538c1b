#pragma once

#include "data/value.h"

#include <string_view>

namespace samara::transform {

/// What a Type of destination (of asynchronous invocations, of failed records) means.
struct DestinationType {
    std::string_view type;
    std::string_view
        policy; ///< part of the policy's name; empty: the role needs none (a Kafka topic)
    std::string_view action; ///< empty: S3, which needs two statements
    std::string_view
        generated;           ///< type of the resource made when no Destination is given, or empty
    std::string_view suffix; ///< of the generated resource's id
};

/// Of asynchronous invocations; nullptr when there is no such type.
const DestinationType* find_destination_type(std::string_view type);

/// Of an event source mapping's OnFailure; nullptr when there is no such type.
const DestinationType* find_failure_type(std::string_view type);

/// The policy document that lets a role write to the destination.
data::Value destination_policy(const DestinationType& type, const data::Value& arn);

} // namespace samara::transform
