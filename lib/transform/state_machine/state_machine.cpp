#include "transform/state_machine/state_machine.h"

#include "transform/core/artifact.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"
#include "transform/core/managed_policies.h"
#include "transform/core/policies.h"
#include "transform/core/tags.h"

#include <fmt/format.h>

/// AWS::Serverless::StateMachine
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr ArtifactNames definition_names{"Bucket", "Key", "Version"};

List tags_of(const Resource& machine) {
    static const Map none;
    const Value& given = machine["Tags"];
    return tag_list_created_by("stateMachine", given.is_map() ? *given.as_map() : none);
}

/// Sets DefinitionString or DefinitionS3Location and DefinitionSubstitutions. False after an error.
bool set_definition(const Resource& machine, Map& out) {
    const Value* definition = machine.given("Definition");
    const Value* uri = machine.given("DefinitionUri");
    if ((definition == nullptr) == (uri == nullptr)) {
        machine.error(
            "",
            definition == nullptr ? "the state machine has no definition"
                                  : "Definition and DefinitionUri exclude each other",
            "give one of Definition and DefinitionUri");
        return false;
    }
    Value substitutions = machine["DefinitionSubstitutions"];
    if (uri != nullptr) {
        auto location = artifact_location(machine, "DefinitionUri", definition_names);
        if (!location) {
            return false;
        }
        out.set("DefinitionS3Location", std::move(*location));
    } else {
        StatesDefinition written = states_definition(*definition);
        out.set("DefinitionString", std::move(written.text));
        if (!written.substitutions.empty()) {
            if (!substitutions.is_map()) {
                substitutions = Map{};
            }
            for (data::Entry& entry : written.substitutions) {
                substitutions.as_map()->set(std::move(entry));
            }
        }
    }
    if (is_given(&substitutions)) {
        out.set("DefinitionSubstitutions", std::move(substitutions));
    }
    return true;
}

/// The ARN of the role; adds the role unless the template names one. Nothing after an error.
std::optional<Value> role_arn(const Resource& machine) {
    const Value* role = machine.given("Role");
    if (role != nullptr && machine.given("Policies") != nullptr) {
        machine.error(
            "Policies",
            "Role and Policies exclude each other",
            "add the policies to the role, or remove Role to have one made");
        return std::nullopt;
    }
    if (role != nullptr) {
        return *role;
    }
    const std::string id = machine.logical_id() + "Role";
    RolePolicies policies;
    if (!read_policies(machine, id, policies)) {
        return std::nullopt;
    }
    const Value* tracing = machine.find("Tracing");
    if (const Value* enabled = tracing == nullptr ? nullptr : tracing->find("Enabled");
        is_boolean_true(enabled)) {
        policies.add_managed(managed_policy_arn(
            machine.context(),
            machine.context().partition() == "aws" ? "AWSXrayWriteOnlyAccess"
                                                   : "AWSXRayDaemonWriteAccess"));
    }
    Map out{
        {"AssumeRolePolicyDocument", trust_policy("states.amazonaws.com")},
        {"Path", machine["RolePath"]},
        {"ManagedPolicyArns", std::move(policies.managed)}};
    if (!policies.inlined.empty()) {
        out.set("Policies", std::move(policies.inlined));
    }
    out.set("PermissionsBoundary", machine["PermissionsBoundary"]);
    out.set("Tags", tags_of(machine));
    machine.emit(id, "AWS::IAM::Role", std::move(out));
    return make_get_att(id, "Arn");
}

/// As Python prints it.
std::string python_text(const Value& value) {
    if (const std::string* text = value.as_string()) {
        return fmt::format("'{}'", *text);
    }
    std::string out;
    if (const List* list = value.as_list()) {
        for (const Value& item : *list) {
            out += fmt::format("{}{}", out.empty() ? "" : ", ", python_text(item));
        }
        return fmt::format("[{}]", out);
    }
    if (const Map* map = value.as_map()) {
        for (const data::Entry& entry : *map) {
            out += fmt::format(
                "{}'{}': {}", out.empty() ? "" : ", ", entry.key, python_text(entry.value));
        }
        return fmt::format("{{{}}}", out);
    }
    return data::scalar_text(value);
}

