#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The tables that say which code expands what.
namespace samara::transform {

class Context;
class Resource;
struct FunctionEvent;

/// Resources are expanded phase by phase, within a phase in the order of the template.
enum class Phase : std::uint8_t { function, state_machine, api, other, connector };

struct TypeRow {
    std::string_view type;
    Phase phase;
    void (*expand)(Resource&);
};

/// The row of a SAM resource type, or nullptr.
const TypeRow* find_type(std::string_view type);

/// The SAM resource types.
std::vector<std::string_view> sam_types();

struct EventRow {
    std::string_view type;
    /// Property list of the event (schemas/transform/properties/<list>.json); empty: unchecked.
    std::string_view list;
    void (*expand)(FunctionEvent&);
    /// What its form needs beyond the list; false after an error. nullptr: nothing.
    bool (*check)(const FunctionEvent&) = nullptr;
};

/// The row of a Function's event type, or nullptr.
const EventRow* find_function_event(std::string_view type);

/// The event types of functions.
std::vector<std::string_view> function_event_types();

/// "did you mean Api?", or the types there are.
std::string near_event_type(std::string_view type);

/// What is done to the whole template before or after the resources are expanded, in this order.
/// A pass that finds errors reports them; passes go on unless the template is unusable.
void expand_language_extensions(Context&); // Fn::ForEach ...
/// ServerlessRestApi for events of type Api, ServerlessHttpApi for HttpApi.
void add_implicit_api(Context&, std::string_view event_type);
/// Leaves the events of functions and state machines in the order of the table that AWS's passes
/// leave, which have written the events of APIs back into it.
void order_events(Context&);
void merge_globals(Context&);
void extract_embedded_connectors(Context&); // Connectors attribute to AWS::Serverless::Connector
void finish_api_definitions(Context&);      // after Globals
void add_deployments(Context&);             // CodeDeploy application and role

void expand_function(Resource&);
void expand_state_machine(Resource&);
void expand_api(Resource&);
void expand_http_api(Resource&);
void expand_websocket_api(Resource&);
void expand_simple_table(Resource&);
void expand_layer_version(Resource&);
void expand_application(Resource&);
void expand_graphql_api(Resource&);
void expand_capacity_provider(Resource&);
void expand_network_connector(Resource&);
void expand_microvm_image(Resource&);
void expand_connector(Resource&);

// function events
bool check_polled_event(const FunctionEvent&);
bool check_s3_event(const FunctionEvent&);
bool check_cognito_event(const FunctionEvent&);
void expand_polled_event(FunctionEvent&); // Kinesis, DynamoDB, SQS, MSK, MQ, Kafka, DocumentDB
void expand_s3_event(FunctionEvent&);
void expand_sns_event(FunctionEvent&);
void expand_schedule_event(FunctionEvent&);
void expand_scheduler_event(FunctionEvent&);
void expand_rule_event(FunctionEvent&);
void expand_logs_event(FunctionEvent&);
void expand_iot_event(FunctionEvent&);
void expand_alexa_event(FunctionEvent&);
void expand_cognito_event(FunctionEvent&);
void expand_api_event(FunctionEvent&);
bool check_api_event(const FunctionEvent&);
void expand_http_api_event(FunctionEvent&);

} // namespace samara::transform
