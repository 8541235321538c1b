#include "transform/dead_letter_queue.h"
#include "transform/expanders.h"
#include "transform/function_event.h"
#include "transform/intrinsics.h"

#include <fmt/format.h>

/// Events of EventBridge rules and schedules.
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// The id of a rule's target has at most so many characters.
constexpr std::size_t longest_target_id = 64;

std::string target_id(std::string_view prefix, std::string_view suffix) {
    return fmt::format("{}{}", prefix.substr(0, longest_target_id - suffix.size()), suffix);
}

/// The State of a rule: State as it is, or Enabled as ENABLED and DISABLED. Nothing after an error.
std::optional<Value> rule_state(const Properties& properties) {
    const Value* state = properties.find("State");
    const Value* enabled = properties.find("Enabled");
    if (state != nullptr && enabled != nullptr) {
        properties.error("Enabled", "State and Enabled say the same", "remove Enabled, keep State");
        return std::nullopt;
    }
    if (enabled != nullptr) {
        const bool* flag = enabled->as_boolean();
        return Value(flag == nullptr || *flag ? "ENABLED" : "DISABLED");
    }
    return state == nullptr ? Value() : *state;
}

/// What is common to the targets of rules and schedules.
void set_if_there(Map& map, std::string_view name, const Value& value) {
    if (!value.is_null()) {
        map.set(name, value);
    }
}

/// Adds the rule with its target, permission and dead-letter queue.
void emit_rule(FunctionEvent& event, Map rule) {
    const auto queue = read_dead_letter_queue(event.properties, event.prefix);
    auto state = rule_state(event.properties);
    if (!queue || !state) {
        return;
    }
    const Value* target = event.properties.find("Target");
    const Value* own_id = target == nullptr ? nullptr : target->find("Id");
    Map written{
        {"Arn", event.target_arn()},
        {"Id", own_id == nullptr ? Value(target_id(event.prefix, "LambdaTarget")) : *own_id}};
    for (const char* name : {"Input", "InputPath", "InputTransformer", "RetryPolicy"}) {
        set_if_there(written, name, event.properties[name]);
    }
    if (!queue->arn.is_null()) {
        written.set("DeadLetterConfig", Map{{"Arn", queue->arn}});
    }
    rule.set("State", std::move(*state));
    rule.set("Targets", List{std::move(written)});
    event.emit(event.prefix, "AWS::Events::Rule", std::move(rule));
    event.emit_permission(
        "events.amazonaws.com", {{"SourceArn", make_get_att(event.prefix, "Arn")}});
    emit_dead_letter_queue(event.function, *queue, event.prefix, event.prefix, event.attributes);
}

} // namespace

void expand_schedule_event(FunctionEvent& event) {
    emit_rule(
        event,
        {{"ScheduleExpression", event.properties["Schedule"]},
         {"Name", event.properties["Name"]},
         {"Description", event.properties["Description"]}});
}

void expand_rule_event(FunctionEvent& event) {
    emit_rule(
        event,
        {{"EventBusName", event.properties["EventBusName"]},
         {"EventPattern", event.properties["Pattern"]},
         {"Name", event.properties["RuleName"]}});
}

void expand_scheduler_event(FunctionEvent& event) {
    const Properties& properties = event.properties;
    const auto queue = read_dead_letter_queue(properties, event.prefix);
    if (!queue) {
        return;
    }
    const bool* omit = properties["OmitName"].as_boolean();
    const bool unnamed = omit != nullptr && *omit;
    if (unnamed && properties.find("Name") != nullptr) {
        properties.error("Name", "Name has no place beside OmitName: true", "remove one of them");
        return;
    }
    Value name = properties["Name"];
    if (name.is_null() && !unnamed) {
        name = event.prefix;
    }
    const std::string role_id = event.prefix + "Role";
    const Value* own_role = properties.find("RoleArn");
    Map target{
        {"Arn", event.target_arn()},
        {"RoleArn", own_role == nullptr ? make_get_att(role_id, "Arn") : *own_role}};
    set_if_there(target, "Input", properties["Input"]);
    if (!queue->arn.is_null()) {
        target.set("DeadLetterConfig", Map{{"Arn", queue->arn}});
    }
    set_if_there(target, "RetryPolicy", properties["RetryPolicy"]);
    Map schedule{
        {"Name", std::move(name)},
        {"FlexibleTimeWindow",
         properties.find("FlexibleTimeWindow") == nullptr ? Value(Map{{"Mode", "OFF"}})
                                                          : properties["FlexibleTimeWindow"]},
        {"Target", std::move(target)}};
    for (const char* copied :
         {"ScheduleExpression",
          "ScheduleExpressionTimezone",
          "Description",
          "State",
          "StartDate",
          "EndDate",
          "GroupName",
          "KmsKeyArn"}) {
        schedule.set(copied, properties[copied]);
    }
    event.emit(event.prefix, "AWS::Scheduler::Schedule", std::move(schedule));
    if (own_role == nullptr) {
        RolePolicies policies;
        policies.add(
            event.prefix + "LambdaPolicy", allow("lambda:InvokeFunction", event.target_arn()));
        if (!queue->arn.is_null()) {
            policies.add(event.prefix + "SQSPolicy", allow("sqs:SendMessage", queue->arn));
        }
        event.emit(
            role_id,
            "AWS::IAM::Role",
            {{"AssumeRolePolicyDocument", trust_policy("scheduler.amazonaws.com")},
             {"Policies", std::move(policies.inlined)},
             {"PermissionsBoundary", properties["PermissionsBoundary"]}});
    }
    if (!queue->queue_id.empty()) {
        event.emit(queue->queue_id, "AWS::SQS::Queue", {});
    }
}

} // namespace samara::transform
