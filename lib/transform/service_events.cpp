#include "transform/expanders.h"
#include "transform/function_event.h"
#include "transform/intrinsics.h"

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
    if (const Value* version = event.properties.find("AwsIotSqlVersion")) {
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

void expand_cognito_event(FunctionEvent& event) {
    Context& context = event.function.context();
    const Value& pool = event.properties["UserPool"];
    const Value* name = argument_of(pool, "Ref");
    const std::string_view id = name != nullptr ? name->text() : pool.text();
    Map* resource = context.find_resource(id, "AWS::Cognito::UserPool");
    if (resource == nullptr) {
        event.properties.error(
            "UserPool",
            "the user pool of a Cognito event must be in the same template",
            "!Ref the logical id of an AWS::Cognito::UserPool");
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
        config->as_map()->set(trigger.text(), event.target_arn());
    }
    // One permission for all triggers of the function.
    FunctionEvent permitted = event;
    permitted.prefix = event.function.logical_id();
    permitted.emit_permission(
        "cognito-idp.amazonaws.com", {{"SourceArn", make_get_att(id, "Arn")}}, "Cognito");
}

} // namespace samara::transform
