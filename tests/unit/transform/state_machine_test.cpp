#include "unit/transform/transform_support.h"

namespace samara::transform {
namespace {

using namespace test;

std::string machine(std::string_view properties) {
    return "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n" +
           std::string(properties);
}

constexpr std::string_view definition = "      Definition: {StartAt: A, States: {A: {Type: Pass, "
                                        "End: true}}}\n";

TEST(StateMachine, WritesItsDefinitionWithPlaceholders) {
    const Output output =
        run(machine("      Definition: {b: !Ref AWS::Region, a: ['{{resolve:ssm:/x}}', 1]}\n"));
    EXPECT_EQ(
        part(output, "Resources.M.Properties.DefinitionString"),
        R"({"Fn::Join":["\n",["{","    \"a\": [","        \"${definition_substitution_1}\",",)"
        R"("        1","    ],","    \"b\": \"${definition_substitution_2}\"","}"]]})");
    EXPECT_EQ(
        part(output, "Resources.M.Properties.DefinitionSubstitutions"),
        R"({"definition_substitution_1":"{{resolve:ssm:/x}}",)"
        R"("definition_substitution_2":{"Ref":"AWS::Region"}})");
}

TEST(StateMachine, EscapesWhatIsNotAscii) {
    const Output output = run(machine("      Definition: {a: 'é😀'}\n"));
    EXPECT_EQ(
        part(output, "Resources.M.Properties.DefinitionString.Fn::Join.1.1"),
        R"("    \"a\": \"\\u00e9\\ud83d\\ude00\"")");
}

TEST(StateMachine, TracesWithTheRightPolicy) {
    const Output output =
        run(machine(std::string(definition) + "      Tracing: {Enabled: true}\n"));
    EXPECT_EQ(
        part(output, "Resources.MRole.Properties.ManagedPolicyArns"),
        R"(["arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess"])");
}

TEST(StateMachine, EventsStartTheAlias) {
    const Output output = run(machine(
        std::string(definition) +
        "      AutoPublishAlias: live\n"
        "      UseAliasAsEventTarget: true\n"
        "      Events: {E: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}\n"));
    EXPECT_EQ(part(output, "Resources.ME.Properties.Targets.0.Arn"), R"({"Ref":"MAliaslive"})");
}

TEST(StateMachine, RefusesWhatExcludesEachOther) {
    EXPECT_EQ(
        errors(run(machine(std::string(definition) + "      Role: r\n      Policies: [p]\n")))
            .size(),
        1U);
    EXPECT_EQ(
        errors(run(machine(std::string(definition) + "      DefinitionUri: s3://b/k\n"))).size(),
        1U);
    EXPECT_EQ(
        errors(run(machine(std::string(definition) + "      UseAliasAsEventTarget: true\n")))
            .size(),
        1U);
    EXPECT_EQ(errors(run(machine("      Name: x\n"))).size(), 1U);
}

TEST(StateMachine, KnowsItsEvents) {
    const Output output = run(
        machine(std::string(definition) + "      Events: {E: {Type: Scheduel, Properties: {}}}\n"));
    EXPECT_EQ(
        errors(output),
        std::vector<std::string>{"M/E: there is no event type Scheduel (did you mean Schedule?)"});
}

} // namespace
} // namespace samara::transform