/// AutoPublishAlias: a version, and an alias that moves to it. Gives the alias's logical id, empty
/// when there is none; nothing after an error.
std::optional<std::string> emit_alias(const Resource& machine) {
    if (machine.given("AutoPublishAlias") == nullptr) {
        bool good = true;
        for (const char* dependent : {"DeploymentPreference", "UseAliasAsEventTarget"}) {
            if (machine.given(dependent) != nullptr) {
                good = false;
                machine.error(
                    dependent,
                    fmt::format("{} needs AutoPublishAlias", dependent),
                    "add AutoPublishAlias: the name of an alias");
            }
        }
        return good ? std::optional<std::string>("") : std::nullopt;
    }
    const Value& name = machine["AutoPublishAlias"];
    const std::string text = name.is_boolean()  ? "True" // false is not given
                             : name.is_string() ? std::string(name.text())
                                                : python_text(name);
    std::string alias_id = fmt::format("{}Alias{}", machine.logical_id(), text);
    if (alphanumeric(text) != text) {
        // AWS names the resource that would come of it.
        machine.for_resource(alias_id).error(
            "AutoPublishAlias",
            "AutoPublishAlias must be the name of an alias, of letters and digits");
        return std::nullopt;
    }
    const auto preference = machine.given("DeploymentPreference") == nullptr
                                ? std::nullopt
                                : machine.below("DeploymentPreference");
    if (preference && !preference->check("StateMachine/DeploymentPreference")) {
        return std::nullopt;
    }
    const std::string version_id = machine.logical_id() + "Version";
    Map version_attributes = machine.passed_on();
    for (const char* policy : {"DeletionPolicy", "UpdateReplacePolicy"}) {
        if (!version_attributes.contains(policy)) {
            version_attributes.set(policy, "Retain");
        }
    }
    machine.emit(
        version_id,
        "AWS::StepFunctions::StateMachineVersion",
        {{"StateMachineArn", make_ref(machine.logical_id())},
         {"StateMachineRevisionId", make_get_att(machine.logical_id(), "StateMachineRevisionId")}},
        std::move(version_attributes));
    Map deployment = preference ? preference->map() : Map{};
    if (deployment.empty()) {
        deployment.set("Type", "ALL_AT_ONCE");
    }
    deployment.set("StateMachineVersionArn", make_ref(version_id));
    machine.emit(
        alias_id,
        "AWS::StepFunctions::StateMachineAlias",
        {{"Name", name}, {"DeploymentPreference", std::move(deployment)}});
    return alias_id;
}

} // namespace

void expand_state_machine(Resource& machine) {
    if (!check_policy_templates(machine) || !machine.check("StateMachine")) {
        return;
    }
    if (const Map* policies = machine["Policies"].as_map();
        policies != nullptr && policies->empty()) {
        machine.wrong_kind("Policies", "a string or a list of strings"); // a function takes it
        return;
    }
    if (!check_state_machine_events(machine)) {
        return;
    }
    if (const Map* tags = machine["Tags"].as_map();
        tags != nullptr && machine.given("PropagateTags") != nullptr) {
        machine.pass_on_tags(*tags);
    }
    Map out;
    const bool defined = set_definition(machine, out);
    const auto role = role_arn(machine);
    const auto alias_id = emit_alias(machine);
    if (!defined || !role || !alias_id) {
        return;
    }
    out.set("RoleArn", *role);
    out.set("StateMachineName", machine["Name"]);
    out.set("StateMachineType", machine["Type"]);
    out.set("LoggingConfiguration", machine["Logging"]);
    out.set("TracingConfiguration", machine["Tracing"]);
    out.set("Tags", tags_of(machine));
    machine.emit_main(machine.logical_id(), "AWS::StepFunctions::StateMachine", std::move(out));
    const bool through_alias = machine.given("UseAliasAsEventTarget") != nullptr;
    emit_state_machine_events(machine, through_alias ? *alias_id : machine.logical_id());
}

} // namespace samara::transform
