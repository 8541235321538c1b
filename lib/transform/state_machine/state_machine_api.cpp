#include "transform/api/rest_api_event.h"
#include "transform/core/intrinsics.h"
#include "transform/state_machine/state_machine.h"

#include <fmt/format.h>

/// Api events of state machines.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-statemachine-statemachineapi.html
namespace samara::transform {
namespace {

using data::Map;
using data::Value;

/// The mapping template that makes the request's body the execution's input.
Value request_template(const StateMachineEvent& event) {
    const bool* unescape = event.properties["UnescapeMappingTemplate"].as_boolean();
    const std::string_view unescaped =
        unescape != nullptr && *unescape ? R"(.replaceAll("\\'","'"))" : "";
    return make_sub(fmt::format(
        R"({{"input": "$util.escapeJavaScript($input.json('$')){}", "stateMachineArn": "${{{}}}"}})",
        unescaped,
        event.target_id));
}

} // namespace

void expand_state_machine_api(StateMachineEvent& event) {
    const auto route = written_route(event.properties.map());
    if (!route && event.properties.map().empty()) {
        event.properties.for_resource(event.prefix)
            .error(
                "", "property Path is missing", "write for example Path: /items and Method: get");
    }
    auto target = route ? rest_target(event.properties) : std::nullopt;
    if (!target) {
        return;
    }
    target->stage = {}; // resource policies of state machines' routes name no stage
    const Value* condition = event.machine.attribute("Condition");
    RestIntegration integration;
    integration.integration =
        Map{{"type", "aws"},
            {"httpMethod", "POST"},
            {"uri",
             make_conditional(
                 condition,
                 make_sub("arn:${AWS::Partition}:apigateway:${AWS::Region}:"
                          "states:action/StartExecution"))},
            {"credentials", make_get_att(event.role_id(), "Arn")},
            {"requestTemplates", Map{{"application/json", request_template(event)}}},
            {"responses",
             Map{{"200", Map{{"statusCode", "200"}}}, {"400", Map{{"statusCode", "400"}}}}}};
    integration.responses =
        Map{{"200", Map{{"description", "OK"}}}, {"400", Map{{"description", "Bad Request"}}}};
    integration.condition = condition;
    event.emit_role("apigateway.amazonaws.com");
    add_rest_route(event.properties, *route, *target, integration);
}

} // namespace samara::transform
