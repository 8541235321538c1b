#pragma once

#include "data/value.h"
#include "transform/core/resource.h"
#include "transform/event/dead_letter_queue.h"

#include <optional>
#include <string_view>

/// EventBridge rules and schedules, whatever they start: a function or a state machine.
namespace samara::transform {

struct EventTarget {
    data::Value arn;
    std::string_view id_suffix; ///< of the rule's target: "LambdaTarget"
    data::Value role_arn;       ///< that may start the target; null when a rule needs none
};

/// The AWS::Events::Rule of a Schedule event without State and Targets.
data::Map schedule_rule(const Properties& event);

/// The AWS::Events::Rule of a CloudWatchEvent or EventBridgeRule without State and Targets.
data::Map pattern_rule(const Properties& event);

/// `rule` with State and its one target; nothing after an error. The rule's id is `prefix`.
std::optional<data::Map> rule_with_target(
    const Properties& event,
    std::string_view prefix,
    const EventTarget& target,
    const DeadLetterQueue& queue,
    data::Map rule);

/// The AWS::Scheduler::Schedule of a ScheduleV2 event; nothing after an error.
std::optional<data::Map> scheduler_schedule(
    const Properties& event,
    std::string_view prefix,
    const EventTarget& target,
    const DeadLetterQueue& queue);

/// The role with which EventBridge Scheduler does `action` to the target and writes to the queue.
/// `policy_suffix` names the first policy: "LambdaPolicy".
data::Map scheduler_role(
    const Properties& event,
    std::string_view prefix,
    std::string_view action,
    std::string_view policy_suffix,
    const data::Value& target_arn,
    const DeadLetterQueue& queue);

} // namespace samara::transform
