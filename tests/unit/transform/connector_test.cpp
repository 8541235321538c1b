#include "unit/transform/transform_support.h"

namespace samara::transform {
namespace {

using namespace test;

constexpr std::string_view queue_and_function = R"(
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Role: !GetAtt WorkerRole.Arn}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    DependsOn: Queue
    Properties: {FunctionName: !Ref Worker, EventSourceArn: !GetAtt Queue.Arn}
  Poll:
    Type: AWS::Serverless::Connector
    Properties: {Source: {Id: Queue}, Destination: {Id: Worker}, Permissions: [Read, Write]}
)";

std::string connector(std::string_view source, std::string_view destination) {
    return "Resources:\n"
           "  Queue: {Type: AWS::SQS::Queue}\n"
           "  Worker: {Type: AWS::Lambda::Function, Properties: {Role: r}}\n"
           "  C:\n"
           "    Type: AWS::Serverless::Connector\n"
           "    Properties:\n"
           "      Source: " +
           std::string(source) + "\n      Destination: " + std::string(destination) +
           "\n      Permissions: [Write]\n";
}

TEST(Connector, GrantsThroughTheRoleOfTheDestination) {
    const Output output = run(queue_and_function);
    EXPECT_EQ(part(output, "Resources.PollPolicy.Properties.Roles"), R"([{"Ref":"WorkerRole"}])");
    EXPECT_EQ(
        part(output, "Resources.PollPolicy.Properties.PolicyDocument.Statement.0"),
        R"({"Action":["sqs:ReceiveMessage","sqs:GetQueueAttributes"],)"
        R"("Resource":[{"Fn::GetAtt":["Queue","Arn"]}],"Effect":"Allow"})");
}

TEST(Connector, LetsEventSourceMappingsWaitForThePolicy) {
    EXPECT_EQ(
        part(run(queue_and_function), "Resources.Mapping.DependsOn"), R"(["Queue","PollPolicy"])");
}

TEST(Connector, IsReplacedInDependsOn) {
    const Output output =
        run(std::string(queue_and_function) +
            "  Other: {Type: AWS::S3::Bucket, DependsOn: [Queue, Poll]}\n");
    EXPECT_EQ(part(output, "Resources.Other.DependsOn"), R"(["Queue","PollPolicy"])");
}

TEST(Connector, NumbersTheGrantsOfSeveralDestinations) {
    const Output output =
        run("Resources:\n"
            "  Rule: {Type: AWS::Events::Rule}\n"
            "  A: {Type: AWS::SNS::Topic}\n"
            "  B: {Type: AWS::SNS::Topic}\n"
            "  C:\n"
            "    Type: AWS::Serverless::Connector\n"
            "    Properties: {Source: {Id: Rule}, Destination: [{Id: A}, {Id: B}], "
            "Permissions: [Write]}\n");
    EXPECT_EQ(
        part(output, "Resources.CTopicPolicyDestination1.Properties.Topics"), R"([{"Ref":"B"}])");
    EXPECT_TRUE(at(output.document, "Resources.C").is_null());
}

TEST(Connector, IsTakenOutOfItsSource) {
    const Output output = run("Resources:\n"
                              "  Topic:\n"
                              "    Type: AWS::SNS::Topic\n"
                              "    Connectors: {ToQueue: {Properties: {Destination: {Id: Queue}, "
                              "Permissions: [Write]}}}\n"
                              "  Queue: {Type: AWS::SQS::Queue}\n");
    EXPECT_EQ(part(output, "Resources.Topic"), R"({"Type":"AWS::SNS::Topic"})");
    EXPECT_EQ(
        part(output, "Resources.TopicToQueueQueuePolicy.Properties.Queues"),
        R"([{"Ref":"Queue"}])");
}

TEST(Connector, SaysWhatIsWrongWithAnEnd) {
    EXPECT_EQ(
        errors(run(connector("{Id: Qeue}", "{Id: Worker}"))),
        std::vector<std::string>{"C: the template has no resource Qeue (did you mean Queue?)"});
    EXPECT_EQ(errors(run(connector("{Arn: a}", "{Id: Worker}"))).size(), 1U);
    EXPECT_EQ(errors(run(connector("{Id: Queue, Arn: a}", "{Id: Worker}"))).size(), 1U);
    EXPECT_EQ(errors(run(connector("{Id: Worker}", "{Id: Queue}"))).size(), 1U)
        << "the role's name cannot be told";
}

TEST(Connector, SaysWhichPermissionsAConnectionHas) {
    EXPECT_EQ(
        errors(run(connector("{Id: Queue}", "{Id: Worker}"))),
        std::vector<std::string>{
            "C: this connection needs Read and Write together ([Read, Write])"});
}

TEST(Connector, TakesTheRoleOfTheFirstTargetThatIsMeant) {
    const auto roles = [](std::string_view first, std::string_view second) {
        const Output output =
            run(std::string("Resources:\n"
                            "  M: {Type: AWS::StepFunctions::StateMachine}\n"
                            "  R:\n"
                            "    Type: AWS::Events::Rule\n"
                            "    Properties:\n"
                            "      Targets:\n"
                            "        - {Arn: !Ref M, Id: a, RoleArn: ") +
                std::string(first) +
                "}\n        - {Arn: !Ref M, Id: b, RoleArn: " + std::string(second) +
                "}\n"
                "  C:\n"
                "    Type: AWS::Serverless::Connector\n"
                "    Properties: {Source: {Id: R}, Destination: {Id: M}, Permissions: [Write]}\n");
        return data::write_json(test::at(output.document, "Resources.CPolicy.Properties.Roles"));
    };
    EXPECT_EQ(roles("!GetAtt One.Arn", "!GetAtt Two.Arn"), R"([{"Ref":"One"}])");
    EXPECT_EQ(roles("!GetAtt One.Arn", "null"), R"([{"Ref":"One"}])");
    EXPECT_EQ(roles("null", "!GetAtt Two.Arn"), "null"); // an error
}

TEST(Connector, NeedsARoleThatTheTemplateRefersTo) {
    const Output output =
        run("Resources:\n"
            "  F: {Type: AWS::Lambda::Function, Properties: {Role: "
            "'arn:aws:iam::123456789012:role/path/worker'}}\n"
            "  Q: {Type: AWS::SQS::Queue}\n"
            "  C:\n"
            "    Type: AWS::Serverless::Connector\n"
            "    Properties: {Source: {Id: F}, Destination: {Id: Q}, Permissions: "
            "[Write]}\n");
    EXPECT_EQ(errors(output).size(), 1U);
    EXPECT_TRUE(errors(output).front().starts_with("C: the RoleName of F cannot be told"));
}

} // namespace
} // namespace samara::transform
