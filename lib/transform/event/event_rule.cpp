#include "transform/event/event_rule.h"

#include "transform/core/intrinsics.h"
#include "transform/core/policies.h"

#include <array>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// The id of a rule's target has at most so many characters.
constexpr std::size_t longest_target_id = 64;

constexpr std::array rule_target_properties{
    "Input", "InputPath", "InputTransformer", "RetryPolicy"};

constexpr std::array schedule_properties{
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "Description",
    "State",
    "StartDate",
    "EndDate",
    "GroupName",
    "KmsKeyArn"};

std::string target_id(std::string_view prefix, std::string_view suffix) {
    return fmt::format("{}{}", prefix.substr(0, longest_target_id - suffix.size()), suffix);
}

void set_if_there(Map& map, std::string_view name, const Value& value) {
    if (!value.is_null()) {
        map.set(name, value);
    }
}

void set_queue(Map& target, const DeadLetterQueue& queue) {
    if (!queue.arn.is_null()) {
        target.set("DeadLetterConfig", Map{{"Arn", queue.arn}});
    }
}

/// The State of a rule: State as it is, or Enabled as ENABLED and DISABLED. Nothing after an error.
std::optional<Value> rule_state(const Properties& properties) {
    const Value* state = properties.given("State");
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

} // namespace

Map schedule_rule(const Properties& event) {
    return {
        {"ScheduleExpression", event["Schedule"]},
        {"Name", event["Name"]},
        {"Description", event["Description"]}};
}

Map pattern_rule(const Properties& event) {
    return {
        {"EventBusName", event["EventBusName"]},
        {"EventPattern", event["Pattern"]},
        {"Name", event["RuleName"]}};
}

std::optional<Map> rule_with_target(
    const Properties& event,
    std::string_view prefix,
    const EventTarget& target,
    const DeadLetterQueue& queue,
    Map rule) {
    auto state = rule_state(event);
    if (!state) {
        return std::nullopt;
    }
    const Value* given = event.find("Target");
    const Value* own_id = given == nullptr ? nullptr : given->find("Id");
    Map written{
        {"Arn", target.arn},
        {"Id", own_id == nullptr ? Value(target_id(prefix, target.id_suffix)) : *own_id}};
    set_if_there(written, "RoleArn", target.role_arn);
    for (const char* name : rule_target_properties) {
        set_if_there(written, name, event[name]);
    }
    set_queue(written, queue);
    rule.set("State", std::move(*state));
    rule.set("Targets", List{std::move(written)});
    return rule;
}

std::optional<Map> scheduler_schedule(
    const Properties& event,
    std::string_view prefix,
    const EventTarget& target,
    const DeadLetterQueue& queue) {
    const bool* omit = event["OmitName"].as_boolean();
    const bool unnamed = omit != nullptr && *omit;
    if (unnamed && event.given("Name") != nullptr) {
        event.error("Name", "Name has no place beside OmitName: true", "remove one of them");
        return std::nullopt;
    }
    Value name = event.given("Name") == nullptr ? Value() : event["Name"];
    if (name.is_null() && !unnamed) {
        name = prefix;
    }
    Map written{{"Arn", target.arn}, {"RoleArn", target.role_arn}};
    set_if_there(written, "Input", event["Input"]);
    set_queue(written, queue);
    set_if_there(written, "RetryPolicy", event["RetryPolicy"]);
    Map schedule{
        {"Name", std::move(name)},
        {"FlexibleTimeWindow",
         event.given("FlexibleTimeWindow") == nullptr ? Value(Map{{"Mode", "OFF"}})
                                                      : event["FlexibleTimeWindow"]},
        {"Target", std::move(written)}};
    for (const char* copied : schedule_properties) {
        schedule.set(copied, event[copied]);
    }
    return schedule;
}

Map scheduler_role(
    const Properties& event,
    std::string_view prefix,
    std::string_view action,
    std::string_view policy_suffix,
    const Value& target_arn,
    const DeadLetterQueue& queue) {
    RolePolicies policies;
    policies.add(fmt::format("{}{}", prefix, policy_suffix), allow(action, target_arn));
    if (!queue.arn.is_null()) {
        policies.add(fmt::format("{}SQSPolicy", prefix), allow("sqs:SendMessage", queue.arn));
    }
    return {
        {"AssumeRolePolicyDocument", trust_policy("scheduler.amazonaws.com")},
        {"Policies", std::move(policies.inlined)},
        {"PermissionsBoundary",
         event.given("PermissionsBoundary") == nullptr ? Value() : event["PermissionsBoundary"]}};
}

} // namespace samara::transform
