#include "transform/checks/lint_references.h"
#include "transform/checks/lint_resources.h"
#include "transform/checks/structure.h"
#include "transform/checks/value_rules.h"
#include "unit/transform/transform_support.h"

#include <fmt/format.h>

namespace samara::transform {
namespace {

using namespace test;

data::Value document_of(std::string_view yaml) {
    const auto document = data::read_yaml(yaml, "t.yaml");
    EXPECT_TRUE(document.has_value());
    return document.value_or(data::Value());
}

// "line: message (hint)" of each.
std::vector<std::string> lines_of(const base::Diagnostics& diagnostics) {
    std::vector<std::string> lines;
    for (const base::Diagnostic& found : diagnostics) {
        EXPECT_TRUE(found.error.where.known());
        lines.push_back(fmt::format(
            "{}: {} ({})", found.error.where.line, found.error.message, found.error.hint));
    }
    return lines;
}

std::vector<std::string> structure_of(std::string_view yaml) {
    return lines_of(check_structure(document_of(yaml)));
}

std::vector<std::string> values_of(std::string_view yaml) {
    return lines_of(check_values(document_of(yaml), "2026-01-01"));
}

using Lines = std::vector<std::string>;

constexpr std::string_view sam = "Transform: AWS::Serverless-2016-10-31\n";

TEST(Structure, FindsMisspeltSections) {
    EXPECT_EQ(
        structure_of("Resourses: {}\nResources: {B: {Type: AWS::S3::Bucket}}\n"),
        Lines{"1: a template has no section Resourses (did you mean Resources?)"});
}

TEST(Structure, FindsResourcesAndSectionsOneLevelOff) {
    EXPECT_EQ(
        structure_of("Resources:\n  A: {Type: AWS::S3::Bucket}\n  Outputs:\n    X: {Value: 1}\n"
                     "B: {Type: AWS::S3::Bucket}\n"),
        (Lines{
            "5: B stands beside Resources, one level too high (indent it below Resources)",
            "3: Outputs stands inside Resources, one level too low (move it to the left, beside "
            "Resources)"}));
}

TEST(Structure, TakesTheOnlyVersion) {
    const std::string rest = "Resources: {B: {Type: AWS::S3::Bucket}}\n";
    EXPECT_EQ(
        structure_of("AWSTemplateFormatVersion: 2010-09-08\n" + rest),
        Lines{"1: there is no AWSTemplateFormatVersion 2010-09-08 (write AWSTemplateFormatVersion: "
              "'2010-09-09')"});
    EXPECT_EQ(structure_of("AWSTemplateFormatVersion: 2010-09-09\n" + rest), Lines{});
    EXPECT_EQ(
        structure_of("Description: " + std::string(1025, 'a') + "\n" + rest),
        Lines{"1: the Description has 1025 bytes (CloudFormation takes 1024 at most)"});
}

TEST(Structure, TakesLettersAndDigitsForNames) {
    EXPECT_EQ(
        structure_of("Parameters: {P-1: {Type: String}}\n"
                     "Resources:\n  A_b: {Type: AWS::S3::Bucket}\n  'Fn::ForEach::X': []\n"
                     "Outputs: {O.o: {Value: 1}}\nMappings: {M-m: {a-b: {c.d: 1}}}\n")
            .size(),
        3);
}

TEST(Nulls, AreTakenNowhere) {
    EXPECT_EQ(
        lines_of(check_nulls(document_of(
            "Resources:\n  A:\n    Properties:\n      B: ~\n      C: [{D: ~}, 1, '']\n"))),
        (Lines{
            "4: Resources.A.Properties.B is null, which CloudFormation takes nowhere (write a "
            "value, "
            "or leave it out)",
            "5: Resources.A.Properties.C.D is null, which CloudFormation takes nowhere (write a "
            "value, "
            "or leave it out)"}));
}

TEST(Structure, FindsMisspeltTypes) {
    EXPECT_EQ(
        structure_of(
            std::string(sam) + "Resources:\n  A: {Type: AWS::Serverless::Funtion}\n"
                               "  B: {Type: 'AWS:S3:Bucket'}\n  C: {Type: Custom::Anything}\n"
                               "  D: {Type: My::Own::Type}\n"),
        (Lines{
            "3: there is no resource type AWS::Serverless::Funtion (did you mean "
            "AWS::Serverless::Function?)",
            "4: there is no resource type AWS:S3:Bucket (types are written as "
            "AWS::Service::Resource)"}));
}

TEST(Structure, WantsTheTransform) {
    EXPECT_EQ(
        structure_of("Resources:\n  T: {Type: AWS::Serverless::SimpleTable}\n"),
        Lines{"2: the template has AWS::Serverless resources but no Transform (add at the top: "
              "Transform: AWS::Serverless-2016-10-31)"});
    EXPECT_EQ(structure_of("Resources:\n  B: {Type: AWS::S3::Bucket}\n"), Lines{});
}

TEST(Structure, FindsMembersOneLevelTooHigh) {
    EXPECT_EQ(
        structure_of(
            std::string(sam) +
            "Resources:\n  F:\n    Type: AWS::Serverless::Function\n"
            "    Properties:\n      Handler: a.b\n      Events:\n        Get:\n          Type: "
            "Api\n"
            "          Path: /a\n          Properties: {Method: get}\n"
            "    Events: {}\n    Runtme: python3.13\n    Connectors:\n      C:\n"
            "        Permissions: [Read]\n        Properties: {Destination: {Id: T}}\n"),
        (Lines{
            "12: Events stands beside Properties of F, one level too high (indent it below "
            "Properties)",
            "13: Runtme of F is no attribute of a resource (did you mean Runtime?)",
            "10: Path stands beside Properties of Get, one level too high (indent it below "
            "Properties)",
            "16: Permissions stands beside Properties of C, one level too high (indent it below "
            "Properties)"}));
}

TEST(Structure, FindsMembersOneLevelTooLow) {
    EXPECT_EQ(
        structure_of(
            std::string(sam) + "Resources:\n  F:\n    Type: AWS::Serverless::Function\n"
                               "    Properties:\n      Handler: a.b\n      DependsOn: T\n"),
        Lines{"7: DependsOn stands inside Properties of F, one level too low (move it to the left, "
              "beside Properties)"});
}

constexpr std::string_view function_head =
    "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n";

TEST(Values, FindsNumbersOutOfRange) {
    EXPECT_EQ(
        values_of(
            "Globals: {Function: {Timeout: 901}}\n" + std::string(function_head) +
            "      MemorySize: 1\n      Timeout: !Ref T\n      EphemeralStorage: {Size: '100000'}\n"
            "      ReservedConcurrentExecutions: many\n"
            "      Events: {Q: {Type: SQS, Properties: {BatchSize: 0}}}\n"
            "  Q: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 43201}}\n"),
        (Lines{
            "1: Timeout is 901, which AWS does not take (write a number, 1 to 900)",
            "6: MemorySize is 1, which AWS does not take (write a number, 128 to 10240)",
            "8: EphemeralStorage.Size is 100000, which AWS does not take (write a number, 512 to "
            "10240)",
            "9: ReservedConcurrentExecutions is many, which is no number (write a number, 0 or "
            "more)",
            "10: BatchSize is 0, which AWS does not take (write a number, 1 to 10000)",
            "11: VisibilityTimeout is 43201, which AWS does not take (write a number, 0 to "
            "43200)"}));
}

TEST(Values, FindsRuntimes) {
    EXPECT_EQ(
        values_of(std::string(function_head) + "      Runtime: pyhton3.13\n"),
        Lines{"5: Lambda has no runtime pyhton3.13 (did you mean python3.13?)"});
    EXPECT_EQ(
        values_of(std::string(function_head) + "      Runtime: nodejs12.x\n"),
        Lines{"5: Lambda creates no function with runtime nodejs12.x since 2023-03-31 (move to a "
              "newer nodejs runtime)"});
    EXPECT_EQ(
        values_of(std::string(function_head) + "      PackageType: Image\n      Runtime: x\n"),
        Lines{});
}

TEST(Values, FindsMethods) {
    const auto of = [](std::string_view type, std::string_view method) {
        return values_of(fmt::format(
            "{}      Events: {{E: {{Type: {}, Properties: {{Path: /, Method: '{}'}}}}}}\n",
            function_head,
            type,
            method));
    };
    EXPECT_EQ(of("Api", "GTE"), Lines{"5: API Gateway has no method GTE (did you mean GET?)"});
    EXPECT_EQ(of("HttpApi", "FETCHES").size(), 1U);
    for (const char* method : {"get", "ANY", "x-amazon-apigateway-any-method", "Patch"}) {
        EXPECT_EQ(of("Api", method), Lines{}) << method;
    }
}

TEST(Values, KnowsWhatAPathIs) {
    for (const char* good :
         {"/", "/a", "/a/{id}", "/{proxy+}", "/a.b/c-d_e", "/v1/{user-id}/x", "/a/"}) {
        EXPECT_EQ(path_fault(good), "") << good;
    }
    for (const char* bad :
         {"a",
          "/{y}.png",
          "/x{y}",
          "/{}",
          "/{proxy+}/x",
          "/{a b}",
          "/a b",
          "/a?b=c",
          "/{a",
          "/a}"}) {
        EXPECT_NE(path_fault(bad), "") << bad;
    }
}

Lines references_of(std::string_view yaml) {
    const data::Value document = document_of(yaml);
    Options options;
    options.local_artifacts = true;
    return lines_of(check_references(document, transform(document, options).document));
}

TEST(References, FindsWhatIsNotThere) {
    EXPECT_EQ(
        references_of("Conditions: {Prod: !Equals [a, b]}\n"
                      "Mappings: {Sizes: {a: {b: c}}}\n"
                      "Resources:\n"
                      "  Bucket: {Type: AWS::S3::Bucket, Condition: Prdo}\n"
                      "  Topic: {Type: AWS::SNS::Topic, DependsOn: [Bukcet]}\n"
                      "Outputs:\n"
                      "  A: {Value: !Ref Bukcet}\n"
                      "  B: {Value: !GetAtt Tpoic.TopicArn}\n"
                      "  C: {Value: !Sub '${Zyx}'}\n"
                      "  D: {Value: !If [Pord, a, b]}\n"
                      "  E: {Value: !FindInMap [Size, a, b]}\n"),
        (Lines{
            "4: the template has no condition Prdo (did you mean Prod?)",
            "7: the template has no resource or parameter Bukcet (did you mean Bucket?)",
            "8: the template has no resource or parameter Tpoic (did you mean Topic?)",
            "9: the template has no resource or parameter Zyx (add it, or correct the reference)",
            "10: the template has no condition Pord (did you mean Prod?)",
            "11: the template has no mapping Size (did you mean Sizes?)",
            "5: the template has no resource Bukcet (did you mean Bucket?)"}));
}

TEST(References, KnowWhatTheTransformMakes) {
    EXPECT_EQ(
        references_of(
            std::string(sam) +
            "Resources:\n  F:\n    Type: AWS::Serverless::Function\n"
            "    Properties: {Handler: a.b, Runtime: python3.13, InlineCode: x}\n"
            "Outputs: {R: {Value: !GetAtt FRole.Arn}}\n"),
        Lines{});
}

Lines resources_of(std::string_view yaml) {
    const data::Value document = document_of(yaml);
    Options options;
    options.local_artifacts = true;
    base::Diagnostics found;
    for (const Finding& each : lint_resources(document, transform(document, options).document)) {
        found.push_back({each.severity, each.error});
    }
    return lines_of(found);
}

TEST(Resources, AreCheckedAgainstWhatCloudFormationKnows) {
    EXPECT_EQ(
        resources_of(
            "Resources:\n"
            "  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucktName: x\n"
            "      AccessControl: Pirvate\n      VersioningConfiguration: {Status: Enabled}\n"
            "      LifecycleConfiguration:\n        Rules:\n          - Status: On\n"
            "  R: {Type: AWS::IAM::Role}\n"
            "  Q: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: [1], FifoQueue: maybe}}\n"
            "  T: {Type: AWS::SNS::Topci}\n"),
        (Lines{
            "5: AWS::S3::Bucket has no property BucktName (did you mean BucketName?)",
            "6: AccessControl cannot be Pirvate (did you mean Private?)",
            "10: LifecycleConfiguration.Rules[0].Status cannot be true (write one of Disabled, "
            "Enabled)",
            "11: AssumeRolePolicyDocument is missing (CloudFormation requires "
            "AssumeRolePolicyDocument)",
            "12: DelaySeconds must be a number, not a list ()",
            "12: FifoQueue must be true or false, not a string ()",
            "13: CloudFormation is not known to have the type AWS::SNS::Topci (did you mean "
            "AWS::SNS::Topic?)"}));
}

TEST(Resources, LeavesOpenWhatOnlyADeploymentKnows) {
    EXPECT_EQ(
        resources_of(
            "Conditions: {C: !Equals [a, b]}\nResources:\n"
            "  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: !Ref AWS::Region\n"
            "      AccessControl: !If [C, Private, !Ref AWS::NoValue]\n"
            "      Tags: !If [C, [{Key: a, Value: b}], !Ref AWS::NoValue]\n"
            "  F: {Type: AWS::Lambda::Function, Properties: {Code: src/, Role: !GetAtt R.Arn}}\n"
            "  X: {Type: Custom::Thing, Properties: {Any: thing}}\n"
            "  Y: {Type: Other::Vendor::Thing}\n"
            "  S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: t.yaml}}\n"
            "Outputs: {O: {Value: !GetAtt S.Outputs.Any}, P: {Value: !GetAtt X.Any}}\n"),
        Lines{});
}

TEST(Resources, ChecksBothBranchesOfAnIf) {
    EXPECT_EQ(
        resources_of("Conditions: {C: !Equals [a, b]}\nResources:\n"
                     "  B:\n    Type: AWS::S3::Bucket\n    Properties:\n"
                     "      AccessControl: !If [C, Private, Pulbic]\n")
            .size(),
        1U);
}

TEST(Resources, ChecksAttributes) {
    EXPECT_EQ(
        resources_of("Resources: {T: {Type: AWS::DynamoDB::Table, Properties: {KeySchema: []}}}\n"
                     "Outputs: {O: {Value: !GetAtt T.Anr},\n P: {Value: !Sub '${T}-${T.Anr}'}}\n"),
        (Lines{
            "2: Fn::GetAtt: T (AWS::DynamoDB::Table) has no attribute Anr (did you mean Arn?)",
            "3: Fn::GetAtt: T (AWS::DynamoDB::Table) has no attribute Anr (did you mean Arn?)"}));
}

TEST(Resources, ChecksWhatSamPassesOn) {
    EXPECT_EQ(
        resources_of(
            std::string(sam) + "Resources:\n  F:\n    Type: AWS::Serverless::Function\n"
                               "    Properties:\n      Handler: a.b\n      Runtime: python3.13\n"
                               "      InlineCode: x\n      RecursiveLoop: Alow\n"
                               "      VpcConfig: {SubnetId: [a]}\n"),
        (Lines{
            "10: VpcConfig has no property SubnetId (did you mean SubnetIds?)",
            "9: RecursiveLoop cannot be Alow (did you mean Allow?)"}));
}

} // namespace
} // namespace samara::transform
