#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/event/destinations.h"
#include "transform/event/function_event.h"
#include "transform/event/source_access.h"

#include <fmt/format.h>

/// The event sources that Lambda polls: an AWS::Lambda::EventSourceMapping each.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// The properties that go into the mapping as they are.
constexpr std::array copied{
    "BatchSize",
    "BisectBatchOnFunctionError",
    "Enabled",
    "FilterCriteria",
    "FunctionResponseTypes",
    "KmsKeyArn",
    "LoggingConfig",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "MetricsConfig",
    "ParallelizationFactor",
    "ProvisionedPollerConfig",
    "Queues",
    "ScalingConfig",
    "SourceAccessConfigurations",
    "StartingPosition",
    "StartingPositionTimestamp",
    "Topics",
    "TumblingWindowInSeconds",
};

/// The kind of consumer configuration that a source takes.
enum class Group : std::uint8_t { none, managed_kafka, self_managed_kafka };

struct SourceRow {
    std::string_view type;
    std::string_view source; ///< the property with the ARN, or empty
    std::string_view needed; ///< another required property, or empty
    std::string_view policy; ///< managed policy of the role, or empty
    Group group;
    bool (*grant)(FunctionEvent&); ///< what else the role needs; false after an error
};

bool grant_nothing(FunctionEvent&) {
    return true;
}

constexpr std::array sources{
    SourceRow{
        "Kinesis",
        "Stream",
        "StartingPosition",
        "service-role/AWSLambdaKinesisExecutionRole",
        Group::none,
        grant_nothing},
    SourceRow{
        "DynamoDB",
        "Stream",
        "StartingPosition",
        "service-role/AWSLambdaDynamoDBExecutionRole",
        Group::none,
        grant_nothing},
    SourceRow{
        "SQS",
        "Queue",
        "",
        "service-role/AWSLambdaSQSQueueExecutionRole",
        Group::none,
        grant_nothing},
    SourceRow{
        "MSK",
        "Stream",
        "StartingPosition",
        "service-role/AWSLambdaMSKExecutionRole",
        Group::managed_kafka,
        grant_managed_kafka},
    SourceRow{"MQ", "Broker", "", "", Group::none, grant_broker},
    SourceRow{"SelfManagedKafka", "", "", "", Group::self_managed_kafka, grant_self_managed_kafka},
    SourceRow{"DocumentDB", "Cluster", "DatabaseName", "", Group::none, grant_document_db},
};

const SourceRow& row_of(std::string_view type) {
    return *std::find_if(
        sources.begin(), sources.end(), [&](const SourceRow& row) { return row.type == type; });
}

bool check_required(const FunctionEvent& event, const SourceRow& row) {
    bool good = true;
    for (const std::string_view name : {row.source, row.needed}) {
        if (!name.empty() && event.properties.find(name) == nullptr) {
            good = false;
            event.generated_place().error(
                "",
                fmt::format("{} event needs {}", event.type, name),
                fmt::format("add {}", name));
        }
    }
    return good;
}

/// The mapping's DestinationConfig: what is written without the Type, which only says what the role
/// needs. Null when there is none, nothing after an error.
std::optional<Value> destination_config(FunctionEvent& event) {
    const Value* config = event.properties.given("DestinationConfig");
    if (config == nullptr) {
        return Value();
    }
    const Value* failure = config->find("OnFailure");
    if (failure == nullptr || !failure->is_map()) {
        event.properties.error("DestinationConfig", "DestinationConfig needs OnFailure as a map");
        return std::nullopt;
    }
    Value out = *config;
    const Value* type = failure->find("Type");
    if (!is_given(type)) {
        return out;
    }
    const DestinationType* row = find_failure_type(type->text());
    if (row == nullptr) {
        event.properties.error_at(
            *type,
            "DestinationConfig.OnFailure.Type",
            "the Type of an OnFailure destination must be SQS, SNS, S3 or Kafka");
        return std::nullopt;
    }
    const Value* destination = failure->find("Destination");
    if (!is_given(destination)) {
        event.properties.warning(
            "DestinationConfig",
            "OnFailure has no Destination, and the role a policy of no resource",
            "add Destination: the ARN of where failed records go");
    }
    if (!row->policy.empty()) {
        event.policies.add(
            fmt::format("{}{}Policy", event.prefix, row->policy),
            destination_policy(*row, destination == nullptr ? Value() : *destination));
    }
    out.find("OnFailure")->as_map()->erase("Type");
    return out;
}

void set_consumer_group(const FunctionEvent& event, Group group, Map& mapping) {
    Map config;
    for (const char* name : {"ConsumerGroupId", "SchemaRegistryConfig"}) {
        if (const Value* value = event.properties.given(name)) {
            config.set(name, *value);
        }
    }
    if (!config.empty()) {
        mapping.set(
            group == Group::managed_kafka ? "AmazonManagedKafkaEventSourceConfig"
                                          : "SelfManagedKafkaEventSourceConfig",
            std::move(config));
    }
}

} // namespace

bool check_polled_event(const FunctionEvent& event) {
    const SourceRow& row = row_of(event.type);
    if (!check_required(event, row)) {
        return false;
    }
    const Value* filter = event.properties.given("FilterCriteria");
    const Map* criteria = filter == nullptr || is_intrinsic(*filter) ? nullptr : filter->as_map();
    if (criteria != nullptr && (criteria->size() > 1 || !criteria->contains("Filters"))) {
        event.properties.error(
            "FilterCriteria",
            "FilterCriteria has Filters and nothing else",
            "write for example Filters: [{Pattern: '{\"body\": {}}'}]");
        return false;
    }
    if (row.group == Group::none && event.properties.given("ConsumerGroupId") != nullptr) {
        event.properties.error(
            "ConsumerGroupId",
            fmt::format("{} events have no ConsumerGroupId", event.type),
            "only MSK and SelfManagedKafka events do");
        return false;
    }
    return true;
}

void expand_polled_event(FunctionEvent& event) {
    const SourceRow& row = row_of(event.type);
    auto destination = destination_config(event);
    if (!destination || !row.grant(event)) {
        return;
    }
    Map mapping{{"FunctionName", event.target_name()}};
    if (!row.source.empty()) {
        mapping.set("EventSourceArn", event.properties[row.source]);
    }
    for (const char* name : copied) {
        mapping.set(name, event.properties[name]);
    }
    mapping.set("DestinationConfig", std::move(*destination));
    if (row.group != Group::none) {
        set_consumer_group(event, row.group, mapping);
    }
    if (const Value* servers = event.properties.given("KafkaBootstrapServers")) {
        // Of whatever type the event is: AWS's transform does not ask.
        mapping.set(
            "SelfManagedEventSource", Map{{"Endpoints", Map{{"KafkaBootstrapServers", *servers}}}});
    }
    if (event.type == "DocumentDB") {
        Map config;
        for (const char* name : {"DatabaseName", "CollectionName", "FullDocument"}) {
            if (const Value* value = event.properties.given(name)) {
                config.set(name, *value);
            }
        }
        mapping.set("DocumentDBEventSourceConfig", std::move(config));
    }
    if (!row.policy.empty()) {
        event.policies.add_managed(managed_policy_arn(event.function.context(), row.policy));
    }
    event.emit(event.prefix, "AWS::Lambda::EventSourceMapping", std::move(mapping));
}

} // namespace samara::transform
