#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/core/lambda_role.h"
#include "transform/core/policies.h"
#include "transform/core/resource.h"
#include "transform/core/tags.h"

/// AWS::Serverless::CapacityProvider
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-capacityprovider.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

bool check(const Resource& provider) {
    bool good = provider.check("CapacityProvider");
    for (const char* name :
         {"VpcConfig", "InstanceRequirements", "ScalingConfig", "ManagedResourceTags"}) {
        const Value& value = provider[name];
        if (!value.is_map()) {
            continue;
        }
        good = provider.below(name)->check(std::string("CapacityProvider/") + name) && good;
    }
    const Value& instances = provider["InstanceRequirements"];
    if (instances.find("AllowedTypes") != nullptr && instances.find("ExcludedTypes") != nullptr) {
        good = false;
        provider.error(
            "InstanceRequirements",
            "AllowedTypes and ExcludedTypes exclude each other",
            "remove one of them");
    }
    const Value& managed = provider["ManagedResourceTags"];
    const Value* propagate = managed.find("Propagate");
    if (propagate != nullptr && *propagate == Value(true) && managed.find("Tags") != nullptr) {
        good = false;
        provider.error(
            "ManagedResourceTags",
            "Propagate: true and Tags exclude each other",
            "remove one of them");
    }
    return good;
}

/// The members of a map of lists, by their names in CloudFormation; null ones are left out. AWS's
/// model of them tries a map before a list: an empty list comes out as an empty map.
Value lists_of(const Value* given) {
    if (!is_given(given)) {
        return {};
    }
    Map out;
    for (const data::Entry& entry : *given->as_map()) {
        const std::string_view name = entry.key == "AllowedTypes"    ? "AllowedInstanceTypes"
                                      : entry.key == "ExcludedTypes" ? "ExcludedInstanceTypes"
                                                                     : std::string_view(entry.key);
        const List* list = entry.value.as_list();
        if (!entry.value.is_null()) {
            out.set(name, list != nullptr && list->empty() ? Value(Map{}) : entry.value);
        }
    }
    return out;
}

Value scaling_config(const Value& given) {
    if (!is_given(&given)) {
        return {};
    }
    Map out;
    if (const Value* most = given.find("MaxVCpuCount"); most != nullptr && !most->is_null()) {
        out.set("MaxVCpuCount", *most);
    }
    const Value* target = given.find("AverageCPUUtilization");
    if (target == nullptr || target->is_null()) {
        out.set("ScalingMode", "Auto");
        return out;
    }
    out.set("ScalingMode", "Manual");
    out.set(
        "ScalingPolicies",
        List{
            Map{{"PredefinedMetricType", "LambdaCapacityProviderAverageCPUUtilization"},
                {"TargetValue", *target}}});
    return out;
}

/// The ARN of the role that starts instances; adds the role unless the template names one.
Value operator_role(const Resource& provider) {
    if (const Value* role = provider.given("OperatorRole")) {
        return *role;
    }
    return emit_lambda_role(
        provider,
        "OperatorRole",
        {{"ManagedPolicyArns",
          List{managed_policy_arn(provider.context(), "AWSLambdaManagedEC2ResourceOperator")}}});
}

/// The tags of the instances that the provider starts.
Value managed_tags(const Resource& provider) {
    const Map* managed = provider["ManagedResourceTags"].as_map();
    if (managed == nullptr) {
        return {};
    }
    const Map* tags = nullptr;
    if (const Value* given = managed->find("Tags")) {
        tags = given->as_map();
    }
    return tags == nullptr ? Map{} : Map{{"Mode", "Explicit"}, {"ExplicitTags", tag_list(*tags)}};
}

} // namespace

void expand_capacity_provider(Resource& provider) {
    if (!check(provider)) {
        return;
    }
    provider.emit_main(
        provider.logical_id(),
        "AWS::Lambda::CapacityProvider",
        {{"CapacityProviderName", provider["CapacityProviderName"]},
         {"VpcConfig", lists_of(provider.find("VpcConfig"))},
         {"PermissionsConfig", Map{{"CapacityProviderOperatorRoleArn", operator_role(provider)}}},
         {"InstanceRequirements", lists_of(provider.find("InstanceRequirements"))},
         {"CapacityProviderScalingConfig", scaling_config(provider["ScalingConfig"])},
         {"KmsKeyArn", is_given(provider.find("KmsKeyArn")) ? provider["KmsKeyArn"] : Value()},
         {"TelemetryConfig",
          provider.given("LoggingConfig") == nullptr
              ? Value()
              : Value(Map{{"LoggingConfig", provider["LoggingConfig"]}})},
         {"PropagateTags", managed_tags(provider)},
         {"Tags", lambda_tags(provider)}});
}

} // namespace samara::transform
