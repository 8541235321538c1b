#include "transform/core/expanders.h"

#include "base/hint.h"
#include "base/strings.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace samara::transform {
namespace {

constexpr std::array types{
    TypeRow{"AWS::Serverless::Function", Phase::function, expand_function},
    TypeRow{"AWS::Serverless::StateMachine", Phase::state_machine, expand_state_machine},
    TypeRow{"AWS::Serverless::Api", Phase::api, expand_api},
    TypeRow{"AWS::Serverless::HttpApi", Phase::api, expand_http_api},
    TypeRow{"AWS::Serverless::WebSocketApi", Phase::api, expand_websocket_api},
    TypeRow{"AWS::Serverless::SimpleTable", Phase::other, expand_simple_table},
    TypeRow{"AWS::Serverless::LayerVersion", Phase::other, expand_layer_version},
    TypeRow{"AWS::Serverless::Application", Phase::other, expand_application},
    TypeRow{"AWS::Serverless::GraphQLApi", Phase::other, expand_graphql_api},
    TypeRow{"AWS::Serverless::CapacityProvider", Phase::other, expand_capacity_provider},
    TypeRow{"AWS::Serverless::NetworkConnector", Phase::other, expand_network_connector},
    TypeRow{"AWS::Serverless::MicrovmImage", Phase::other, expand_microvm_image},
    TypeRow{"AWS::Serverless::Connector", Phase::connector, expand_connector},
};

constexpr EventRow polled(std::string_view type, std::string_view list) {
    return {type, list, expand_polled_event, check_polled_event};
}

constexpr std::array function_events{
    EventRow{"S3", "events/S3", expand_s3_event, check_s3_event},
    EventRow{"SNS", "events/SNS", expand_sns_event},
    polled("SQS", "events/SQS"),
    polled("Kinesis", "events/Kinesis"),
    polled("DynamoDB", "events/DynamoDB"),
    polled("DocumentDB", "events/DocumentDB"),
    polled("MSK", "events/MSK"),
    polled("MQ", "events/MQ"),
    polled("SelfManagedKafka", "events/SelfManagedKafka"),
    EventRow{"Schedule", "events/Schedule", expand_schedule_event},
    EventRow{"ScheduleV2", "events/ScheduleV2", expand_scheduler_event},
    EventRow{"CloudWatchEvent", "events/Rule", expand_rule_event},
    EventRow{"EventBridgeRule", "events/Rule", expand_rule_event},
    EventRow{"CloudWatchLogs", "events/CloudWatchLogs", expand_logs_event},
    EventRow{"IoTRule", "events/IoTRule", expand_iot_event},
    EventRow{"AlexaSkill", "events/AlexaSkill", expand_alexa_event},
    EventRow{"Cognito", "events/Cognito", expand_cognito_event, check_cognito_event},
    EventRow{"Api", "events/Api", expand_api_event, check_api_event},
    EventRow{"HttpApi", "events/HttpApi", expand_http_api_event},
};

} // namespace

const TypeRow* find_type(std::string_view type) {
    const auto* row =
        std::find_if(types.begin(), types.end(), [&](const TypeRow& r) { return r.type == type; });
    return row == types.end() ? nullptr : row;
}

std::vector<std::string_view> sam_types() {
    std::vector<std::string_view> out;
    out.reserve(types.size());
    for (const TypeRow& row : types) {
        out.push_back(row.type);
    }
    return out;
}

const EventRow* find_function_event(std::string_view type) {
    const auto* row =
        std::find_if(function_events.begin(), function_events.end(), [&](const EventRow& r) {
            return r.type == type;
        });
    return row == function_events.end() ? nullptr : row;
}

std::vector<std::string_view> function_event_types() {
    std::vector<std::string_view> out;
    out.reserve(function_events.size());
    for (const EventRow& row : function_events) {
        out.push_back(row.type);
    }
    return out;
}

std::string near_event_type(std::string_view type) {
    const std::vector<std::string_view> names = function_event_types();
    const std::string_view near = base::nearest(type, names);
    return base::did_you_mean(near, fmt::format("one of {}", fmt::join(names, ", ")));
}

} // namespace samara::transform
