#include "data/accessors.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/core/lambda_role.h"
#include "transform/core/policies.h"
#include "transform/core/resource.h"
#include "transform/core/tags.h"

#include <charconv>
#include <cmath>
#include <map>
#include <optional>

/// AWS::Serverless::CapacityProvider
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-capacityprovider.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// Members of ScalingConfig.
constexpr std::string_view cpu_limit = "MaxVCpuCount";
constexpr std::string_view cpu_target = "AverageCPUUtilization";

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

/// A list of texts as AWS's model of it reads it: numbers and booleans become text, as Python
/// prints them. The model tries a map first: what is empty comes out as an empty map.
Value texts_of(const Value& given) {
    const List* list = given.as_list();
    if (list == nullptr) {
        return given;
    }
    if (list->empty()) {
        return Map{};
    }
    List out;
    for (const Value& item : *list) {
        const bool* flag = item.as_boolean();
        const bool empty = item.is_string() && item.text().empty();
        out.push_back(
            empty             ? Value(Map{})
            : item.is_map()   ? item
            : flag != nullptr ? Value(*flag ? "True" : "False")
                              : Value(data::scalar_text(item)));
        out.back().set_where(item.where());
    }
    return out;
}

/// The members of a map of lists, by their names in CloudFormation; null ones are left out.
Value lists_of(const Value* given) {
    if (!is_given(given)) {
        return {};
    }
    Map out;
    for (const data::Entry& entry : *given->as_map()) {
        const std::string_view name = entry.key == "AllowedTypes"    ? "AllowedInstanceTypes"
                                      : entry.key == "ExcludedTypes" ? "ExcludedInstanceTypes"
                                                                     : std::string_view(entry.key);
        if (!entry.value.is_null()) {
            out.set(name, texts_of(entry.value));
        }
    }
    return out;
}

/// All of `text` as a number.
template <class Number>
std::optional<Value> parsed(std::string_view text) {
    Number number{};
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failed == std::errc() && end == text.data() + text.size() ? std::optional(Value(number))
                                                                     : std::nullopt;
}

/// A number as AWS's model of it reads it: one in a text too; a whole one is cut. What is empty is
/// an empty map. Nothing when it is neither that nor a map.
std::optional<Value> number_of(const Value& given, bool whole) {
    if (given.is_map()) {
        return given;
    }
    const List* list = given.as_list();
    if ((list != nullptr && list->empty()) || (given.is_string() && given.text().empty())) {
        return Value(Map{});
    }
    if (given.is_string()) {
        return whole ? parsed<std::int64_t>(given.text()) : parsed<double>(given.text());
    }
    const double* number = given.as_number();
    if (number != nullptr && whole) {
        const auto cut = data::whole_number(std::trunc(*number));
        return cut ? std::optional(Value(*cut)) : std::nullopt;
    }
    return given.is_numeric() || given.is_boolean() ? std::optional(given) : std::nullopt;
}

/// Nothing after an error.
std::optional<Value> scaling_config(const Resource& provider) {
    const Value& given = provider["ScalingConfig"];
    std::map<std::string_view, Value> numbers;
    for (const std::string_view name : {cpu_limit, cpu_target}) {
        const Value* written = given.find(name);
        if (written == nullptr || written->is_null()) {
            continue;
        }
        auto number = number_of(*written, name == cpu_limit);
        if (!number) {
            provider.below("ScalingConfig")->wrong_kind(name, "a number");
            return std::nullopt;
        }
        numbers[name] = std::move(*number);
    }
    if (numbers.empty()) {
        return Value();
    }
    Map out;
    if (numbers.contains(cpu_limit)) {
        out.set(cpu_limit, numbers[cpu_limit]);
    }
    if (!numbers.contains(cpu_target)) {
        out.set("ScalingMode", "Auto");
        return Value(std::move(out));
    }
    out.set("ScalingMode", "Manual");
    out.set(
        "ScalingPolicies",
        List{
            Map{{"PredefinedMetricType", "LambdaCapacityProviderAverageCPUUtilization"},
                {"TargetValue", numbers[cpu_target]}}});
    return Value(std::move(out));
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
    auto scaling = scaling_config(provider);
    if (!scaling) {
        return;
    }
    const auto unless_empty = [&](std::string_view name) {
        return provider.given(name) == nullptr ? Value() : provider[name];
    };
    provider.emit_main(
        provider.logical_id(),
        "AWS::Lambda::CapacityProvider",
        {{"CapacityProviderName", unless_empty("CapacityProviderName")},
         {"VpcConfig", lists_of(provider.find("VpcConfig"))},
         {"PermissionsConfig", Map{{"CapacityProviderOperatorRoleArn", operator_role(provider)}}},
         {"InstanceRequirements", lists_of(provider.find("InstanceRequirements"))},
         {"CapacityProviderScalingConfig", std::move(*scaling)},
         {"KmsKeyArn", unless_empty("KmsKeyArn")},
         {"TelemetryConfig",
          provider.given("LoggingConfig") == nullptr
              ? Value()
              : Value(Map{{"LoggingConfig", provider["LoggingConfig"]}})},
         {"PropagateTags", managed_tags(provider)},
         {"Tags", lambda_tags(provider)}});
}

} // namespace samara::transform
