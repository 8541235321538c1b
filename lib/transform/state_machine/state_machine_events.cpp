#include "base/hint.h"
#include "base/strings.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"
#include "transform/core/policies.h"
#include "transform/event/event_rule.h"
#include "transform/state_machine/state_machine.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

/// The Events property of a state machine.
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view start_execution = "states:StartExecution";
constexpr std::string_view target_suffix = "StepFunctionsTarget";

void emit_rule(const StateMachineEvent& event, Map head) {
    const Value* own_role = event.properties.find("RoleArn");
    Value role = own_role != nullptr ? *own_role : make_get_att(event.role_id(), "Arn");
    const auto queue = read_dead_letter_queue(event.properties, event.prefix);
    if (!queue) {
        return;
    }
    auto rule = rule_with_target(
        event.properties,
        event.prefix,
        {event.target, target_suffix, std::move(role)},
        *queue,
        std::move(head));
    if (!rule) {
        return;
    }
    event.machine.emit(event.prefix, "AWS::Events::Rule", std::move(*rule));
    if (own_role == nullptr) {
        event.emit_role("events.amazonaws.com");
    }
    emit_dead_letter_queue(
        event.machine, *queue, event.prefix, event.prefix, event.machine.passed_on());
}

void expand_schedule(StateMachineEvent& event) {
    emit_rule(event, schedule_rule(event.properties));
}

void expand_rule(StateMachineEvent& event) {
    emit_rule(event, pattern_rule(event.properties));
}

void expand_scheduler(StateMachineEvent& event) {
    const Value* own_role = event.properties.given("RoleArn");
    const auto queue = read_dead_letter_queue(event.properties, event.prefix);
    if (!queue) {
        return;
    }
    auto schedule = scheduler_schedule(
        event.properties,
        event.prefix,
        {event.target,
         target_suffix,
         own_role != nullptr ? *own_role : make_get_att(event.role_id(), "Arn")},
        *queue);
    if (!schedule) {
        return;
    }
    event.machine.emit(event.prefix, "AWS::Scheduler::Schedule", std::move(*schedule));
    if (own_role == nullptr) {
        event.machine.emit(
            event.role_id(),
            "AWS::IAM::Role",
            scheduler_role(
                event.properties,
                event.prefix,
                start_execution,
                "StartExecutionPolicy",
                event.target,
                *queue));
    }
    if (!queue->queue_id.empty()) {
        event.machine.emit(queue->queue_id, "AWS::SQS::Queue", {});
    }
}

struct Row {
    std::string_view type;
    std::string_view list; ///< property list
    void (*expand)(StateMachineEvent&);
};

constexpr std::array rows{
    Row{"Api", "StateMachine/Api", expand_state_machine_api},
    Row{"Schedule", "StateMachine/Schedule", expand_schedule},
    Row{"ScheduleV2", "events/ScheduleV2", expand_scheduler},
    Row{"CloudWatchEvent", "StateMachine/Rule", expand_rule},
    Row{"EventBridgeRule", "StateMachine/Rule", expand_rule},
};

const Row* find_row(std::string_view type) {
    const auto* row =
        std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.type == type; });
    return row == rows.end() ? nullptr : row;
}

/// The members of Events, which the property list of state machines lets be nothing but maps.
Map& events_of(const Resource& machine) {
    static Map none;
    Value* events = machine.map().find("Events");
    return events == nullptr || !events->is_map() ? none : *events->as_map();
}

std::string near_type(std::string_view type) {
    std::vector<std::string_view> names;
    names.reserve(rows.size());
    for (const Row& row : rows) {
        names.push_back(row.type);
    }
    const std::string_view near = base::nearest(type, names);
    return base::did_you_mean(near, fmt::format("one of {}", fmt::join(names, ", ")));
}

} // namespace

std::string StateMachineEvent::role_id() const {
    return prefix + "Role";
}

void StateMachineEvent::emit_role(std::string_view service) const {
    RolePolicies policies;
    policies.add(role_id() + "StartExecutionPolicy", allow(start_execution, target));
    machine.emit(
        role_id(),
        "AWS::IAM::Role",
        {{"AssumeRolePolicyDocument", trust_policy(service)},
         {"Policies", std::move(policies.inlined)},
         {"PermissionsBoundary",
          machine.given("PermissionsBoundary") == nullptr ? Value()
                                                          : machine["PermissionsBoundary"]}});
}

bool check_state_machine_events(const Resource& machine) {
    bool good = true;
    for (data::Entry& entry : events_of(machine)) {
        Map empty;
        const Properties place = machine.event(entry, empty);
        const Value* type = entry.value.find("Type");
        const Row* row = type == nullptr ? nullptr : find_row(type->text());
        if (row == nullptr) {
            place.error_at(
                type == nullptr ? entry.value : *type,
                "Type",
                type == nullptr
                    ? "an event must be a map with a Type"
                    : fmt::format("there is no event type {}", data::scalar_text(*type)),
                near_type(type == nullptr ? std::string_view{} : type->text()));
            good = false;
            continue;
        }
        Map& written = *entry.value.as_map();
        if (!written.contains("Properties")) {
            written.set("Properties", Map{});
        }
        const std::string prefix = machine.logical_id() + entry.key;
        Value& given = *written.find("Properties");
        if (!given.is_map()) {
            place.for_resource(prefix).error_at(given, "Properties", "Properties must be a map");
            good = false;
            continue;
        }
        const Properties properties = machine.event(entry, *given.as_map());
        good = properties.for_resource(prefix).check(row->list) && good;
    }
    return good;
}

void emit_state_machine_events(const Resource& machine, const std::string& target_id) {
    for (data::Entry& entry : events_of(machine)) {
        Map& properties = *entry.value.as_map()->find("Properties")->as_map();
        // AWS reports what is wrong with such an event by the event alone.
        StateMachineEvent event{
            machine,
            machine.event(entry, properties).for_resource({}),
            machine.logical_id() + entry.key,
            make_ref(target_id),
            target_id};
        find_row(entry.value.find("Type")->text())->expand(event);
    }
}

} // namespace samara::transform
