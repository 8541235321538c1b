#include "base/strings.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsic_checks.h"
#include "transform/core/intrinsics.h"
#include "transform/core/tags.h"
#include "transform/function/function_parts.h"
#include "transform/function/shared_by_functions.h"

#include <set>

#include <fmt/format.h>

/// DeploymentPreference: traffic is shifted to a new version by CodeDeploy.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-deploymentpreference.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view application_id = "ServerlessDeploymentApplication";
constexpr std::string_view role_id = "CodeDeployServiceRole";
constexpr std::string_view condition_id = "ServerlessCodeDeployCondition";

/// Fn::Or takes at most so many conditions.
constexpr std::size_t largest_or = 10;

/// The configurations that CodeDeploy has ready; every other name is the user's own.
constexpr std::array ready_configurations{
    "AllAtOnce",
    "Canary10Percent5Minutes",
    "Canary10Percent10Minutes",
    "Canary10Percent15Minutes",
    "Canary10Percent30Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
    "Linear10PercentEvery10Minutes",
};

/// A boolean, or a text that is one in Python or in JSON.
std::optional<bool> flag_of(const Value& value) {
    if (const bool* flag = value.as_boolean()) {
        return *flag;
    }
    const std::string_view text = value.text();
    const bool yes = text == "true" || text == "True";
    return yes || text == "false" || text == "False" ? std::optional(yes) : std::nullopt;
}

/// Whether Enabled, when it is there, says no: also by being empty.
bool is_switched_off(const Properties& preference) {
    const Value* written = preference.map().find("Enabled");
    if (written == nullptr) {
        return false;
    }
    const Value enabled = preference.context().parameters().resolve(*written);
    return !is_given(&enabled) || flag_of(enabled) == false;
}

/// Names of ready configurations, at any depth of intrinsic functions and lists, become
/// CodeDeploy's names for them. The name may be the argument of `function`.
Value configuration_name(const Value& type, std::string_view function = {}) {
    if (const List* list = type.as_list()) {
        List out;
        std::transform(list->begin(), list->end(), std::back_inserter(out), [](const Value& item) {
            return configuration_name(item);
        });
        return out;
    }
    if (is_intrinsic(type)) {
        const data::Entry& call = *type.as_map()->begin();
        return Map{{call.key, configuration_name(call.value, call.key)}};
    }
    const bool ready =
        std::find(ready_configurations.begin(), ready_configurations.end(), type.text()) !=
        ready_configurations.end();
    if (!ready) {
        return type;
    }
    Value full = make_sub("CodeDeployDefault.Lambda${ConfigName}", {{"ConfigName", type}});
    return function == "Fn::Sub" ? *argument_of(full, "Fn::Sub") : full;
}

/// CodeDeploy's configuration of a list of alarm names; of an Fn::If of two lists, the Fn::If of
/// two configurations. Nothing when there is something else.
std::optional<Value> alarm_configuration(const Value& alarms) {
    if (is_no_value(alarms)) {
        return alarms;
    }
    if (const auto choice = as_if(alarms)) {
        auto then_value = alarm_configuration(choice->then_value);
        auto else_value = alarm_configuration(choice->else_value);
        if (!then_value || !else_value) {
            return std::nullopt;
        }
        return Value(Map{
            {"Fn::If", List{choice->condition, std::move(*then_value), std::move(*else_value)}}});
    }
    const List* list = alarms.as_list();
    if (list == nullptr) {
        return std::nullopt;
    }
    if (list->empty() || is_no_value(list->front())) {
        return Value(Map{});
    }
    List out;
    for (const Value& alarm : *list) {
        out.emplace_back(Map{{"Name", alarm}});
    }
    return Value(Map{{"Enabled", true}, {"Alarms", std::move(out)}});
}

void remember(const Resource& function, bool needs_role, bool passthrough) {
    auto& deployments = function.context().deployments();
    deployments.any = true;
    for (const data::Entry& tag : function.passed_on_tags()) {
        deployments.tags.set(tag);
    }
    deployments.needs_role = deployments.needs_role || needs_role;
    const Value* condition = passthrough ? function.attribute("Condition") : nullptr;
    if (condition == nullptr) {
        deployments.unconditional = true;
    } else if (
        std::find(deployments.conditions.begin(), deployments.conditions.end(), *condition) ==
        deployments.conditions.end()) {
        deployments.conditions.push_back(*condition);
    }
}

/// False after an error.
bool emit_deployment_group(
    const Resource& function, const Properties& preference, const Value& type, bool passthrough) {
    Map group{
        {"ApplicationName", make_ref(application_id)},
        {"AutoRollbackConfiguration",
         Map{{"Enabled", true},
             {"Events",
              List{
                  "DEPLOYMENT_FAILURE",
                  "DEPLOYMENT_STOP_ON_ALARM",
                  "DEPLOYMENT_STOP_ON_REQUEST"}}}},
        {"DeploymentConfigName", configuration_name(type)},
        {"DeploymentStyle",
         Map{{"DeploymentType", "BLUE_GREEN"}, {"DeploymentOption", "WITH_TRAFFIC_CONTROL"}}},
        {"ServiceRoleArn",
         preference.given("Role") != nullptr ? preference["Role"] : make_get_att(role_id, "Arn")},
        {"TriggerConfigurations", preference["TriggerConfigurations"]}};
    if (const Value* alarms = preference.given("Alarms");
        alarms != nullptr && !is_no_value(*alarms)) {
        auto configuration = alarm_configuration(*alarms);
        if (!configuration) {
            preference.error("Alarms", "Alarms must be a list", "a list of CloudWatch alarm names");
            return false;
        }
        group.set("AlarmConfiguration", std::move(*configuration));
    }
    Map attributes;
    if (const Value* condition = passthrough ? function.attribute("Condition") : nullptr) {
        attributes.set("Condition", *condition);
    }
    function.emit(
        function.logical_id() + "DeploymentGroup",
        "AWS::CodeDeploy::DeploymentGroup",
        std::move(group),
        std::move(attributes));
    return true;
}

} // namespace

