#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/event/event_rule.h"
#include "transform/event/function_event.h"

#include <fmt/format.h>

/// Events of EventBridge rules and schedules.
namespace samara::transform {
namespace {

using data::Map;
using data::Value;

constexpr std::string_view target_suffix = "LambdaTarget";

/// Adds the rule with its target, permission and dead-letter queue.
void emit_rule(FunctionEvent& event, Map head) {
    const auto queue = read_dead_letter_queue(event.properties, event.prefix);
    if (!queue) {
        return;
    }
    auto rule = rule_with_target(
        event.properties,
        event.prefix,
        {event.target_arn(), target_suffix, {}},
        *queue,
        std::move(head));
    if (!rule) {
        return;
    }
    event.emit(event.prefix, "AWS::Events::Rule", std::move(*rule));
    event.emit_permission(
        "events.amazonaws.com", {{"SourceArn", make_get_att(event.prefix, "Arn")}});
    emit_dead_letter_queue(event.function, *queue, event.prefix, event.prefix, event.attributes);
}

} // namespace

void expand_schedule_event(FunctionEvent& event) {
    emit_rule(event, schedule_rule(event.properties));
}

void expand_rule_event(FunctionEvent& event) {
    emit_rule(event, pattern_rule(event.properties));
}

void expand_scheduler_event(FunctionEvent& event) {
    const Properties& properties = event.properties;
    const auto queue = read_dead_letter_queue(properties, event.prefix);
    if (!queue) {
        return;
    }
    const std::string role_id = event.prefix + "Role";
    const Value* own_role = properties.given("RoleArn");
    auto schedule = scheduler_schedule(
        properties,
        event.prefix,
        {event.target_arn(),
         target_suffix,
         own_role == nullptr ? make_get_att(role_id, "Arn") : *own_role},
        *queue);
    if (!schedule) {
        return;
    }
    event.emit(event.prefix, "AWS::Scheduler::Schedule", std::move(*schedule));
    if (own_role == nullptr) {
        event.emit(
            role_id,
            "AWS::IAM::Role",
            scheduler_role(
                properties,
                event.prefix,
                "lambda:InvokeFunction",
                "LambdaPolicy",
                event.target_arn(),
                *queue));
    }
    if (!queue->queue_id.empty()) {
        event.emit(queue->queue_id, "AWS::SQS::Queue", {});
    }
}

} // namespace samara::transform
