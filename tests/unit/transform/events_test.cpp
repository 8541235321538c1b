#include "unit/transform/transform_support.h"

#include <gmock/gmock.h>

namespace samara::transform {
namespace {

using test::errors;
using test::ids;
using test::part;
using test::run;
using test::with_function;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// A function with one event E of that type and properties (in flow style).
std::string event(std::string_view type, std::string_view properties, std::string_view rest = {}) {
    return with_function(
        "      Events:\n        E: {Type: " + std::string(type) + ", Properties: {" +
            std::string(properties) + "}}\n",
        rest);
}

std::string generated(const Output& output, std::string_view path = {}) {
    return part(output, "Resources.FE" + std::string(path));
}

TEST(Events, NameTheNearType) {
    EXPECT_THAT(
        errors(run(event("Shedule", "Schedule: rate(1 minute)"))),
        ElementsAre("F/E: there is no event type Shedule (did you mean Schedule?)"));
}

TEST(Events, AreReportedUnderTheResourceTheyGenerate) {
    EXPECT_THAT(
        errors(run(event("S3", "Bucket: !Ref B, Events: !Ref X"))),
        ElementsAre(StartsWith("FE/E: property Events must be")));
    EXPECT_THAT(
        errors(run(event("Kinesis", "Stream: s"))),
        ElementsAre(StartsWith("FE/E: Kinesis event needs StartingPosition")));
}

struct Polled {
    std::string_view type;
    std::string_view properties;
    std::string_view source;
    std::string_view policy;
};

class PolledEvent : public testing::TestWithParam<Polled> {};

TEST_P(PolledEvent, BecomesAnEventSourceMapping) {
    const Output output = run(event(GetParam().type, GetParam().properties));
    EXPECT_EQ(generated(output, ".Type"), R"("AWS::Lambda::EventSourceMapping")");
    EXPECT_EQ(generated(output, ".Properties.FunctionName"), R"({"Ref":"F"})");
    EXPECT_EQ(generated(output, ".Properties.EventSourceArn"), GetParam().source);
    EXPECT_THAT(
        part(output, "Resources.FRole.Properties"), HasSubstr(std::string(GetParam().policy)));
}

INSTANTIATE_TEST_SUITE_P(
    Types,
    PolledEvent,
    testing::Values(
        Polled{"SQS", "Queue: q, BatchSize: 5", R"("q")", "AWSLambdaSQSQueueExecutionRole"},
        Polled{
            "Kinesis",
            "Stream: s, StartingPosition: LATEST",
            R"("s")",
            "AWSLambdaKinesisExecutionRole"},
        Polled{
            "DynamoDB",
            "Stream: s, StartingPosition: LATEST",
            R"("s")",
            "AWSLambdaDynamoDBExecutionRole"},
        Polled{
            "MSK",
            "Stream: c, StartingPosition: LATEST, Topics: [t]",
            R"("c")",
            "AWSLambdaMSKExecutionRole"},
        Polled{
            "MQ",
            "Broker: b, Queues: [q], SourceAccessConfigurations: [{Type: BASIC_AUTH, URI: s}]",
            R"("b")",
            "mq:DescribeBroker"},
        Polled{
            "DocumentDB",
            "Cluster: c, DatabaseName: d, "
            "SourceAccessConfigurations: [{Type: BASIC_AUTH, URI: s}]",
            R"("c")",
            "rds:DescribeDBClusters"},
        Polled{
            "SelfManagedKafka",
            "Topics: [t], KafkaBootstrapServers: [k], "
            "SourceAccessConfigurations: [{Type: SASL_SCRAM_512_AUTH, URI: s}]",
            "null",
            "SelfManagedKafkaExecutionRolePolicy"}),
    [](const auto& row) { return std::string(row.param.type); });

TEST(PolledEvents, SendFailuresWithAPolicy) {
    const Output output = run(event(
        "DynamoDB",
        "Stream: s, StartingPosition: LATEST, "
        "DestinationConfig: {OnFailure: {Type: SQS, Destination: q}}"));
    EXPECT_EQ(
        generated(output, ".Properties.DestinationConfig"), R"({"OnFailure":{"Destination":"q"}})");
    EXPECT_EQ(part(output, "Resources.FRole.Properties.Policies.0.PolicyName"), R"("FESQSPolicy")");
}

TEST(PolledEvents, RefuseConsumerGroupsThatTheyDoNotHave) {
    EXPECT_THAT(
        errors(run(event("SQS", "Queue: q, ConsumerGroupId: g"))),
        ElementsAre(StartsWith("F/E: SQS events have no ConsumerGroupId")));
}

TEST(PolledEvents, HandOnWhatTheirDestinationSays) {
    const std::string stream = "Stream: s, StartingPosition: LATEST, DestinationConfig: ";
    const auto config = [&](const std::string& given) {
        return generated(run(event("Kinesis", stream + given)), ".Properties.DestinationConfig");
    };
    EXPECT_EQ(config("{}"), "null");
    EXPECT_EQ(config("{OnFailure: {}}"), R"({"OnFailure":{}})");
    EXPECT_EQ(
        config("{OnFailure: {Type: SNS, Destination: t}, X: 1}"),
        R"({"OnFailure":{"Destination":"t"},"X":1})");
    EXPECT_EQ(errors(run(event("Kinesis", stream + "{OnFailure: text}"))).size(), 1U);
}

TEST(PolledEvents, TakeNothingButFiltersInFilterCriteria) {
    const std::string queue = "Queue: q, FilterCriteria: ";
    for (const char* good : {"{}", "{Filters: []}", "{'Fn::If': [C, {Filters: []}, {}]}"}) {
        EXPECT_EQ(errors(run(event("SQS", queue + good))).size(), 0U) << good;
    }
    for (const char* bad : {"{Filter: []}", "{Filters: [], More: 1}"}) {
        EXPECT_THAT(errors(run(event("SQS", queue + bad))), ElementsAre(StartsWith("F/E: ")))
            << bad;
    }
}

TEST(PolledEvents, NeedWhatLambdaNeeds) {
    const std::string login = "SourceAccessConfigurations: [{Type: BASIC_AUTH, URI: u}]";
    EXPECT_THAT(
        errors(run(event("MSK", "Stream: s, Topics: [t]"))),
        ElementsAre(StartsWith("FE/E: MSK event needs StartingPosition")));
    EXPECT_THAT(
        errors(run(event("DocumentDB", "Cluster: c, " + login))),
        ElementsAre(StartsWith("FE/E: DocumentDB event needs DatabaseName")));
    EXPECT_THAT(
        errors(
            run(event("SelfManagedKafka", "Topics: [t, u], KafkaBootstrapServers: [k], " + login))),
        ElementsAre(StartsWith("F/E: a SelfManagedKafka event takes one topic")));
}

/// The whole list of what an event logs in with.
TEST(PolledEvents, LogInWithOneSecret) {
    const auto told = [](const std::string& type, const std::string& items) {
        const std::string source =
            type == "MQ" ? "Broker: b, Queues: [q]" : "Topics: [t], KafkaBootstrapServers: [k]";
        const auto all =
            errors(run(event(type, source + ", SourceAccessConfigurations: [" + items + "]")));
        return all.empty() ? "" : all.front().substr(0, all.front().find(':'));
    };
    const std::string basic = "{Type: BASIC_AUTH, URI: u}";
    const std::string network = "{Type: VPC_SUBNET, URI: 'subnet:s'}, "
                                "{Type: VPC_SECURITY_GROUP, URI: 'security_group:g'}";
    EXPECT_EQ(told("MQ", basic + ", {Type: VIRTUAL_HOST, URI: v}"), "");
    EXPECT_EQ(told("MQ", basic + ", " + basic), "F/E");
    EXPECT_EQ(told("MQ", basic + ", {Type: VPC_SUBNET, URI: v}"), "F/E");
    EXPECT_EQ(told("MQ", basic + ", text"), "F/E");
    EXPECT_EQ(told("SelfManagedKafka", basic + ", " + network), "");
    EXPECT_EQ(told("SelfManagedKafka", basic + ", {Type: SASL_SCRAM_256_AUTH, URI: v}"), "F/E");
    EXPECT_EQ(
        told("SelfManagedKafka", basic + ", {Type: VPC_SUBNET}, {Type: VPC_SECURITY_GROUP}"),
        "F/E");
    EXPECT_EQ(told("SelfManagedKafka", basic + ", text"), "E/E"); // AWS names the event alone
}

TEST(CapacityProvider, LeavesOutWhatIsNullOrEmpty) {
    const Output output =
        run("Resources:\n  C:\n    Type: AWS::Serverless::CapacityProvider\n    Properties:\n"
            "      VpcConfig: {SubnetIds: [a], SecurityGroupIds: []}\n      OperatorRole: ''\n"
            "      KmsKeyArn: ''\n      ScalingConfig: {}\n"
            "      InstanceRequirements: {AllowedTypes: [t], Architectures: null}\n");
    EXPECT_THAT(ids(output), ElementsAre("C", "COperatorRole"));
    const std::string provider = "Resources.C.Properties.";
    EXPECT_EQ(part(output, provider + "VpcConfig"), R"({"SubnetIds":["a"],"SecurityGroupIds":{}})");
    EXPECT_EQ(part(output, provider + "InstanceRequirements"), R"({"AllowedInstanceTypes":["t"]})");
    EXPECT_EQ(part(output, provider + "CapacityProviderScalingConfig"), "null");
    EXPECT_EQ(part(output, provider + "KmsKeyArn"), "null");
}

TEST(RuleEvents, TakeWhatTheirKindTakes) {
    const std::string schedule = "Schedule: rate(1 day), ";
    EXPECT_EQ(errors(run(event("Schedule", schedule + "RuleName: r"))).size(), 0U);
    EXPECT_EQ(
        generated(run(event("Schedule", schedule + "State: ''")), ".Properties.State"), "null");
    const auto of_machine = [](const std::string& type, const std::string& properties) {
        return errors(
            run("Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n"
                "      Definition: {States: {}}\n      Events: {E: {Type: " +
                type + ", Properties: {" + properties + "}}}\n"));
    };
    EXPECT_EQ(of_machine("EventBridgeRule", "Pattern: {a: [b]}, State: DISABLED").size(), 0U);
    EXPECT_EQ(of_machine("EventBridgeRule", "Pattern: {a: [b]}, Enabled: true").size(), 1U);
    EXPECT_EQ(of_machine("Schedule", schedule + "Enabled: true, RoleArn: r").size(), 0U);
    EXPECT_EQ(of_machine("Schedule", schedule + "RoleArn: !GetAtt R.Arn").size(), 1U);
    EXPECT_EQ(of_machine("Schedule", schedule + "RuleName: r").size(), 1U);
}

TEST(KafkaEvents, NeedBothHalvesOfANetwork) {
    EXPECT_THAT(
        errors(run(event(
            "SelfManagedKafka",
            "Topics: [t], KafkaBootstrapServers: [k], "
            "SourceAccessConfigurations: [{Type: VPC_SUBNET, URI: 'subnet:s'}]"))),
        ElementsAre(HasSubstr("VPC_SUBNET and VPC_SECURITY_GROUP go together")));
}

TEST(KafkaEvents, MayReadAGlueSchemaRegistry) {
    const Output output = run(event(
        "MSK",
        "Stream: c, StartingPosition: LATEST, Topics: [t], ConsumerGroupId: g, "
        "SchemaRegistryConfig: {SchemaRegistryURI: "
        "'arn:aws:glue:us-east-1:123456789012:registry/mine', EventRecordFormat: JSON, "
        "SchemaValidationConfigs: [{Attribute: KEY}]}"));
    EXPECT_EQ(
        part(output, "Resources.FRole.Properties.Policies.0.PolicyDocument.Statement.1.Resource.0"),
        R"({"Fn::Sub":)"
        R"("arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:schema/mine/*"})");
    EXPECT_EQ(
        generated(output, ".Properties.AmazonManagedKafkaEventSourceConfig.ConsumerGroupId"),
        R"("g")");
}

TEST(BucketEvents, ConfigureTheBucket) {
    const Output output = run(event(
        "S3",
        "Bucket: !Ref B, Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*']",
        "  B: {Type: AWS::S3::Bucket, DependsOn: X, Properties: {NotificationConfiguration: "
        "{LambdaConfigurations: [{Event: e, Function: g}]}}}\n"));
    EXPECT_EQ(part(output, "Resources.B.DependsOn"), R"(["FEPermission","X"])");
    const std::string list =
        "Resources.B.Properties.NotificationConfiguration.LambdaConfigurations";
    EXPECT_EQ(part(output, list + ".0"), R"({"Event":"e","Function":"g"})");
    EXPECT_EQ(
        part(output, list + ".2"),
        R"({"Event":"s3:ObjectRemoved:*","Function":{"Fn::GetAtt":["F","Arn"]}})");
}

TEST(BucketEvents, OfAConditionalFunctionAreConditional) {
    const Output output =
        run("Conditions: {C: !Equals [a, b]}\n" + event(
                                                      "S3",
                                                      "Bucket: !Ref B, Events: e",
                                                      "    Condition: C\n"
                                                      "  B: {Type: AWS::S3::Bucket}\n"));
    EXPECT_EQ(part(output, "Resources.B.DependsOn"), "null");
    EXPECT_EQ(
        part(output, "Resources.B.Properties.Tags.0"),
        R"({"Key":"sam:ConditionalDependsOn:FEPermission",)"
        R"("Value":{"Fn::If":["C",{"Ref":"FEPermission"},"no dependency"]}})");
    EXPECT_THAT(
        part(
            output,
            "Resources.B.Properties.NotificationConfiguration.LambdaConfigurations.0.Fn::If.0"),
        R"("C")");
}

TEST(BucketEvents, NeedABucketOfTheTemplate) {
    EXPECT_THAT(
        errors(run(event("S3", "Bucket: !Ref Elsewhere, Events: e"))),
        ElementsAre(HasSubstr("must be in the same template")));
}

TEST(TopicEvents, MayGoThroughAQueue) {
    const Output direct = run(event("SNS", "Topic: t, FilterPolicy: {a: [b]}"));
    EXPECT_THAT(ids(direct), ElementsAre("F", "FE", "FEPermission", "FRole"));
    const Output queued = run(event("SNS", "Topic: t, SqsSubscription: true"));
    EXPECT_THAT(
        ids(queued),
        ElementsAre("F", "FE", "FEEventSourceMapping", "FEQueue", "FEQueuePolicy", "FRole"));
    EXPECT_EQ(generated(queued, ".Properties.Protocol"), R"("sqs")");
    const Output own =
        run(event("SNS", "Topic: t, SqsSubscription: {QueueArn: a, QueueUrl: u, BatchSize: 7}"));
    EXPECT_EQ(part(own, "Resources.FEEventSourceMapping.Properties.BatchSize"), "7");
}

TEST(RuleEvents, ShortenTheTargetsId) {
    const std::string name(60, 'N');
    const Output output =
        run("Resources: {" + name +
            ": {Type: AWS::Serverless::Function, Properties: {Handler: h, "
            "Runtime: r, InlineCode: c, Events: {Tick: {Type: Schedule, "
            "Properties: {Schedule: rate(1 day)}}}}}}");
    EXPECT_EQ(
        part(output, "Resources." + name + "Tick.Properties.Targets.0.Id"),
        "\"" + std::string(52, 'N') + "LambdaTarget\"");
}

TEST(RuleEvents, GenerateTheirDeadLetterQueue) {
    const Output output = run(event(
        "EventBridgeRule",
        "Pattern: {source: [s]}, DeadLetterConfig: {Type: SQS}, "
        "RetryPolicy: {MaximumRetryAttempts: 3}"));
    EXPECT_THAT(
        ids(output), ElementsAre("F", "FE", "FEPermission", "FEQueue", "FEQueuePolicy", "FRole"));
    EXPECT_EQ(
        generated(output, ".Properties.Targets.0.DeadLetterConfig"),
        R"({"Arn":{"Fn::GetAtt":["FEQueue","Arn"]}})");
}

TEST(RuleEvents, TakeStateOrEnabled) {
    const std::string rate = "Schedule: rate(1 day), ";
    EXPECT_EQ(
        generated(run(event("Schedule", rate + "Enabled: false")), ".Properties.State"),
        R"("DISABLED")");
    EXPECT_THAT(
        errors(run(event("Schedule", rate + "Enabled: true, State: ENABLED"))),
        ElementsAre(HasSubstr("State and Enabled say the same")));
}

TEST(SchedulerEvents, HaveARoleOfTheirOwn) {
    const Output output = run(event("ScheduleV2", "ScheduleExpression: rate(1 day)"));
    EXPECT_THAT(ids(output), ElementsAre("F", "FE", "FERole", "FRole"));
    EXPECT_EQ(generated(output, ".Properties.Name"), R"("FE")");
    EXPECT_EQ(generated(output, ".Properties.FlexibleTimeWindow"), R"({"Mode":"OFF"})");
    const Output given =
        run(event("ScheduleV2", "ScheduleExpression: rate(1 day), RoleArn: r, OmitName: true"));
    EXPECT_THAT(ids(given), ElementsAre("F", "FE", "FRole"));
    EXPECT_EQ(generated(given, ".Properties.Name"), "null");
}

TEST(ServiceEvents, PermitTheService) {
    const auto principal = [](const Output& output, std::string_view id) {
        return part(output, "Resources." + std::string(id) + ".Properties.Principal");
    };
    EXPECT_EQ(
        principal(
            run(event("CloudWatchLogs", "LogGroupName: g, FilterPattern: p")), "FEPermission"),
        R"("logs.amazonaws.com")");
    EXPECT_EQ(principal(run(event("IoTRule", "Sql: s")), "FEPermission"), R"("iot.amazonaws.com")");
    EXPECT_EQ(
        principal(run(event("AlexaSkill", "SkillId: s")), "FEPermission"),
        R"("alexa-appkit.amazon.com")");
    const Output cognito = run(event(
        "Cognito",
        "UserPool: !Ref P, Trigger: [PreSignUp]",
        "  P: {Type: AWS::Cognito::UserPool}\n"));
    EXPECT_EQ(principal(cognito, "FCognitoPermission"), R"("cognito-idp.amazonaws.com")");
    EXPECT_EQ(
        part(cognito, "Resources.P.Properties.LambdaConfig"),
        R"({"PreSignUp":{"Fn::GetAtt":["F","Arn"]}})");
}

} // namespace
} // namespace samara::transform
