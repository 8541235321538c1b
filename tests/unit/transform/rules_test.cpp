#include "transform/checks/cycles.h"
#include "transform/checks/function_rules.h"
#include "transform/checks/intrinsic_rules.h"
#include "transform/checks/resource_types.h"
#include "transform/checks/section_rules.h"
#include "unit/transform/transform_support.h"

#include <fmt/format.h>

namespace samara::transform {
namespace {

using namespace test;
using Lines = std::vector<std::string>;

data::Value document_of(std::string_view yaml) {
    const auto document = data::read_yaml(yaml, "t.yaml");
    EXPECT_TRUE(document.has_value());
    return document.value_or(data::Value());
}

// "line: property: message" of each.
Lines lines_of(const base::Diagnostics& diagnostics) {
    Lines lines;
    for (const base::Diagnostic& found : diagnostics) {
        EXPECT_EQ(found.severity, base::Severity::error);
        EXPECT_NE(found.error.hint, "");
        lines.push_back(fmt::format(
            "{}: {}: {}", found.error.where.line, found.error.property, found.error.message));
    }
    return lines;
}

// Of a function of AWS's own type, whose Properties begin in line 4, and of SAM's.
Lines functions_of(std::string_view properties) {
    const auto of = [&](std::string_view type) {
        std::string yaml = fmt::format("Resources:\n  F:\n    Type: {}\n", type);
        yaml += fmt::format("    Properties: {}\n", properties);
        return lines_of(check_functions(document_of(yaml)));
    };
    Lines found = of("AWS::Lambda::Function");
    EXPECT_EQ(found, of("AWS::Serverless::Function"));
    return found;
}

TEST(FunctionRules, AZipArchiveNeedsHandlerAndRuntime) {
    EXPECT_EQ(functions_of("{Handler: a.b, Runtime: python3.13, Code: src}"), Lines{});
    EXPECT_EQ(
        functions_of("{Handler: !Ref AWS::NoValue, Code: src}"),
        (Lines{
            "4: Handler: a function from a zip archive needs Handler",
            "2: Runtime: a function from a zip archive needs Runtime"}));
    EXPECT_EQ(functions_of("{Handler: !Ref H, Runtime: !If [C, a, b]}"), Lines{});
    EXPECT_EQ(functions_of("{PackageType: !Ref P}"), Lines{});
    EXPECT_EQ(functions_of("{Fn::Transform: {Name: AWS::Include}}"), Lines{});
}

TEST(FunctionRules, GlobalsCountForSamsType) {
    EXPECT_EQ(
        lines_of(check_functions(document_of(
            "Globals: {Function: {Handler: a.b, Runtime: python3.13, Architectures: [arm]}}\n"
            "Resources: {F: {Type: AWS::Serverless::Function}}\n"))),
        Lines{"1: Architectures: Lambda takes one architecture, x86_64 or arm64"});
}

TEST(FunctionRules, AnImageNeedsItsUriOrHowItIsBuilt) {
    EXPECT_EQ(
        functions_of("{PackageType: Image}"),
        Lines{"2: ImageUri: a function of PackageType Image needs ImageUri"});
    EXPECT_EQ(functions_of("{PackageType: Image}\n    Metadata: {Dockerfile: D}"), Lines{});
    EXPECT_EQ(functions_of("{PackageType: Image, Code: {ImageUri: a}}"), Lines{});
}

TEST(FunctionRules, OneArchitecture) {
    const auto of = [](std::string_view value) {
        return functions_of(fmt::format("{{Handler: a, Runtime: b, Architectures: {}}}", value))
            .size();
    };
    EXPECT_EQ(of("[x86_64, arm64]"), 1);
    EXPECT_EQ(of("[]"), 1);
    EXPECT_EQ(of("arm64"), 1);
    EXPECT_EQ(of("[arm64]"), 0);
    EXPECT_EQ(of("[!Ref A]"), 0);
    EXPECT_EQ(of("!If [C, [x86_64], [arm64]]"), 0);
}

TEST(FunctionRules, LayersAreVersions) {
    EXPECT_EQ(
        functions_of("{Handler: a, Runtime: b, Layers: [x, !Ref L, '{{resolve:ssm:/a}}', "
                     "'arn:aws:lambda:us-east-1:123456789012:layer:a:1', "
                     "'arn:aws:lambda:us-east-1:123456789012:layer:a']}"),
        (Lines{
            "4: Layers: x is not the ARN of a layer version",
            "4: Layers: arn:aws:lambda:us-east-1:123456789012:layer:a is not the ARN of a layer "
            "version"}));
}

TEST(FunctionRules, ValuesAreOfTheirKind) {
    EXPECT_EQ(
        functions_of("{Handler: a, Runtime: b, VpcConfig: yes please, FunctionName: [a], "
                     "Environment: {Variables: {A: [1], B: {C: 1}, D: 1, E: !Ref X, F: true}}}"),
        (Lines{
            "4: Environment.Variables.A: Environment.Variables.A must be a string, not a list",
            "4: Environment.Variables.B: Environment.Variables.B must be a string, not a map",
            "4: VpcConfig: VpcConfig must be a map, not a string",
            "4: FunctionName: FunctionName must be a string, not a list"}));
}

TEST(FunctionRules, NamesThatLambdaTakes) {
    const auto of = [](std::string_view name) {
        return functions_of(fmt::format("{{Handler: a, Runtime: b, FunctionName: {}}}", name));
    };
    EXPECT_EQ(of("my fn"), Lines{"4: FunctionName: 'my fn' is no name of a function"});
    EXPECT_EQ(of("''").size(), 1);
    EXPECT_EQ(of(std::string(65, 'a')).size(), 1);
    EXPECT_EQ(of(std::string(64, 'a')), Lines{});
    EXPECT_EQ(of("my_fn-2"), Lines{});
    EXPECT_EQ(of("!Sub '${A} b'"), Lines{});
    EXPECT_EQ(of("'{{resolve:ssm:/a}}'"), Lines{});
}

TEST(FunctionRules, AnEnvironmentThatLambdaTakes) {
    const auto of = [](std::size_t size) {
        return functions_of(fmt::format(
            "{{Handler: a, Runtime: b, Environment: {{Variables: {{A: {}, B: !Ref C}}}}}}",
            std::string(size, 'a')));
    };
    EXPECT_EQ(of(4096 - 15), Lines{}); // {"A":"","B":""}
    EXPECT_EQ(
        of(4097 - 15),
        Lines{"4: Environment: the environment variables have 4097 bytes, Lambda takes 4096"});
}

base::Diagnostics intrinsics_of(std::string_view yaml) {
    const data::Value document = document_of(yaml);
    return check_intrinsics(document, document);
}

TEST(IntrinsicRules, NamesThatCloudFormationDoesNotHave) {
    EXPECT_EQ(
        lines_of(intrinsics_of("Resources:\n  B:\n    A: {Fn::Joyn: [',', []]}\n    "
                               "B: !Join [',', [{Fn::Nothing: 1}]]\n"
                               "Outputs: {O: {Value: {Fn::ImportValue: x}}}\n")),
        (Lines{
            "3: : CloudFormation has no function Fn::Joyn",
            "4: : CloudFormation has no function Fn::Nothing"}));
}

TEST(IntrinsicRules, AnIndexBeyondTheList) {
    EXPECT_EQ(
        lines_of(intrinsics_of(
            "Resources:\n  A: !Select [2, [a, b]]\n  B: !Select ['1', [a, b]]\n"
            "  C: !Select [3, !Split ['::', 'a::b::c']]\n  D: !Select [9, !Ref List]\n"
            "  E: !Select [!Ref I, [a]]\n")),
        (Lines{
            "2: : Fn::Select: there is no item 2 in a list of 2",
            "4: : Fn::Select: there is no item 3 in a list of 3"}));
}

// The messages for functions in a resource.
Lines arguments_of(std::string_view function, std::string_view transform = "x") {
    Lines found;
    for (const auto& each :
         intrinsics_of(fmt::format("Transform: {}\nResources:\n  A: {}\n", transform, function))) {
        EXPECT_EQ(each.error.where.line, 3);
        found.push_back(each.error.message);
    }
    return found;
}

TEST(IntrinsicRules, ArgumentsThatDoNotFit) {
    for (const char* wrong :
         {"!Join [',', a, b]",
          "!Join [',']",
          "!Join [!Ref A, [a]]",
          "!Join [',', text]",
          "!Split [',', [a]]",
          "!Select [0, text]",
          "!Select [0]",
          "!Equals [a]",
          "!If [A, b]",
          "!If [{Condition: A}, b, c]",
          "!Not [a, b]",
          "!And [a]",
          "!Sub [a, b]",
          "!Sub {A: b}",
          "!Sub [!Ref A, {A: b}]",
          "!GetAtt A",
          "!GetAtt [A, b, c]",
          "{Ref: [A]}",
          "!Ref A.Arn",
          "!Base64 [a]",
          "!ImportValue [a]",
          "!Cidr [a]"}) {
        EXPECT_EQ(arguments_of(wrong).size(), 1) << wrong;
    }
    for (const char* good :
         {"!Join ['', [a]]",
          "!Join [',', !Ref A]",
          "!Split [',', !Ref A]",
          "!Select ['0', !GetAZs '']",
          "!Equals [a, [b]]",
          "!If [A, {b: c}, [d]]",
          "!Or [{Condition: A}, {Condition: B}]",
          "!Sub 'a ${B} ${C.D} ${AWS::Region} ${!e-f} ${E::G}'",
          "!Sub ['${a-b}', {a-b: c}]",
          "!GetAtt A.b.c",
          "{Fn::GetAtt: [A, !Ref B]}",
          "{Fn::GetAtt: A.b}",
          "!Base64 {Fn::Sub: a}",
          "!ImportValue {Fn::Sub: '${A}-b'}",
          "!Cidr [!GetAtt A.b, 2]"}) {
        EXPECT_EQ(arguments_of(good), Lines{}) << good;
    }
    EXPECT_EQ(arguments_of("!Sub '${A-b} ${c}'"), Lines{"Fn::Sub: ${A-b} is no name"});
    EXPECT_EQ(arguments_of("{Ref: {Fn::Sub: x}}", "AWS::LanguageExtensions"), Lines{});
}

Lines cycles_of(std::string_view yaml) {
    const data::Value document = document_of(yaml);
    return lines_of(check_cycles(document, document));
}

TEST(Cycles, ResourcesThatNeedEachOther) {
    EXPECT_EQ(
        cycles_of("Resources:\n"
                  "  A: {DependsOn: [B]}\n"
                  "  B: {Properties: {X: !Sub '${C.Arn}'}}\n"
                  "  C: {Properties: {X: [!GetAtt A.Arn]}}\n"
                  "  D: {Properties: {X: !Ref A}}\n"
                  "  E: {Properties: {X: !Ref E}}\n"
                  "  F: {DependsOn: Nothing, Properties: {X: !Ref Parameter}}\n"),
        (Lines{"2: : resources need each other: A, B, C", "6: : resource E needs itself"}));
}

TEST(Cycles, WhatDependsOnAConditionBindsNothing) {
    EXPECT_EQ(
        cycles_of("Resources:\n"
                  "  A: {DependsOn: B}\n"
                  "  B: {Properties: {X: !If [C, !Ref A, 1]}}\n"
                  "  C: {DependsOn: D}\n"
                  "  D: {DependsOn: C, Condition: E}\n"),
        Lines{});
}

TEST(Cycles, ConditionsThatNeedEachOther) {
    EXPECT_EQ(
        cycles_of("Conditions:\n"
                  "  A: !Not [!Condition B]\n"
                  "  B: !And [!Condition C, !Equals [a, b]]\n"
                  "  C: {Condition: A}\n"
                  "  D: !Not [!Condition A]\n"),
        Lines{"2: : conditions need each other: A, B, C"});
}

TEST(Sections, WhatCloudFormationRefuses) {
    EXPECT_EQ(
        lines_of(check_sections(document_of(
            "Transform: AWS::Serverless-2016-10-30\n"
            "Parameters: {A: {Default: !Ref AWS::Region}, B: {Default: 1}}\n"
            "Mappings: {M: {a: {b: !Ref A, c: [d]}}}\n"
            "Conditions: {C: !Equals [!Ref R, x], D: !Equals [!Ref A, x]}\n"
            "Resources: {R: {DeletionPolicy: Keep, UpdateReplacePolicy: Retain}}\n"
            "Outputs: {O: {Value: [a], Export: x}, P: {Value: !Ref A, Export: {Name: a}}}"
            "\n"))),
        (Lines{
            "1: : there is no transform AWS::Serverless-2016-10-30",
            "2: : the Default of parameter A must be a text",
            "3: : M.a.b: a mapping has texts and lists only",
            "4: : condition C refers to the resource R",
            "5: : there is no DeletionPolicy Keep",
            "6: : the Value of output O must be a text",
            "6: : the Export of output O needs a Name"}));
}

TEST(ResourceTypes, TheListHasThem) {
    for (const char* type :
         {"AWS::S3::Bucket",
          "AWS::Lambda::Function",
          "AWS::ACMPCA::Certificate", // the first
          "AWS::XRay::TransactionSearchConfig",
          "AWS::CloudFormation::CustomResource",
          "AWS::CDK::Metadata",
          "AWS::Serverless::Nothing", // told of SAM's types
          "Custom::Thing",
          "Vendor::Service::Thing",
          "AWS::S3::Bukket::MODULE"}) {
        EXPECT_EQ(misspelt_type(type), std::nullopt) << type;
    }
}

TEST(ResourceTypes, ANearNameIsGiven) {
    EXPECT_EQ(misspelt_type("AWS::S3::Bukket"), "AWS::S3::Bucket");
    EXPECT_EQ(misspelt_type("AWS::DynamoDb::Table"), "AWS::DynamoDB::Table");
    EXPECT_EQ(misspelt_type("aws::sns::Topic"), "AWS::SNS::Topic");
    EXPECT_EQ(misspelt_type("AWS::Serverles::Function"), "AWS::Serverless::Function");
    EXPECT_EQ(misspelt_type("AWS::Quux::Xyzzy"), "");
}

} // namespace
} // namespace samara::transform
