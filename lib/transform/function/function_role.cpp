#include "transform/core/conditions.h"
#include "transform/core/intrinsics.h"
#include "transform/core/tags.h"
#include "transform/function/function_parts.h"

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// What the function's own properties need.
void add_service_policies(const Resource& function, RolePolicies& policies) {
    const Context& context = function.context();
    policies.add_managed(managed_policy_arn(
        context,
        function.find("DurableConfig") != nullptr
            ? "service-role/AWSLambdaBasicDurableExecutionRolePolicy"
            : "service-role/AWSLambdaBasicExecutionRole"));
    const Value* tracing = function.find("Tracing");
    if (tracing != nullptr && tracing->text() != "Disabled") {
        policies.add_managed(managed_policy_arn(
            context,
            context.partition() == "aws" ? "AWSXrayWriteOnlyAccess" : "AWSXRayDaemonWriteAccess"));
    }
    if (function.find("VpcConfig") != nullptr) {
        policies.add_managed(
            managed_policy_arn(context, "service-role/AWSLambdaVPCAccessExecutionRole"));
    }
    const Value* queue = function.find("DeadLetterQueue");
    const Value* target = queue == nullptr ? nullptr : queue->find("TargetArn");
    if (target != nullptr) {
        const bool topic = queue->find("Type")->text() == "SNS";
        policies.add(
            "DeadLetterQueuePolicy",
            Map{{"Version", "2012-10-17"},
                {"Statement",
                 List{
                     Map{{"Action", topic ? "sns:Publish" : "sqs:SendMessage"},
                         {"Resource", *target},
                         {"Effect", "Allow"}}}}});
    }
}

void emit_role(
    const Resource& function, const std::string& role_id, RolePolicies policies, Map attributes) {
    RolePolicies all;
    add_service_policies(function, all);
    for (Value& arn : policies.managed) {
        all.add_managed(std::move(arn));
    }
    for (Value& policy : policies.inlined) {
        all.inlined.push_back(std::move(policy));
    }
    if (!read_policies(function, role_id, all)) {
        return;
    }
    const Value* trust = function.find("AssumeRolePolicyDocument");
    static const Map no_tags;
    const Value& tags = function["Tags"];
    Map role{
        {"AssumeRolePolicyDocument",
         trust != nullptr ? *trust : trust_policy("lambda.amazonaws.com")},
        {"Path", function["RolePath"]},
        {"ManagedPolicyArns", std::move(all.managed)}};
    if (!all.inlined.empty()) {
        role.set("Policies", std::move(all.inlined));
    }
    role.set("PermissionsBoundary", function["PermissionsBoundary"]);
    role.set("Tags", tag_list_created_by("lambda", tags.is_map() ? *tags.as_map() : no_tags));
    function.emit(role_id, "AWS::IAM::Role", std::move(role), std::move(attributes));
}

} // namespace

Value function_role(const Resource& function, RolePolicies policies) {
    const std::string role_id = function.logical_id() + "Role";
    const Value* role = function.find("Role");
    Value generated = make_get_att(role_id, "Arn");
    if (role == nullptr) {
        emit_role(function, role_id, std::move(policies), function.passed_on());
        return generated;
    }
    if (argument_of(*role, "Fn::If") == nullptr) {
        return *role;
    }
    const auto choice = as_if(*role);
    if (!choice || !choice->condition.is_string()) {
        function.error(
            "Role",
            "Fn::If takes a condition and two values",
            "[condition name, value if true, value if false]");
        return *role;
    }
    const bool then_missing = is_no_value(choice->then_value);
    const bool else_missing = is_no_value(choice->else_value);
    if (then_missing && else_missing) {
        emit_role(function, role_id, std::move(policies), function.passed_on());
        return generated;
    }
    if (!then_missing && !else_missing) {
        return *role;
    }
    // The role is made exactly when the template gives none.
    const std::string_view own = choice->condition.text();
    Map attributes = function.passed_on();
    const std::string needed =
        then_missing ? std::string(own) : negated_condition(function.context(), own);
    attributes.set("Condition", needed);
    emit_role(function, role_id, std::move(policies), std::move(attributes));
    return then_missing ? make_if(own, std::move(generated), choice->else_value)
                        : make_if(own, choice->then_value, std::move(generated));
}

} // namespace samara::transform
