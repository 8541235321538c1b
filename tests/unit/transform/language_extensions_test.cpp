#include "transform/core/loops.h"
#include "unit/transform/transform_support.h"

#include <fmt/format.h>

namespace samara::transform {
namespace {

using namespace test;

std::string extended(std::string_view rest) {
    return "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n" + std::string(rest);
}

constexpr std::string_view a_bucket = "Resources: {B: {Type: AWS::S3::Bucket}}\n";

TEST(LanguageExtensions, LoopsMakeResources) {
    const Output output = run(extended("Resources:\n"
                                       "  Fn::ForEach::Tables:\n"
                                       "    - Name\n"
                                       "    - [Users, Orders]\n"
                                       "    - Table${Name}:\n"
                                       "        Type: AWS::Serverless::SimpleTable\n"
                                       "        Properties: {TableName: !Ref Name}\n"));
    EXPECT_EQ(part(output, "Resources.TableUsers.Properties.TableName"), R"("Users")");
    EXPECT_EQ(part(output, "Resources.TableOrders.Type"), R"("AWS::DynamoDB::Table")");
    EXPECT_TRUE(at(output.document, "Transform").is_null());
}

TEST(LanguageExtensions, LoopsRunOverListParameters) {
    Options options;
    options.parameter_overrides = {{"Names", "a, b"}};
    const Output output = run(
        extended("Parameters: {Names: {Type: CommaDelimitedList}}\n"
                 "Resources:\n"
                 "  Fn::ForEach::Topics: [N, !Ref Names, {'T${N}': {Type: AWS::SNS::Topic}}]\n"),
        options);
    EXPECT_EQ(part(output, "Resources.Tb.Type"), R"("AWS::SNS::Topic")");
}

TEST(LanguageExtensions, LoopsNest) {
    const Output output = run(extended(
        "Resources:\n"
        "  Fn::ForEach::Outer:\n"
        "    - A\n"
        "    - [x, y]\n"
        "    - Fn::ForEach::Inner: [B, ['1', '2'], {'T${A}${B}': {Type: AWS::SNS::Topic}}]\n"));
    EXPECT_EQ(part(output, "Resources.Ty2.Type"), R"("AWS::SNS::Topic")");
}

TEST(LanguageExtensions, AmpersandKeepsLettersAndDigits) {
    const Output output = run(extended(
        "Resources:\n"
        "  Fn::ForEach::T: [N, [a-b.c], {'T&{N}': {Type: AWS::SNS::Topic, Properties: {TopicName: "
        "'${N}'}}}]\n"));
    EXPECT_EQ(part(output, "Resources.Tabc.Properties.TopicName"), R"("a-b.c")");
}

TEST(LanguageExtensions, LoopsAreCheckedWithPlaces) {
    const Output no_list = run(extended("Resources:\n  Fn::ForEach::T: [N, {a: b}]\n"));
    ASSERT_FALSE(no_list.diagnostics.empty());
    EXPECT_EQ(no_list.diagnostics.front().error.where.line, 3U);
    EXPECT_EQ(no_list.diagnostics.front().error.message, "Fn::ForEach takes a list of three");

    const Output twice =
        run(extended("Resources:\n  Fn::ForEach::T: [N, [a, b], {T: {Type: AWS::SNS::Topic}}]\n"));
    EXPECT_EQ(
        errors(twice),
        std::vector<std::string>{": T is there already (make the key differ in every iteration)"});
}

TEST(LanguageExtensions, LoopsHaveLimits) {
    std::string items;
    for (int i = 0; i <= 100; ++i) {
        items += fmt::format("{}'{}'", i == 0 ? "" : ", ", i);
    }
    const Output output = run(extended(fmt::format(
        "Resources:\n  Fn::ForEach::T: [N, [{}], {{'T${{N}}': {{Type: AWS::SNS::Topic}}}}]\n",
        items)));
    ASSERT_FALSE(output.diagnostics.empty());
    EXPECT_EQ(
        output.diagnostics.front().error.message, "a loop runs over at most 100 values, not 101");
}

TEST(LanguageExtensions, LoopsNeedTheTransform) {
    const Output output =
        run("Resources:\n  Fn::ForEach::T: [N, [a], {'T${N}': {Type: AWS::SNS::Topic}}]\n");
    ASSERT_FALSE(output.diagnostics.empty());
    EXPECT_EQ(
        output.diagnostics.front().error.message,
        "Fn::ForEach needs the transform AWS::LanguageExtensions");
}

TEST(LanguageExtensions, LengthCounts) {
    const Output output = run(extended(
        std::string(a_bucket) + "Parameters: {L: {Type: CommaDelimitedList, Default: 'a,b,c'}}\n"
                                "Outputs:\n"
                                "  A: {Value: !Length [1, 2]}\n"
                                "  B: {Value: !Length {Ref: L}}\n"
                                "  C: {Value: {'Fn::Length': {'Fn::Split': ['|', 'a|b|c|d']}}}\n"));
    EXPECT_EQ(part(output, "Outputs.A.Value"), "2");
    EXPECT_EQ(part(output, "Outputs.B.Value"), "3");
    EXPECT_EQ(part(output, "Outputs.C.Value"), "4");
}

TEST(LanguageExtensions, JsonStringsKeepWhatOnlyADeploymentKnows) {
    const Output output = run(extended(
        std::string(a_bucket) + "Outputs:\n"
                                "  A: {Value: {'Fn::ToJsonString': {a: [1, true, 'x\"y']}}}\n"
                                "  B: {Value: {'Fn::ToJsonString': {arn: !GetAtt B.Arn}}}\n"));
    EXPECT_EQ(part(output, "Outputs.A.Value"), R"("{\"a\":[1,true,\"x\\\"y\"]}")");
    EXPECT_EQ(
        part(output, "Outputs.B.Value"),
        R"({"Fn::Join":["",["{\"arn\":\"",{"Fn::GetAtt":["B","Arn"]},"\"}"]]})");
}

TEST(LanguageExtensions, FindInMapHasADefault) {
    const Output output = run(extended(
        std::string(a_bucket) + "Mappings: {M: {a: {b: found}}}\n"
                                "Outputs:\n"
                                "  A: {Value: {'Fn::FindInMap': [M, a, b, {DefaultValue: d}]}}\n"
                                "  B: {Value: {'Fn::FindInMap': [M, a, c, {DefaultValue: d}]}}\n"));
    EXPECT_EQ(part(output, "Outputs.A.Value"), R"("found")");
    EXPECT_EQ(part(output, "Outputs.B.Value"), R"("d")");
}

TEST(LanguageExtensions, DeletionPolicyMayBeAParameter) {
    const Output output =
        run(extended("Parameters: {P: {Type: String, Default: Retain}}\n"
                     "Resources: {B: {Type: AWS::S3::Bucket, DeletionPolicy: !Ref P}}\n"));
    EXPECT_EQ(part(output, "Resources.B.DeletionPolicy"), R"("Retain")");
    const Output unknown =
        run(extended("Resources: {B: {Type: AWS::S3::Bucket, DeletionPolicy: !GetAtt C.D}}\n"));
    EXPECT_EQ(errors(unknown).size(), 1U);
    EXPECT_EQ(unknown.diagnostics.front().error.resource, "B");
}

TEST(LanguageExtensions, DeletionPolicyMayDependOnAConditionThatIsKnown) {
    const std::string text = extended(
        "Parameters: {Stage: {Type: String, Default: dev}}\n"
        "Conditions:\n"
        "  Prod: !Equals [!Ref Stage, prod]\n"
        "  Kept: !Or [{Condition: Prod}, !Not [!Equals [!Join ['-', [!Ref Stage, x]], dev-x]]]\n"
        "Resources:\n"
        "  B: {Type: AWS::S3::Bucket, DeletionPolicy: !If [Prod, Retain, Delete]}\n"
        "  C: {Type: AWS::S3::Bucket, UpdateReplacePolicy: !If [Kept, Retain, !Ref "
        "AWS::NoValue]}\n");
    const Output dev = run(text);
    EXPECT_EQ(part(dev, "Resources.B.DeletionPolicy"), R"("Delete")");
    EXPECT_EQ(part(dev, "Resources.C.UpdateReplacePolicy"), "null");
    Options options;
    options.parameter_overrides = {{"Stage", "prod"}};
    const Output prod = run(text, options);
    EXPECT_EQ(part(prod, "Resources.B.DeletionPolicy"), R"("Retain")");
    EXPECT_EQ(part(prod, "Resources.C.UpdateReplacePolicy"), R"("Retain")");
}

TEST(LanguageExtensions, KeysOfFindInMapMayBeFunctions) {
    const Output output = run(extended(
        std::string(a_bucket) + "Parameters: {P: {Type: String, Default: 'x,a'}}\n"
                                "Mappings: {M: {a: {bc: found}}}\n"
                                "Outputs:\n"
                                "  A: {Value: {'Fn::FindInMap': [M, !Select [1, !Split [',', !Ref "
                                "P]], !Join ['', [b, c]]]}}\n"
                                "  N: {Value: {'Fn::Length': !Split [',', !Ref P]}}\n"));
    EXPECT_EQ(part(output, "Outputs.A.Value"), R"("found")");
    EXPECT_EQ(part(output, "Outputs.N.Value"), "2");
}

} // namespace
} // namespace samara::transform
