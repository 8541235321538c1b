#include "unit/transform/transform_support.h"

#include <fmt/format.h>

/// What a REST API's properties and events write into its definition.
namespace samara::transform {
namespace {

using namespace test;

/// A REST API named Api with these properties, each line six blanks deep.
std::string api(std::string_view properties) {
    return fmt::format(
        "  Api:\n    Type: AWS::Serverless::Api\n    Properties:\n      StageName: v1\n{}",
        properties);
}

/// The API beside a function F with one event on GET /a and these properties of the event.
std::string routed(std::string_view event, std::string_view properties) {
    return with_function(
        fmt::format(
            "      Events:\n        E: {{Type: Api, Properties: {{RestApiId: !Ref Api, Path: /a, "
            "Method: get{}{}}}}}\n",
            event.empty() ? "" : ", ",
            event),
        api(properties));
}

const std::string body = "Resources.Api.Properties.Body.";
const std::string answered =
    "      DefinitionBody:\n        swagger: '2.0'\n        paths:\n          /a:\n"
    "            get: {x-amazon-apigateway-integration: {uri: x}}\n"
    "            put: {responses: {}}\n";

TEST(RestDefinition, TakesWhatIsEmptyForNotGiven) {
    const Output output =
        run("Resources:\n" +
            api("      DefinitionBody: {}\n      Auth: {}\n      Cors: ''\n      Models: {}\n"
                "      DefinitionUri: ''\n      FailOnWarnings: false\n      "
                "EndpointConfiguration: {}\n"));
    EXPECT_EQ(part(output, body + "swagger"), R"("2.0")");
    EXPECT_EQ(part(output, "Resources.Api.Properties.FailOnWarnings"), "null");
    EXPECT_EQ(part(output, "Resources.Api.Properties.EndpointConfiguration"), "null");
}

TEST(RestDefinition, SecuresOnlyWhatIsAnswered) {
    const Output output =
        run("Resources:\n" +
            api(answered + "      Auth: {ApiKeyRequired: true, DefaultAuthorizer: P, Authorizers: "
                           "{P: {UserPoolArn: arn, AuthorizationScopes: [s]}}}\n"));
    EXPECT_EQ(part(output, body + "paths./a.get.security"), R"([{"P":["s"]},{"api_key":[]}])");
    EXPECT_EQ(part(output, body + "paths./a.put"), R"({"responses":{}})");
}

TEST(RestDefinition, WantsADocumentForWhatIsWrittenIntoIt) {
    for (const char* property :
         {"Auth: {ApiKeyRequired: true}",
          "Cors: \"'*'\"",
          "Models: {M: {type: object}}",
          "GatewayResponses: {UNAUTHORIZED: {StatusCode: 401}}"}) {
        const Output output =
            run("Resources:\n" + api(fmt::format(
                                     "      DefinitionBody: {{Fn::Transform: {{Name: "
                                     "AWS::Include, Parameters: {{Location: l}}}}}}\n      {}\n",
                                     property)));
        ASSERT_EQ(errors(output).size(), 1U) << property;
        EXPECT_TRUE(errors(output).front().starts_with("Api: ")) << property;
    }
}

TEST(RestDefinition, TakesTheEndpointSwitchBesideWhatIsAMap) {
    const std::string setting = "x-amazon-apigateway-endpoint-configuration: ";
    const auto with = [&](const std::string& value) {
        return run(
            "Resources:\n" + api("      DisableExecuteApiEndpoint: true\n      "
                                 "DefinitionBody: {swagger: '2.0', paths: {}, " +
                                 setting + value + "}\n"));
    };
    EXPECT_EQ(
        part(with("{a: b}"), body + "x-amazon-apigateway-endpoint-configuration"),
        R"({"a":"b","disableExecuteApiEndpoint":true})");
    for (const char* broken : {"null", "[]", "text"}) {
        ASSERT_EQ(errors(with(broken)).size(), 1U) << broken;
        EXPECT_TRUE(errors(with(broken)).front().starts_with(": x-amazon")) << broken;
    }
}

TEST(RestDefinition, TellsOfBrokenSecuritySchemesWhereItPutsInMore) {
    const std::string broken = "      DefinitionBody: {swagger: '2.0', paths: {}, "
                               "securityDefinitions: []}\n";
    const auto count = [&](const std::string& auth) {
        const std::string table =
            "  T: {Type: AWS::Serverless::SimpleTable, Properties: {Nope: 1}}\n";
        return errors(run("Resources:\n" + table + api(broken + "      Auth: " + auth + "\n")))
            .size();
    };
    EXPECT_EQ(count("{ResourcePolicy: {AwsAccountWhitelist: ['123456789012']}}"), 1U);
    EXPECT_EQ(count("{ApiKeyRequired: true}"), 2U);
    EXPECT_EQ(count("{Authorizers: {P: {UserPoolArn: arn}}}"), 1U); // that one, and nothing else
}

TEST(RestDefinition, StaysSwaggerWhenItSaysSo) {
    const std::string auth = "      OpenApiVersion: 3.0.1\n      Auth: {ApiKeyRequired: true}\n";
    const Output own = run("Resources:\n" + api(answered + auth));
    EXPECT_EQ(part(own, body + "securityDefinitions.api_key.in"), R"("header")");
    EXPECT_EQ(part(own, body + "components"), "null");
    const Output sams = run(routed("", auth));
    EXPECT_EQ(part(sams, body + "components.securitySchemes.api_key.in"), R"("header")");
    EXPECT_EQ(part(sams, body + "swagger"), "null");
}

TEST(RestDefinition, RefusesOtherVersionsAndTwoDefinitions) {
    for (const char* wrong :
         {"      OpenApiVersion: '3'\n",
          "      OpenApiVersion: 4.0.0\n",
          "      DefinitionUri: s3://b/k\n      DefinitionBody: {swagger: '2.0', paths: {}}\n",
          "      DefinitionUri: s3://b/k\n      MergeDefinitions: true\n"}) {
        EXPECT_EQ(errors(run("Resources:\n" + api(wrong))).size(), 1U) << wrong;
    }
}

TEST(RestDefinition, DeclaresTheAgeOfAPreflightAsAnInteger) {
    const Output output =
        run(routed("", "      Cors: {AllowOrigin: \"'x'\", MaxAge: 0, AllowHeaders: ''}\n"));
    EXPECT_EQ(
        part(output, body + "paths./a.options.responses.200.headers"),
        R"({"Access-Control-Allow-Origin":{"type":"string"},)"
        R"("Access-Control-Allow-Methods":{"type":"string"},)"
        R"("Access-Control-Max-Age":{"type":"integer"}})");
}

TEST(RestDefinition, RefusesAPreflightWithoutOrigin) {
    const Output output = run(routed("", "      Cors: {AllowOrigin: '', MaxAge: 1}\n"));
    ASSERT_EQ(errors(output).size(), 1U);
    EXPECT_TRUE(errors(output).front().starts_with("Api: AllowOrigin"));
}

TEST(RestAuth, AppliesWithoutItsAuthorizersOnlyWhatNeedsNone) {
    const Output output = run(routed("", "      Auth: {DefaultAuthorizer: Missing}\n"));
    EXPECT_EQ(output.diagnostics.size(), 1U); // a warning
    EXPECT_EQ(part(output, body + "paths./a.get.security"), "null");
}

TEST(RestAuth, ResolvesParameters) {
    const Output output = run(
        "Parameters: {Pool: {Type: String, Default: arn:pool}}\n" +
        routed(
            "",
            "      Auth: {DefaultAuthorizer: P, Authorizers: {P: {UserPoolArn: !Ref Pool}}}\n"));
    EXPECT_EQ(
        part(output, body + "securityDefinitions.P.x-amazon-apigateway-authorizer.providerARNs"),
        R"(["arn:pool"])");
}

TEST(RestAuth, ExemptsFromTheKeyOnlyWhereTheApiAsksForOne) {
    const Output exempt =
        run(routed("Auth: {ApiKeyRequired: false}", "      Auth: {ApiKeyRequired: true}\n"));
    EXPECT_EQ(part(exempt, body + "paths./a.get.security"), "[]");
    const Output useless = run(routed("Auth: {ApiKeyRequired: false}", ""));
    ASSERT_EQ(errors(useless).size(), 1U);
    EXPECT_TRUE(errors(useless).front().starts_with("F/E: ApiKeyRequired: false needs"));
}

TEST(RestAuth, CallsAsNobodyWithAnInvokeRoleThatIsNull) {
    const std::string credentials =
        body + "paths./a.get.x-amazon-apigateway-integration.credentials";
    const std::string iam = "      Auth: {DefaultAuthorizer: AWS_IAM}\n";
    EXPECT_EQ(part(run(routed("", iam)), credentials), R"("arn:aws:iam::*:user/*")");
    EXPECT_EQ(
        part(run(routed("Auth: {Authorizer: AWS_IAM, InvokeRole: null}", iam)), credentials),
        "null");
    EXPECT_EQ(part(run(routed("Auth: {AuthorizationScopes: [s]}", iam)), credentials), "null");
}

TEST(RestAuth, OverridesTheApisWithSomething) {
    const Output output = run(routed("Auth: {OverrideApiAuth: true}", answered));
    ASSERT_EQ(errors(output).size(), 1U);
    EXPECT_TRUE(errors(output).front().starts_with("F/E: OverrideApiAuth needs"));
}

TEST(RestAuth, RefusesSecurityThatIsNoListOfMaps) {
    for (const char* security : {"null", "{P: []}", "[P]"}) {
        const Output output =
            run("Resources:\n" +
                api(fmt::format(
                    "      DefinitionBody: {{swagger: '2.0', paths: {{/a: {{get: {{security: {}, "
                    "x-amazon-apigateway-integration: {{uri: x}}}}}}}}}}\n"
                    "      Auth: {{ApiKeyRequired: true}}\n",
                    security)));
        EXPECT_EQ(errors(output).size(), 1U) << security;
    }
}

TEST(RestPolicy, NamesTheStageOnlyWhenItIsAText) {
    const std::string policy = "Auth: {ResourcePolicy: {AwsAccountWhitelist: ['1']}}";
    const std::string stage =
        body + "x-amazon-apigateway-policy.Statement.Resource.0.Fn::Sub.1.__Stage__";
    EXPECT_EQ(part(run(routed(policy, "")), stage), R"("v1")");
    EXPECT_EQ(
        part(
            run("Resources:\n"
                "  Api:\n    Type: AWS::Serverless::Api\n    Properties: {StageName: !Ref S}\n"
                "  F:\n    Type: AWS::Serverless::Function\n    Properties:\n"
                "      {Handler: a.b, Runtime: python3.12, CodeUri: s3://b/k, Events: {E: {Type: "
                "Api, Properties: {RestApiId: !Ref Api, Path: /a, Method: get, " +
                policy + "}}}}\n"),
            stage),
        R"("Stage")");
}

TEST(RestPolicy, IsWrittenAlsoWhenItSaysNothing) {
    const Output output = run(routed("", "      Auth: {ResourcePolicy: {IpRangeWhitelist: []}}\n"));
    EXPECT_EQ(part(output, body + "x-amazon-apigateway-policy"), "{}");
}

TEST(RestPolicy, TellsVpcsFromTheirEndpoints) {
    const Output output = run(
        routed("", "      Auth: {ResourcePolicy: {SourceVpcBlacklist: [vpc-1, vpce-2, other]}}\n"));
    EXPECT_EQ(
        part(output, body + "x-amazon-apigateway-policy.Statement.1.Condition"),
        R"({"StringEquals":{"aws:SourceVpc":["vpc-1"],"aws:SourceVpce":["vpce-2"]}})");
}

TEST(MergeDefinitions, TakesTheOperationOfTheEventAlone) {
    const Output output =
        run(routed("Auth: {ApiKeyRequired: true}", answered + "      MergeDefinitions: true\n"));
    EXPECT_EQ(
        part(output, body + "paths./a.get.x-amazon-apigateway-integration.type"), R"("aws_proxy")");
    EXPECT_EQ(part(output, body + "paths./a.get.security"), R"([{"api_key":[]}])");
    EXPECT_EQ(part(output, body + "securityDefinitions"), "null");
    EXPECT_EQ(part(output, body + "paths./a.put"), R"({"responses":{}})");
}

TEST(MergeDefinitions, RefusesAnOperationThatIsNoMap) {
    const Output output = run(routed(
        "",
        "      MergeDefinitions: true\n"
        "      DefinitionBody: {swagger: '2.0', paths: {/a: {get: [x]}}}\n"));
    ASSERT_EQ(errors(output).size(), 1U);
    EXPECT_TRUE(
        errors(output).front().starts_with("Api/E: GET") ||
        errors(output).front().starts_with("Api/E: /a get"));
}

TEST(RestTransferMode, StreamsThroughAnArnOfItsOwn) {
    const std::string integration = body + "paths./a.get.x-amazon-apigateway-integration.";
    const Output streamed = run(routed("ResponseTransferMode: RESPONSE_STREAM", ""));
    EXPECT_EQ(part(streamed, integration + "responseTransferMode"), R"("STREAM")");
    EXPECT_NE(
        part(streamed, integration + "uri").find("response-streaming-invocations"),
        std::string::npos);
    const Output buffered = run(routed("ResponseTransferMode: BUFFERED", ""));
    EXPECT_EQ(part(buffered, integration + "responseTransferMode"), "null");
}

TEST(RestTags, ReachAllThatIsGeneratedOnlyWhenPropagated) {
    const std::string tagged = "      Tags: {k: v}\n      Auth: {UsagePlan: {CreateUsagePlan: "
                               "PER_API}}\n";
    const Output own = run("Resources:\n" + api(tagged));
    EXPECT_EQ(part(own, "Resources.Api.Properties.Tags"), "null");
    EXPECT_EQ(part(own, "Resources.Apiv1Stage.Properties.Tags.0.Key"), R"("k")");
    const Output passed = run("Resources:\n" + api(tagged + "      PropagateTags: true\n"));
    for (const char* id : {"Api", "ApiUsagePlan", "ApiApiKey", "Apiv1Stage"}) {
        EXPECT_EQ(part(passed, fmt::format("Resources.{}.Properties.Tags.0.Key", id)), R"("k")")
            << id;
    }
}

TEST(RestDeployment, IsNewEachTimeWithAlwaysDeploy) {
    const std::string stage = "Resources.Apiv1Stage.Properties.DeploymentId.Ref";
    const std::string yaml = "Resources:\n" + api("      AlwaysDeploy: true\n");
    Options earlier;
    earlier.now = 1700000000;
    Options later;
    later.now = 1700000001;
    EXPECT_EQ(part(run(yaml, earlier), stage), part(run(yaml, earlier), stage));
    EXPECT_NE(part(run(yaml, earlier), stage), part(run(yaml, later), stage));
}

TEST(RestDeployment, IsNewWhenAFunctionsNameChanges) {
    const std::string stage = "Resources.Apiv1Stage.Properties.DeploymentId.Ref";
    std::vector<std::string> seen;
    for (const char* name : {"''", "one", "!Sub '${AWS::StackName}-one'", "!Sub two"}) {
        seen.push_back(part(
            run(with_function(
                fmt::format(
                    "      FunctionName: {}\n      Events: {{E: {{Type: Api, Properties: "
                    "{{RestApiId: !Ref Api, Path: /a, Method: get}}}}}}\n",
                    name),
                api(""))),
            stage));
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(std::unique(seen.begin(), seen.end()), seen.end());
}

TEST(SharedUsagePlan, KeepsWhatAnyOfItsApisKeeps) {
    std::string yaml = "Resources:\n";
    for (const auto& [name, policy] :
         {std::pair{"One", "Delete"}, std::pair{"Two", "Retain"}, std::pair{"Three", "Delete"}}) {
        yaml += fmt::format(
            "  {}:\n    Type: AWS::Serverless::Api\n    DeletionPolicy: {}\n    Properties: "
            "{{StageName: v1, Auth: {{UsagePlan: {{CreateUsagePlan: SHARED}}}}}}\n",
            name,
            policy);
    }
    EXPECT_EQ(part(run(yaml), "Resources.ServerlessUsagePlan.DeletionPolicy"), R"("Retain")");
}

} // namespace
} // namespace samara::transform
