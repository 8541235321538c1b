#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <optional>
#include <string>

namespace samara::transform {

/// The DeadLetterConfig of a rule or schedule: {Arn}, or {Type: SQS} for a queue that is generated.
struct DeadLetterQueue {
    data::Value arn;
    std::string queue_id; ///< logical id of the queue to generate, or empty
};

/// Reads DeadLetterConfig of the event whose generated ids begin with `prefix`. An empty queue_id
/// and a null ARN when there is none; nothing after an error.
std::optional<DeadLetterQueue>
read_dead_letter_queue(const Properties& event, std::string_view prefix);

/// Adds the queue, and the policy <prefix>QueuePolicy that lets the rule `rule_id` write to it.
void emit_dead_letter_queue(
    const Resource& owner,
    const DeadLetterQueue& queue,
    std::string_view prefix,
    std::string_view rule_id,
    const data::Map& attributes);

} // namespace samara::transform
