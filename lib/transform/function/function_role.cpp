#include "transform/core/conditions.h"
#include "transform/core/intrinsics.h"
#include "transform/core/tags.h"
#include "transform/function/function_parts.h"

#include <algorithm>

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
        function.given("DurableConfig") != nullptr
            ? "service-role/AWSLambdaBasicDurableExecutionRolePolicy"
            : "service-role/AWSLambdaBasicExecutionRole"));
    if (is_traced(function)) {
        policies.add_managed(managed_policy_arn(
            context,
            context.partition() == "aws" ? "AWSXrayWriteOnlyAccess" : "AWSXRayDaemonWriteAccess"));
    }
    if (function.given("VpcConfig") != nullptr) {
        policies.add_managed(
            managed_policy_arn(context, "service-role/AWSLambdaVPCAccessExecutionRole"));
    }
    const Value* queue = function.given("DeadLetterQueue");
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

/// What events need, unless the role has the same document under whatever name.
void add_event_policies(RolePolicies events, RolePolicies& all) {
    for (Value& arn : events.managed) {
        all.add_managed(std::move(arn));
    }
    for (Value& policy : events.inlined) {
        const Value& document = *policy.find("PolicyDocument");
        const bool known =
            std::any_of(all.inlined.begin(), all.inlined.end(), [&](const Value& other) {
                const Value* theirs = other.find("PolicyDocument");
                return theirs != nullptr && *theirs == document;
            });
        if (!known) {
            all.inlined.push_back(std::move(policy));
        }
    }
}

/// The properties of the role; nothing after an error of Policies, of which AWS's transform tells
/// even where no role comes of them.
std::optional<Map>
role_properties(const Resource& function, const std::string& role_id, RoleNeeds needs) {
    RolePolicies all;
    add_service_policies(function, all);
    for (Value& policy : needs.invocations.inlined) {
        all.inlined.push_back(std::move(policy));
    }
    if (!read_policies(function, role_id, all)) {
        return std::nullopt;
    }
    add_event_policies(std::move(needs.events), all);
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
    return role;
}

} // namespace

Value function_role(const Resource& function, RoleNeeds needs) {
    const std::string role_id = function.logical_id() + "Role";
    const Value* given = function.find("Role");
    Value generated = make_get_att(role_id, "Arn");
    auto properties = role_properties(function, role_id, std::move(needs));
    const auto emit_role = [&](Map attributes) {
        if (properties) {
            function.emit(role_id, "AWS::IAM::Role", std::move(*properties), std::move(attributes));
        }
    };
    if (given == nullptr) {
        emit_role(function.passed_on());
        return generated;
    }
    if (argument_of(*given, "Fn::If") == nullptr) {
        return *given;
    }
    Value role = function.context().parameters().resolve_references(*given);
    const auto choice = as_if(role);
    if (!choice || !choice->condition.is_string()) {
        function.error(
            "Role",
            "Fn::If takes a condition and two values",
            "[condition name, value if true, value if false]");
        return role;
    }
    const bool then_missing = is_no_value(choice->then_value);
    const bool else_missing = is_no_value(choice->else_value);
    if (then_missing && else_missing) {
        emit_role(function.passed_on());
        return generated;
    }
    if (!then_missing && !else_missing) {
        return role;
    }
    // The role is made exactly when the template gives none.
    const std::string_view own = choice->condition.text();
    Map attributes = function.passed_on();
    const std::string needed =
        then_missing ? std::string(own) : negated_condition(function.context(), own);
    attributes.set("Condition", needed);
    emit_role(std::move(attributes));
    return then_missing ? make_if(own, std::move(generated), choice->else_value)
                        : make_if(own, choice->then_value, std::move(generated));
}

} // namespace samara::transform