std::optional<Value>
deployment_update_policy(const Resource& function, const PublishedAlias* alias) {
    if (function.given("DeploymentPreference") == nullptr) {
        return Value();
    }
    const auto preference = function.below("DeploymentPreference");
    if (!preference || !preference->check("DeploymentPreference")) {
        return std::nullopt;
    }
    for (const char* name : {"Enabled", "Type", "PassthroughCondition"}) {
        if (!check_look_ups(function.context(), (*preference)[name])) {
            return std::nullopt;
        }
    }
    const Parameters& parameters = function.context().parameters();
    const Value* written = preference->find("PassthroughCondition");
    const auto passes_on =
        written == nullptr ? std::optional(false) : flag_of(parameters.resolve(*written));
    if (!passes_on) {
        preference->error(
            "PassthroughCondition",
            "PassthroughCondition must be known before the deployment",
            "true or false, or a Ref or Fn::FindInMap that is one of them");
        return std::nullopt;
    }
    if (is_switched_off(*preference)) {
        return Value();
    }
    const auto hooks = preference->below("Hooks");
    if ((!hooks && preference->map().contains("Hooks")) ||
        (hooks && !is_intrinsic((*preference)["Hooks"]) && !hooks->check("DeploymentHooks"))) {
        return std::nullopt;
    }
    if (!preference->map().contains("Type")) {
        preference->error(
            "", "DeploymentPreference needs Type", "e.g. Type: Canary10Percent5Minutes");
        return std::nullopt;
    }
    if (alias == nullptr) {
        function.error(
            "DeploymentPreference",
            "DeploymentPreference needs AutoPublishAlias",
            "add AutoPublishAlias: live");
        return std::nullopt;
    }
    const bool passthrough = *passes_on;
    remember(function, preference->given("Role") == nullptr, passthrough);
    if (!emit_deployment_group(
            function, *preference, parameters.resolve((*preference)["Type"]), passthrough)) {
        return std::nullopt;
    }
    Map update{
        {"ApplicationName", make_ref(application_id)},
        {"DeploymentGroupName", make_ref(function.logical_id() + "DeploymentGroup")}};
    if (hooks) {
        for (const auto& [from, to] :
             {std::pair{"PreTraffic", "BeforeAllowTrafficHook"},
              std::pair{"PostTraffic", "AfterAllowTrafficHook"}}) {
            if (const Value* hook = hooks->find(from)) {
                update.set(to, *hook);
            }
        }
    }
    return Value(Map{{"CodeDeployLambdaAliasUpdate", std::move(update)}});
}

void add_deployments(Context& context) {
    const auto& deployments = context.deployments();
    if (!deployments.any) {
        return;
    }
    Map properties{{"ComputePlatform", "Lambda"}};
    Map role_properties{
        {"AssumeRolePolicyDocument", trust_policy("codedeploy.amazonaws.com")},
        {"ManagedPolicyArns",
         List{managed_policy_arn(context, "service-role/AWSCodeDeployRoleForLambda")}}};
    if (!deployments.tags.empty()) {
        properties.set("Tags", tag_list(deployments.tags));
        role_properties.set("Tags", tag_list(deployments.tags));
    }
    Map application{
        {"Type", "AWS::CodeDeploy::Application"}, {"Properties", std::move(properties)}};
    Map role{{"Type", "AWS::IAM::Role"}, {"Properties", std::move(role_properties)}};
    if (!deployments.unconditional) {
        List any;
        for (const Value& condition : deployments.conditions) {
            any.emplace_back(Map{{"Condition", condition}});
        }
        while (any.size() > largest_or) {
            List groups;
            for (std::size_t i = 0; i < any.size(); i += largest_or) {
                List group(
                    any.begin() + static_cast<std::ptrdiff_t>(i),
                    any.begin() +
                        static_cast<std::ptrdiff_t>(std::min(i + largest_or, any.size())));
                groups.emplace_back(
                    group.size() == 1 ? group.front() : Value(Map{{"Fn::Or", std::move(group)}}));
            }
            any = std::move(groups);
        }
        Value name = deployments.conditions.front();
        if (any.size() > 1) {
            context.conditions().set(condition_id, Map{{"Fn::Or", std::move(any)}});
            name = condition_id;
        }
        application.set("Condition", name);
        role.set("Condition", name);
    }
    context.generated().set(application_id, std::move(application));
    if (deployments.needs_role) {
        context.generated().set(role_id, std::move(role));
    }
}

} // namespace samara::transform
