#include "base/hash.h"
#include "transform/core/context.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"
#include "transform/core/parameters.h"
#include "unit/transform/transform_support.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;
using test::errors;
using test::ids;
using test::part;
using test::run;
using test::with_function;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Hash, GivesTheKnownDigests) {
    EXPECT_EQ(base::sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(
        base::sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(LogicalId, HashesSortedCompactAsciiJson) {
    EXPECT_EQ(
        hash_input(Map{{"b", List{1, 1.5, true, nullptr}}, {"a", "q\"\\\n\u00e9\U0001F600"}}),
        "{\"a\":\"q\\\"\\\\\\n\\u00e9\\ud83d\\ude00\",\"b\":[1,1.5,true,null]}");
    EXPECT_EQ(hash_input("plain"), "plain");
    EXPECT_EQ(hashed_id("Prefix", "abc"), "Prefixa9993e3647");
}

TEST(LogicalId, KeepsLettersAndDigitsOnly) {
    EXPECT_EQ(alphanumeric("a-b_c.d/\u00e9Z9"), "abcdZ9");
}

TEST(Intrinsics, KnowsACallFromAMap) {
    EXPECT_TRUE(is_intrinsic(Map{{"Ref", "X"}}));
    EXPECT_TRUE(is_intrinsic(Map{{"Fn::Anything", 1}}));
    EXPECT_FALSE(is_intrinsic(Map{{"Ref", "X"}, {"Other", 1}}));
    EXPECT_FALSE(is_intrinsic(Map{{"Reference", "X"}}));
    EXPECT_FALSE(is_intrinsic("Ref"));
}

class ParametersTest : public testing::Test {
protected:
    Value parameters =
        Map{{"Name", Map{{"Type", "String"}, {"Default", "n"}}},
            {"Empty", Map{{"Type", "String"}}},
            {"Count", Map{{"Type", "Number"}, {"Default", 3}}}};
    Value mappings = Map{{"M", Map{{"n", Map{{"k", "found"}}}}}};
    Options options;
};

TEST_F(ParametersTest, ReplaceWhatIsKnownAndLeaveTheRest) {
    const Parameters known(&parameters, &mappings, options, "aws");
    EXPECT_EQ(known.resolve(make_ref("Name")), Value("n"));
    EXPECT_EQ(known.resolve(make_ref("Count")), Value(3));
    EXPECT_EQ(known.resolve(make_ref("Empty")), make_ref("Empty"));
    EXPECT_EQ(known.resolve(make_ref("AWS::Region")), Value("us-east-1"));
    EXPECT_EQ(known.resolve(make_ref("AWS::AccountId")), make_ref("AWS::AccountId"));
}

TEST_F(ParametersTest, SubstituteInsideTexts) {
    const Parameters known(&parameters, &mappings, options, "aws");
    EXPECT_EQ(
        known.resolve(make_sub("${Name}-${Count}-${Empty}-${!Name}")),
        make_sub("n-3-${Empty}-${!Name}"));
    // As AWS's transform does: a parameter goes before a variable of the function.
    EXPECT_EQ(
        known.resolve(make_sub("${Name}", {{"Name", "own"}})), make_sub("n", {{"Name", "own"}}));
}

TEST_F(ParametersTest, LookIntoMappingsWithResolvedKeys) {
    const Parameters known(&parameters, &mappings, options, "aws");
    const Value path = Map{{"Fn::FindInMap", List{"M", make_ref("Name"), "k"}}};
    EXPECT_EQ(known.resolve(path), Value("found"));
    EXPECT_EQ(known.resolve_references(path), Value(Map{{"Fn::FindInMap", List{"M", "n", "k"}}}));
}

TEST_F(ParametersTest, OverridesGoBeforeDefaults) {
    options.parameter_overrides["Name"] = "other";
    const Parameters known(&parameters, &mappings, options, "aws");
    EXPECT_EQ(*known.find("Name"), Value("other"));
}

TEST(References, FollowGeneratedAndRenamedResourcesInEveryFunction) {
    Value document = Map{{"Resources", Map{}}};
    const Options options;
    Context context(document, options);
    context.refer("F", "Alias", "FAliaslive");
    context.rename("Layer", "Layer123");
    Value value = List{
        make_ref("F.Alias"),
        make_ref("Layer"),
        make_ref("F.Other"),
        make_sub("${F.Alias}/${Layer}/${F.Arn}/${Other}"),
        make_get_att("F.Alias", "Arn"),
        make_get_att("Layer", "Arn"),
        Map{{"Layer", "no reference"}}};
    context.resolve_generated_references(value);
    EXPECT_EQ(
        value,
        Value(List{
            make_ref("FAliaslive"),
            make_ref("Layer123"),
            make_ref("F.Other"),
            make_sub("${FAliaslive}/${Layer123}/${F.Arn}/${Other}"),
            make_get_att("FAliaslive", "Arn"),
            make_get_att("Layer123", "Arn"),
            Map{{"Layer", "no reference"}}}));
}

TEST(Transform, RefusesWhatIsNoTemplate) {
    EXPECT_THAT(errors(run("[]")), ElementsAre(HasSubstr("must be a map")));
    EXPECT_THAT(errors(run("Resource: {}")), ElementsAre(HasSubstr("no Resources")));
    EXPECT_THAT(errors(run("Resources: {}")), ElementsAre(HasSubstr("no Resources")));
    EXPECT_THAT(
        errors(run("Resources: {A: }")), ElementsAre(HasSubstr("resource A must be a map")));
}

TEST(Transform, LeavesPlainResourcesAndSectionsAlone) {
    const Output output = run("Transform: AWS::Serverless-2016-10-31\n"
                              "Description: d\n"
                              "Resources: {B: {Type: AWS::S3::Bucket, DependsOn: C}}\n"
                              "Outputs: {O: {Value: !Ref B}}\n");
    EXPECT_EQ(
        part(output, ""),
        R"({"Description":"d","Resources":{"B":{"Type":"AWS::S3::Bucket","DependsOn":"C"}},)"
        R"("Outputs":{"O":{"Value":{"Ref":"B"}}}})");
}

TEST(Transform, KeepsTransformsOfOthers) {
    const Output output = run("Transform: [AWS::Serverless-2016-10-31, Mine]\n"
                              "Resources: {B: {Type: AWS::S3::Bucket}}\n");
    EXPECT_EQ(part(output, "Transform"), R"(["Mine"])");
}

TEST(Transform, ReportsEveryMistakeWithItsPlace) {
    const Output output = run("Resources:\n"
                              "  A:\n"
                              "    Type: AWS::Serverless::Function\n"
                              "    Properties: {Handlr: x, Runtime: python3.12, Handler: h}\n"
                              "  B:\n"
                              "    Type: AWS::Serverless::Function\n"
                              "    Properties:\n"
                              "      Layers: arn\n"
                              "      Tags: 3\n");
    EXPECT_THAT(
        errors(output),
        ElementsAre(
            "A: there is no property Handlr (did you mean Handler?)",
            "B: property Layers must be a list of strings, not a string",
            "B: property Tags must be a map, not a number"));
    EXPECT_EQ(base::to_string(output.diagnostics[0].error.where), "template.yaml:4:18");
    EXPECT_EQ(base::to_string(output.diagnostics[2].error.where), "template.yaml:9:13");
    EXPECT_EQ(output.diagnostics[2].error.property, "Tags");
}

TEST(Transform, RefusesAGeneratedResourceThatIsThereAlready) {
    const Output output = run(test::with_function("", "  FRole: {Type: AWS::IAM::Role}\n"));
    EXPECT_THAT(errors(output), ElementsAre(HasSubstr("F generates a resource FRole")));
}

TEST(Globals, MergeMapsJoinListsAndYieldToTheResource) {
    const Output output =
        run("Globals:\n"
            "  Function:\n"
            "    Runtime: python3.12\n"
            "    Timeout: 5\n"
            "    Layers: [global]\n"
            "    Environment: {Variables: {A: 1, B: 2}}\n" +
            test::with_function("      Timeout: 9\n"
                                "      Layers: [own]\n"
                                "      Environment: {Variables: {B: 3}}\n"));
    const std::string properties = "Resources.F.Properties.";
    EXPECT_EQ(part(output, properties + "Timeout"), "9");
    EXPECT_EQ(part(output, properties + "Layers"), R"(["global","own"])");
    EXPECT_EQ(part(output, properties + "Environment.Variables"), R"({"A":1,"B":3})");
}

/// The id that a deployment had at AWS, which hashes the members of a merged map in the order of a
/// Python 2 copy of the map in Globals: with that of a map as it is written, it would be
/// 43f6e53116.
TEST(Globals, KeepTheOrderOfTheMapThatTheyAreMergedInto) {
    const std::string globals = "Globals:\n"
                                "  Api:\n"
                                "    Domain:\n"
                                "      DomainName: d.example.com\n"
                                "      CertificateArn: arn\n";
    const std::string rest = "      EndpointConfiguration: PRIVATE\n"
                             "      BasePath: [a]\n"
                             "      Route53:\n"
                             "        HostedZoneId: Z\n"
                             "        VpcEndpointDomainName: v\n"
                             "        VpcEndpointHostedZoneId: w\n"
                             "      Policy: {Version: x}\n";
    const std::string resources = "Resources:\n"
                                  "  Api:\n"
                                  "    Type: AWS::Serverless::Api\n";
    const std::string properties = "    Properties:\n"
                                   "      StageName: Prod\n"
                                   "      OpenApiVersion: 3.0.1\n";
    const auto deployment = [](const Output& output) {
        return part(output, "Resources.ApiProdStage.Properties.DeploymentId.Ref");
    };
    EXPECT_EQ(
        deployment(
            run(globals + rest + resources + properties +
                "      Domain: {DomainName: e.example.com}\n")),
        R"("ApiDeployment6cb2f3a6e4")");
    EXPECT_EQ(
        deployment(
            run(globals + resources + "    IgnoreGlobals: [Domain]\n" + properties +
                "      Domain: {DomainName: e.example.com, CertificateArn: arn, "
                "EndpointConfiguration: PRIVATE, BasePath: [a], Route53: {HostedZoneId: Z, "
                "VpcEndpointDomainName: v, VpcEndpointHostedZoneId: w}, Policy: {Version: x}}\n")),
        R"("ApiDeployment43f6e53116")");
}

TEST(Globals, AreIgnoredWhereTheResourceSaysSo) {
    const std::string globals = "Globals: {Function: {Timeout: 5, MemorySize: 128}}\n";
    const std::string resource = test::with_function("");
    const Output some = run(globals + resource + "    IgnoreGlobals: [Timeout]\n");
    EXPECT_EQ(part(some, "Resources.F.Properties.Timeout"), "null");
    EXPECT_EQ(part(some, "Resources.F.Properties.MemorySize"), "128");
    const Output all = run(globals + resource + "    IgnoreGlobals: '*'\n");
    EXPECT_EQ(part(all, "Resources.F.Properties.MemorySize"), "null");
    const Output none = run(globals + resource + "    IgnoreGlobals: ''\n");
    EXPECT_EQ(part(none, "Resources.F.Properties.MemorySize"), "128");
}

TEST(Globals, NameWhatTheyDoNotTake) {
    EXPECT_THAT(
        errors(run("Globals: {Function: {Timeot: 1}, Functions: {}}\n" + test::with_function(""))),
        ElementsAre(
            ": Globals.Function does not take the property Timeot (did you mean Timeout?)",
            ": Globals has no section Functions (did you mean Function?)"));
}

TEST(Sections, ConditionsMustBeAMap) {
    const std::string_view resources = "Resources: {T: {Type: AWS::Serverless::SimpleTable}}\n";
    for (const std::string_view wrong : {"Conditions: text\n", "Conditions: [a]\n"}) {
        const Output output = run(std::string(wrong) + std::string(resources));
        EXPECT_EQ(errors(output).size(), 1U) << wrong;
        EXPECT_EQ(output.diagnostics.front().error.where.line, 1U);
    }
    EXPECT_TRUE(errors(run("Conditions:\n" + std::string(resources))).empty());
}

TEST(Attributes, AreHandedOnAsAwsDoes) {
    const std::string attributes = "    Condition: C\n    DeletionPolicy: Retain\n"
                                   "    UpdateReplacePolicy: Delete\n    DependsOn: T\n"
                                   "    Metadata: {Note: x}\n    UpdatePolicy: {a: b}\n";
    const Output whole = run(
        "Conditions: {C: !Equals [a, b]}\n" +
        with_function(
            "      AutoPublishAlias: live\n      EventInvokeConfig: {MaximumRetryAttempts: 1}\n",
            attributes +
                "  L:\n    Type: AWS::Serverless::LayerVersion\n"
                "    Properties: {ContentUri: s3://b/k}\n" +
                attributes + "  T: {Type: AWS::SNS::Topic}\n"));
    const auto attribute = [&](std::string_view id, std::string_view name) {
        return part(whole, fmt::format("Resources.{}.{}", id, name));
    };
    for (const char* id : {"F", "FRole", "FAliaslive", "FEventInvokeConfig"}) {
        EXPECT_EQ(attribute(id, "Condition"), R"("C")") << id;
        EXPECT_EQ(attribute(id, "DeletionPolicy"), R"("Retain")") << id;
        EXPECT_EQ(attribute(id, "UpdateReplacePolicy"), R"("Delete")") << id;
    }
    EXPECT_EQ(attribute("F", "Metadata"), R"({"Note":"x"})");
    EXPECT_EQ(attribute("F", "UpdatePolicy"), R"({"a":"b"})");
    EXPECT_EQ(attribute("F", "DependsOn"), R"("T")");
    EXPECT_EQ(attribute("FEventInvokeConfig", "Metadata"), R"({"Note":"x"})");
    EXPECT_EQ(attribute("FEventInvokeConfig", "DependsOn"), R"(["FAliaslive"])");
    EXPECT_EQ(attribute("FRole", "Metadata"), "null");
    EXPECT_EQ(attribute("FRole", "DependsOn"), "null");
    const std::vector<std::string> all = ids(whole);
    const auto layer = std::find_if(
        all.begin(), all.end(), [](const std::string& id) { return id.starts_with("L"); });
    ASSERT_NE(layer, all.end());
    EXPECT_EQ(attribute(*layer, "DependsOn"), R"("T")");
    EXPECT_EQ(attribute(*layer, "Metadata"), "null");
}

TEST(Globals, IgnoreGlobalsIsReadOnlyWhereThereIsSomethingToIgnore) {
    const std::string resource = "    IgnoreGlobals: [Timeout]\n";
    EXPECT_TRUE(errors(run(with_function("", resource))).empty());
    EXPECT_TRUE(errors(run("Globals: {Api: {Name: a}}\n" + with_function("", resource))).empty());
    EXPECT_EQ(
        errors(run("Globals: {Function: {MemorySize: 5}}\n" + with_function("", resource))).size(),
        1U);
}

TEST(Properties, LetThroughWithAWarningWhatAwsDoesNotRead) {
    const Output output = run(with_function("      Timeout: [1]\n"
                                            "      EventInvokeConfig: {MaximumRetryAttempt: 1}\n"));
    EXPECT_FALSE(base::has_errors(output.diagnostics));
    ASSERT_EQ(output.diagnostics.size(), 2U);
    EXPECT_EQ(
        output.diagnostics[0].error.message,
        "property Timeout is meant to be a string or number, not a list");
    EXPECT_EQ(output.diagnostics[1].error.hint, "did you mean MaximumRetryAttempts?");
}

TEST(ManagedPolicies, AreThoseOfThePartition) {
    const auto arns = [](std::string_view region) {
        Options options;
        options.region = region;
        return part(
            run(with_function(
                    "      Policies: [TranslateReadOnly, AWSLambdaDynamoDBExecutionRole]\n"),
                options),
            "Resources.FRole.Properties.ManagedPolicyArns");
    };
    EXPECT_EQ(
        arns("eu-west-1"),
        R"(["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",)"
        R"("arn:aws:iam::aws:policy/TranslateReadOnly",)"
        R"("arn:aws:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole"])");
    EXPECT_EQ(
        arns("cn-north-1"),
        R"(["arn:aws-cn:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",)"
        R"("TranslateReadOnly",)"
        R"("arn:aws-cn:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole"])");
}

TEST(LocalPaths, BecomePlacesInAStandInBucketWithOneWarning) {
    Options options;
    options.artifact_exists = [](std::string_view path) {
        return path == "./src/" || path == "layer";
    };
    const std::string layer =
        "  L: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer}}\n";
    const auto function = [](std::string_view code) {
        return fmt::format(
            "Resources:\n  F: {{Type: AWS::Serverless::Function, Properties: {{Handler: h, "
            "Runtime: "
            "r, CodeUri: '{}'}}}}\n",
            code);
    };
    const Output output = run(function("./src/") + layer, options);
    EXPECT_EQ(
        part(output, "Resources.F.Properties.Code"),
        R"({"S3Bucket":"samara-artifacts","S3Key":"src"})");
    EXPECT_EQ(output.diagnostics.size(), 1U);
    for (const char* other : {"missing", "", "https://host/path"}) {
        EXPECT_TRUE(base::has_errors(run(function(other), options).diagnostics)) << other;
    }
}

/// Whom AWS's transform names in an error.
struct Blamed {
    std::string_view resource;
    std::string_view name;
};

constexpr Blamed blamed[] = {
    {"{Type: AWS::Serverless::SimpleTable, Properties: null}", "X: "},
    {"{Type: AWS::Serverless::Api, Properties: {StageName: p, GatewayResponses: {THROTTLED: "
     "null}}}",
     "X: "},
    {"{Type: AWS::Serverless::Api, Properties: {StageName: p, GatewayResponses: {THROTTLED: "
     "{ResponseParameters: {Headers: null}}}}}",
     "X: "},
    {"{Type: AWS::Serverless::Api, Properties: {StageName: p, Auth: {Authorizers: {A: null}}}}",
     "X: "},
    {"{Type: AWS::Serverless::Api, Properties: {StageName: p, Auth: {Authorizers: {A: "
     "{UserPoolArn: "
     "a, DisableFunctionDefaultPermissions: 'yes'}}}}}",
     "X: "},
    {"{Type: AWS::Serverless::HttpApi, Properties: {DefinitionBody: {openapi: 3.0.1, paths: {}}, "
     "Auth: {Authorizers: {A: null}}}}",
     "X: "},
    {"{Type: AWS::Serverless::WebSocketApi, Properties: {RouteSelectionExpression: a, Routes: "
     "{$connect: null}}}",
     "X: "},
    {"{Type: AWS::Serverless::GraphQLApi, Properties: {SchemaInline: a, Auth: {Type: API_KEY}, "
     "ApiKeys: {K: null}}}",
     "X: "},
    {"{Type: AWS::Serverless::GraphQLApi, Properties: {SchemaInline: a, Auth: {Type: API_KEY}, "
     "Functions: {F: null}}}",
     "X: "},
    {"{Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: python3.12, "
     "InlineCode: "
     "x, Events: {E: {Type: AlexaSkill, Properties: null}}}}",
     "XE/E: "},
    {"{Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: s3://a/b, Events: {E: "
     "{Type: "
     "EventBridgeRule, Properties: null}}}}",
     "XE/E: "},
    {"{Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: s3://a/b, "
     "AutoPublishAlias: "
     "a-b}}",
     "XAliasa-b: "},
    {"{Type: AWS::SNS::Topic, Connectors: {C: x}}", "XC: "},
    {"{Type: AWS::SNS::Topic, Connectors: {C: {}}}", "X: "},
    {"{Type: AWS::SNS::Topic, Connectors: {C: {Properties: {SourceReference: x}}}}", "X: "},
    {"{Type: AWS::SNS::Topic, Connectors: {C: {Properties: {SourceReference: {Id: X}}}}}", "C: "},
};

TEST(Errors, NameWhomAwsNames) {
    for (const Blamed& one : blamed) {
        const auto told = errors(run(fmt::format("Resources:\n  X: {}\n", one.resource)));
        ASSERT_EQ(told.size(), 1U) << one.resource << testing::PrintToString(told);
        EXPECT_TRUE(told.front().starts_with(one.name)) << one.resource << ": " << told.front();
    }
}

} // namespace
} // namespace samara::transform
