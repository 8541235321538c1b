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
