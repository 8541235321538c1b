#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/event/changed_resource.h"
#include "transform/event/function_event.h"

#include <fmt/format.h>

/// Events of services that invoke a function directly: logs, IoT rules, Alexa, Cognito.
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// An ARN in this account with the partition written out, as these events have it.
Value account_arn(
    const FunctionEvent& event, std::string_view service, std::string_view rest, Map variables) {
    return make_sub(
        fmt::format(
            "arn:{}:{}:${{AWS::Region}}:${{AWS::AccountId}}:{}",
            event.function.context().partition(),
            service,
            rest),
        std::move(variables));
}

/// The logical id that the event's UserPool refers to; empty when it is no Ref.
std::string_view pool_id(const FunctionEvent& event) {
    const Value* name = event.properties["UserPool"].find("Ref");
    return name != nullptr ? name->text() : std::string_view{};
}

} // namespace

void expand_logs_event(FunctionEvent& event) {
    const Value& group = event.properties["LogGroupName"];
    event.emit_permission(
        "logs.amazonaws.com",
        {{"SourceArn",
          account_arn(
              event, "logs", "log-group:${__LogGroupName__}:*", {{"__LogGroupName__", group}})}});
    FunctionEvent filter = event;
    filter.attributes.set("DependsOn", List{event.permission_id()});
    filter.emit(
        event.prefix,
        "AWS::Logs::SubscriptionFilter",
        {{"DestinationArn", event.target_arn()},
         {"FilterPattern", event.properties["FilterPattern"]},
         {"LogGroupName", group}});
}

void expand_iot_event(FunctionEvent& event) {
    Map payload{
        {"Sql", event.properties["Sql"]},
        {"Actions", List{Map{{"Lambda", Map{{"FunctionArn", event.target_arn()}}}}}},
        {"RuleDisabled", false}};
    if (const Value* version = event.properties.given("AwsIotSqlVersion")) {
        payload.set("AwsIotSqlVersion", *version);
    }
    event.emit(event.prefix, "AWS::IoT::TopicRule", {{"TopicRulePayload", std::move(payload)}});
    event.emit_permission(
        "iot.amazonaws.com",
        {{"SourceAccount", make_sub("${AWS::AccountId}")},
         {"SourceArn",
          account_arn(event, "iot", "rule/${RuleName}", {{"RuleName", make_ref(event.prefix)}})}});
}

void expand_alexa_event(FunctionEvent& event) {
    event.emit_permission(
        "alexa-appkit.amazon.com", {{"EventSourceToken", event.properties["SkillId"]}});
}

bool check_cognito_event(const FunctionEvent& event) {
    if (event.function.context().find_resource(pool_id(event)) != nullptr) {
        return true;
    }
    event.properties.error(
        "UserPool",
        "the user pool of a Cognito event must be in the same template",
        "!Ref the logical id of an AWS::Cognito::UserPool");
    return false;
}

void expand_cognito_event(FunctionEvent& event) {
    Context& context = event.function.context();
    const std::string_view id = pool_id(event);
    Map* resource = context.find_resource(id, "AWS::Cognito::UserPool");
    if (resource == nullptr) {
        // AWS names the resource that is no user pool.
        event.properties.for_resource(std::string(id))
            .error("UserPool", fmt::format("{} is no AWS::Cognito::UserPool", id));
        return;
    }
    Value& properties = (*resource)["Properties"];
    if (properties.is_null()) {
        properties = Map{};
    }
    Value* config = properties.is_map() ? &(*properties.as_map())["LambdaConfig"] : &properties;
    if (config->is_null()) {
        *config = Map{};
    }
    if (!config->is_map()) {
        base::Diagnostic diagnostic;
        diagnostic.error.resource = id;
        diagnostic.error.message = "LambdaConfig must be a map";
        diagnostic.error.where = config->where();
        context.report(std::move(diagnostic));
        return;
    }
    const Value& triggers = event.properties["Trigger"];
    for (const Value& trigger : triggers.is_list() ? *triggers.as_list() : List{triggers}) {
        if (config->as_map()->contains(trigger.text())) {
            event.properties.error_at(
                trigger,
                "Trigger",
                fmt::format("trigger {} of {} is taken already", trigger.text(), id),
                "a trigger invokes one function only");
            return;
        }
        config->as_map()->set(trigger.text(), event.target_arn());
    }
    finish_changed_resource(context, id, *resource, "UserPool");
    // One permission for all triggers of the function or alias.
    FunctionEvent permitted = event;
    permitted.prefix = event.target_id;
    permitted.emit_permission(
        "cognito-idp.amazonaws.com", {{"SourceArn", make_get_att(id, "Arn")}}, "Cognito");
}

} // namespace samara::transform
