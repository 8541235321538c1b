#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <optional>
#include <string>

/// The pieces that expand_state_machine puts together.
namespace samara::transform {

/// A definition as text, and what stands in it for the intrinsic functions it had.
struct StatesDefinition {
    data::Value text; ///< Fn::Join of its lines
    data::Map substitutions;
};

/// The Amazon States Language `definition` as the text that AWS::StepFunctions::StateMachine takes.
/// Intrinsic functions and dynamic references become ${definition_substitution_1} and so on.
StatesDefinition states_definition(const data::Value& definition);

/// One event of a state machine while it is expanded.
struct StateMachineEvent {
    const Resource& machine;
    Properties properties;
    std::string prefix; ///< machine's logical id + name: the ids of what it generates
    data::Value target; ///< Ref to the machine or its alias
    std::string target_id;

    /// Of the role with which the event's service starts the machine.
    [[nodiscard]] std::string role_id() const;

    /// Adds the role with which `service` starts the machine.
    void emit_role(std::string_view service) const;
};

/// An Api event: a route of a REST API that starts the machine.
void expand_state_machine_api(StateMachineEvent& event);

/// Whether every event of the Events property has a type and the properties that the type takes;
/// errors when not. AWS's transform looks at them before it looks at the state machine.
bool check_state_machine_events(const Resource& machine);

/// The Events property, which has been checked: rules, schedules and API routes that start the
/// machine (or its alias).
void emit_state_machine_events(const Resource& machine, const std::string& target_id);

} // namespace samara::transform
