#include "transform/api/usage_plan.h"

#include "transform/core/context.h"
#include "transform/core/intrinsics.h"

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view combined_condition = "SharedUsagePlanCondition";

Value stage_key(const Resource& api, const std::string& stage) {
    return Map{{"RestApiId", make_ref(api.logical_id())}, {"StageName", make_ref(stage)}};
}

/// Plan, key, and the binding of the two, under the given ids' prefix.
void emit_plan(
    const Resource& api,
    const std::string& prefix,
    Map properties,
    List depends_on,
    List stage_keys,
    const Map& attributes) {
    const auto with = [&](Value dependencies) {
        Map out{{"DependsOn", std::move(dependencies)}};
        for (const data::Entry& entry : attributes) {
            out.set(entry);
        }
        return out;
    };
    const std::string plan = prefix + "UsagePlan";
    const std::string key = prefix + "ApiKey";
    api.emit(
        plan, "AWS::ApiGateway::UsagePlan", std::move(properties), with(std::move(depends_on)));
    api.emit(
        key,
        "AWS::ApiGateway::ApiKey",
        Map{{"Enabled", true}, {"StageKeys", std::move(stage_keys)}},
        with(List{plan}));
    api.emit(
        prefix + "UsagePlanKey",
        "AWS::ApiGateway::UsagePlanKey",
        Map{{"KeyId", make_ref(key)}, {"KeyType", "API_KEY"}, {"UsagePlanId", make_ref(plan)}},
        with(List{key}));
    api.context().refer(api.logical_id(), "UsagePlan", plan);
    api.context().refer(api.logical_id(), "ApiKey", key);
    api.context().refer(api.logical_id(), "UsagePlanKey", prefix + "UsagePlanKey");
}

/// The shared plan exists when any of its APIs does, and is kept when any of them is.
Map shared_attributes(const Resource& api, SharedUsagePlan& plan) {
    for (const char* name : {"DeletionPolicy", "UpdateReplacePolicy"}) {
        const Value* policy = api.attribute(name);
        const Value* so_far = plan.attributes.find(name);
        if (policy == nullptr) {
            continue;
        }
        const bool keeps_more =
            policy->text() == "Retain" ||
            (name == std::string_view("UpdateReplacePolicy") && policy->text() == "Snapshot" &&
             so_far != nullptr && so_far->text() == "Delete");
        if (so_far == nullptr || keeps_more) {
            plan.attributes.set(name, *policy);
        }
    }
    if (const Value* condition = api.attribute("Condition")) {
        plan.conditions.set(condition->text(), nullptr);
    } else {
        plan.always = true;
    }
    Map attributes = plan.attributes;
    if (plan.always) {
        // An API without a condition may come after others with one.
        if (api.context().document().contains("Conditions")) {
            api.context().conditions().erase(combined_condition);
        }
        return attributes;
    }
    List any;
    for (const data::Entry& condition : plan.conditions) {
        any.push_back(make_condition(condition.key));
    }
    // Of one API the condition is that API's, which AWS's transform writes as its bare name.
    api.context().conditions().set(
        combined_condition,
        any.size() == 1 ? Value(plan.conditions.begin()->key)
                        : Value(Map{{"Fn::Or", std::move(any)}}));
    attributes.set("Condition", combined_condition);
    return attributes;
}

} // namespace

bool emit_usage_plan(const Resource& api, const std::string& stage) {
    const auto auth = api.below("Auth");
    const auto plan = auth ? auth->below("UsagePlan") : std::nullopt;
    if (!plan) {
        return !auth || auth->find("UsagePlan") == nullptr;
    }
    if (!plan->check("ApiUsagePlan")) {
        return false;
    }
    const std::string_view kind = (*plan)["CreateUsagePlan"].text();
    if (kind == "NONE") {
        return true;
    }
    if (kind != "PER_API" && kind != "SHARED") {
        plan->error("CreateUsagePlan", "CreateUsagePlan is PER_API, SHARED or NONE");
        return false;
    }
    Map properties;
    for (const char* name : {"UsagePlanName", "Description", "Quota", "Tags", "Throttle"}) {
        if (const Value* value = plan->given(name)) {
            properties.set(name, *value);
        }
    }
    Value api_stage = Map{{"ApiId", make_ref(api.logical_id())}, {"Stage", make_ref(stage)}};
    if (kind == "PER_API") {
        properties.set("ApiStages", List{std::move(api_stage)});
        emit_plan(
            api,
            api.logical_id(),
            std::move(properties),
            List{api.logical_id()},
            List{stage_key(api, stage)},
            api.passed_on());
        return true;
    }
    auto& shared = api.context().shared_usage_plan();
    shared.depends_on.emplace_back(api.logical_id());
    shared.api_stages.push_back(std::move(api_stage));
    shared.stage_keys.push_back(stage_key(api, stage));
    properties.set("ApiStages", shared.api_stages);
    const Map attributes = shared_attributes(api, shared);
    emit_plan(
        api, "Serverless", std::move(properties), shared.depends_on, shared.stage_keys, attributes);
    return true;
}

} // namespace samara::transform
