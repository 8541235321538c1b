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

TEST(LanguageExtensions, WhatIsMadeOfTextsAloneIsAText) {
    const std::string loop = "Parameters: {Stage: {Type: String, Default: prod}}\n"
                             "Resources:\n"
                             "  Fn::ForEach::Functions:\n"
                             "    - N\n"
                             "    - [a, b]\n"
                             "    - F${N}:\n"
                             "        Type: AWS::Serverless::Function\n"
                             "        Properties:\n"
                             "          InlineCode: x\n"
                             "          Handler: !Join ['.', [index, !Select [1, [no, '${N}']]]]\n"
                             "          Runtime: python3.12\n"
                             "          Description: !Sub '${N} of ${Stage}'\n"
                             "          Events:\n"
                             "            A: {Type: Api, Properties: {Path: !Sub '/each/${N}', "
                             "Method: get}}\n";
    const Output output = run(extended(loop));
    EXPECT_EQ(errors(output), std::vector<std::string>{});
    EXPECT_EQ(part(output, "Resources.Fa.Properties.Handler"), R"("index.a")");
    EXPECT_EQ(
        part(output, "Resources.Fb.Properties.Description"), R"({"Fn::Sub":"b of ${Stage}"})");
    EXPECT_FALSE(
        at(output.document, "Resources.ServerlessRestApi.Properties.Body.paths./each/b").is_null());
    const Output without =
        run("Transform: AWS::Serverless-2016-10-31\n"
            "Resources:\n"
            "  F:\n"
            "    Type: AWS::Serverless::Function\n"
            "    Properties:\n"
            "      InlineCode: x\n"
            "      Handler: index.a\n"
            "      Runtime: python3.12\n"
            "      Events: {A: {Type: Api, Properties: {Path: !Sub '/x', Method: "
            "get}}}\n");
    EXPECT_EQ(errors(without).size(), 1U);
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

/// A loop with this name, identifier, collection and body, after a parameter and a resource.
Output looped(
    std::string_view name,
    std::string_view identifier,
    std::string_view values,
    std::string_view body) {
    return run(extended(fmt::format(
        "Parameters:\n"
        "  Param: {{Type: String, Default: p}}\n"
        "  Secret: {{Type: CommaDelimitedList, NoEcho: true, Default: 'a,b'}}\n"
        "Resources:\n"
        "  Topic: {{Type: AWS::SNS::Topic}}\n"
        "  Fn::ForEach::{}: [{}, {}, {}]\n",
        name,
        identifier,
        values,
        body)));
}

TEST(LanguageExtensions, LoopsHaveNamesOfTheirOwn) {
    const std::string_view body = "{Queue: {Type: AWS::SQS::Queue}}";
    EXPECT_TRUE(errors(looped("Queues", "I", "[a]", body)).empty());
    for (const auto& [name, identifier] :
         {std::pair{"Param", "I"}, {"Topic", "I"}, {"Queues", "Param"}, {"Queues", "Topic"}}) {
        EXPECT_EQ(errors(looped(name, identifier, "[a]", body)).size(), 1U)
            << name << ", " << identifier;
    }
    const auto nested = [](std::string_view inner) {
        return looped(
            "Outer",
            "I",
            "[a]",
            fmt::format(
                "{{'Fn::ForEach::Inner': [{}, [b], {{'Queue${{I}}${{J}}': {{Type: "
                "AWS::SQS::Queue}}}}]}}",
                inner));
    };
    EXPECT_TRUE(errors(nested("J")).empty());
    EXPECT_EQ(errors(nested("I")).size(), 1U);
}

TEST(LanguageExtensions, LoopsDoNotRunOverSecrets) {
    EXPECT_EQ(
        errors(looped("Queues", "I", "!Ref Secret", "{'Queue${I}': {Type: AWS::SQS::Queue}}"))
            .size(),
        1U);
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

TEST(LanguageExtensions, JsonStringsTakeTheBranchThatIsKnownOrBoth) {
    const Output output = run(extended(
        std::string(a_bucket) +
        "Conditions:\n"
        "  Known: {'Fn::Equals': [a, a]}\n"
        "  Unknown: {'Fn::Equals': [!Ref AWS::StackName, a]}\n"
        "Outputs:\n"
        "  A: {Value: {'Fn::ToJsonString': {a: {'Fn::If': [Known, {b: 1}, 2]}}}}\n"
        "  B: {Value: {'Fn::ToJsonString': [{'Fn::If': [Known, !Ref AWS::NoValue, 2]}, 3]}}\n"
        "  C: {Value: {'Fn::ToJsonString': [{'Fn::If': [Unknown, {b: 1}, x]}]}}\n"));
    EXPECT_EQ(part(output, "Outputs.A.Value"), R"("{\"a\":{\"b\":1}}")");
    EXPECT_EQ(part(output, "Outputs.B.Value"), R"("[3]")");
    EXPECT_EQ(
        part(output, "Outputs.C.Value"),
        R"({"Fn::Join":["",["[",{"Fn::If":["Unknown","{\"b\":1}","\"x\""]},"]"]]})");
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

TEST(LanguageExtensions, ReferencesMayNameWhatAFunctionGives) {
    const std::string rest = "Parameters: {Env: {Type: String, Default: prod}}\n"
                             "Conditions: {Known: {'Fn::Equals': [!Ref Env, prod]}}\n"
                             "Resources:\n"
                             "  prodQueue: {Type: AWS::SQS::Queue}\n"
                             "  T:\n"
                             "    Type: AWS::SNS::Topic\n"
                             "    Properties:\n"
                             "      A: {Ref: !Sub '${Env}Queue'}\n"
                             "      B: {'Fn::GetAtt': [!Sub '${Env}Queue', !If [Known, Arn, x]]}\n"
                             "      C: {Ref: {'Fn::Join': ['', [!Ref Env, Queue]]}}\n"
                             "      D: !Sub ['${Q}', {Q: {Ref: !Sub '${Env}Queue'}}]\n"
                             "      E: {'Fn::GetAtt': [prodQueue, Arn]}\n";
    EXPECT_EQ(
        part(run(extended(rest)), "Resources.T.Properties"),
        R"({"A":{"Ref":"prodQueue"},"B":{"Fn::GetAtt":["prodQueue","Arn"]},)"
        R"("C":{"Ref":"prodQueue"},"D":{"Fn::Sub":["${Q}",{"Q":{"Ref":"prodQueue"}}]},)"
        R"("E":{"Fn::GetAtt":["prodQueue","Arn"]}})");
    EXPECT_EQ(
        errors(run(extended(rest + "      F: {Ref: !Sub '${AWS::StackName}Queue'}\n"))).size(), 1U);
}

TEST(LanguageExtensions, ConditionMayBeAFunctionOrNothing) {
    const Output output = run(extended("Mappings: {M: {a: {b: IsB}}}\n"
                                       "Conditions: {IsB: {'Fn::Equals': [a, b]}}\n"
                                       "Resources:\n"
                                       "  Fn::ForEach::Queues:\n"
                                       "    - I\n"
                                       "    - [b, c]\n"
                                       "    - 'Queue${I}':\n"
                                       "        Type: AWS::SQS::Queue\n"
                                       "        Condition: {'Fn::FindInMap': [M, a, !Ref I,"
                                       " {DefaultValue: !Ref AWS::NoValue}]}\n"
                                       "        DependsOn: !Sub 'Topic${I}'\n"));
    EXPECT_EQ(
        part(output, "Resources.Queueb"),
        R"({"Type":"AWS::SQS::Queue","Condition":"IsB","DependsOn":"Topicb"})");
    EXPECT_EQ(
        part(output, "Resources.Queuec"), R"({"Type":"AWS::SQS::Queue","DependsOn":"Topicc"})");
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
