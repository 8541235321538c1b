#include "unit/transform/transform_support.h"

#include <fmt/format.h>

/// AWS::Serverless::HttpApi, AWS::Serverless::WebSocketApi and HttpApi events.
namespace samara::transform {
namespace {

using namespace test;

const std::string body = "Resources.Api.Properties.Body.";
const std::string document =
    "DefinitionBody: {openapi: 3.0.1, info: {title: !Ref AWS::StackName}, paths: {/a: {get: "
    "{x-amazon-apigateway-integration: {uri: x}}, put: {responses: {}}}}}";
const std::string included =
    "DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: l}}}";

/// An HTTP API named Api with these properties in flow style.
std::string http(std::string_view properties) {
    return fmt::format(
        "  Api:\n    Type: AWS::Serverless::HttpApi\n    Properties: {{{}}}\n", properties);
}

/// Beside a function F with these events, each line eight blanks deep.
std::string routed(std::string_view events, std::string_view properties) {
    return with_function(fmt::format("      Events:\n{}", events), http(properties));
}

std::string event(std::string_view name, std::string_view properties) {
    return fmt::format(
        "        {}: {{Type: HttpApi, Properties: {{ApiId: !Ref Api{}{}}}}}\n",
        name,
        properties.empty() ? "" : ", ",
        properties);
}

TEST(HttpApi, WritesNameAndDescriptionIntoItsDefinition) {
    const Output output = run("Resources:\n" + http(document + ", Name: N, Description: D"));
    EXPECT_EQ(part(output, body + "info"), R"({"title":"N","description":"D"})");
    EXPECT_EQ(part(output, "Resources.Api.Properties.Name"), "null");
    const Output taken =
        run("Resources:\n" +
            http("DefinitionBody: {openapi: 3.0.1, info: {title: T}, paths: {}}, Name: N"));
    ASSERT_EQ(errors(taken).size(), 1U);
    EXPECT_TRUE(errors(taken).front().starts_with("Api: the definition has an info.title"));
}

TEST(HttpApi, ParametersOfAPathAreDeclaredOnce) {
    const Output output = run(routed(
        event("E", "Path: '/a/{id}/{b}', Method: get"),
        "DefinitionBody: {openapi: 3.0.1, paths: {'/a/{id}/{b}': {get: {parameters: [{name: "
        "other, in: header}, {in: query}, {name: id, in: query, x: y}]}}}}"));
    EXPECT_EQ(
        part(output, body + "paths./a/{id}/{b}.get.parameters"),
        R"([{"name":"other","in":"header"},{"in":"query"},{"name":"id","in":"path","x":"y",)"
        R"("required":true},{"name":"b","in":"path","required":true}])");
}

TEST(HttpApi, WantsADocumentForWhatIsWrittenIntoIt) {
    for (const char* property :
         {"Auth: {EnableIamAuthorizer: true}",
          "CorsConfiguration: true",
          "Tags: {k: v}",
          "Name: N",
          "Description: D",
          "DisableExecuteApiEndpoint: false"}) {
        for (const std::string& definition : {included, std::string("DefinitionUri: s3://b/k")}) {
            const Output output =
                run("Resources:\n" + http(fmt::format("{}, {}", definition, property)));
            EXPECT_EQ(errors(output).size(), 1U) << definition << ", " << property;
        }
    }
}

TEST(HttpApi, TakesADefinitionFromS3) {
    const Output output = run("Resources:\n" + http("DefinitionUri: 's3://b/k?versionId=1'"));
    EXPECT_EQ(
        part(output, "Resources.Api.Properties.BodyS3Location"),
        R"({"Bucket":"b","Key":"k","Version":"1"})");
    EXPECT_EQ(part(output, "Resources.ApiApiGatewayDefaultStage.Properties.Tags"), "null");
}

TEST(HttpApi, SecuresOnlyWhatIsAnswered) {
    const Output output =
        run("Resources:\n" +
            http(document + ", Auth: {DefaultAuthorizer: AWS_IAM, EnableIamAuthorizer: true}"));
    EXPECT_EQ(part(output, body + "paths./a.get.security"), R"([{"AWS_IAM":[]}])");
    EXPECT_EQ(part(output, body + "paths./a.put.security"), "null");
}

TEST(HttpApi, MergesCorsAndWritesIntrinsicFunctionsSmall) {
    const Output merged = run(
        "Resources:\n" +
        http("DefinitionBody: {openapi: 3.0.1, paths: {}, x-amazon-apigateway-cors: {maxAge: 1}}, "
             "CorsConfiguration: {AllowOrigins: [x], AllowCredentials: false}"));
    EXPECT_EQ(
        part(merged, body + "x-amazon-apigateway-cors"), R"({"maxAge":1,"allowOrigins":["x"]})");
    const Output chosen = run(
        "Conditions: {C: !Equals [a, b]}\nResources:\n" +
        http(document + ", CorsConfiguration: {Fn::If: [C, {AllowOrigins: [x]}, {MaxAge: 1}]}"));
    EXPECT_EQ(
        part(chosen, body + "x-amazon-apigateway-cors.Fn::If.1"), R"({"allowOrigins":["x"]})");
}

TEST(HttpApi, NamesItsStage) {
    const auto stage = [](std::string_view name) {
        const Output output =
            run("Resources:\n" + http(fmt::format("{}, StageName: {}", document, name)));
        for (const std::string& id : ids(output)) {
            if (id != "Api") {
                return id;
            }
        }
        return std::string();
    };
    EXPECT_EQ(stage("$default"), "ApiApiGatewayDefaultStage");
    EXPECT_EQ(stage("v1"), "Apiv1Stage");
    EXPECT_EQ(stage("!Ref S"), "ApiStage");
    EXPECT_TRUE(stage("v-1").starts_with("ApiStage"));
    EXPECT_EQ(stage("v-1").size(), std::string("ApiStage0123456789").size());
}

TEST(HttpApiEvent, KeepsWhatSaysNone) {
    const Output output = run(routed(
        event("E", "Path: /a, Method: get, Auth: {Authorizer: NONE}"),
        "Auth: {DefaultAuthorizer: AWS_IAM, EnableIamAuthorizer: true}"));
    EXPECT_EQ(part(output, body + "paths./a.get.security"), R"([{"NONE":[]}])");
}

TEST(HttpApiEvent, AsksForAnAuthorizerThatThereIs) {
    for (const char* auth :
         {"{AuthorizationScopes: [s]}", "{Authorizer: AWS_IAM}", "{Authorizer: X}"}) {
        const Output output =
            run(routed(event("E", fmt::format("Path: /a, Method: get, Auth: {}", auth)), ""));
        ASSERT_EQ(errors(output).size(), 1U) << auth;
        EXPECT_TRUE(errors(output).front().starts_with("F/E: ")) << auth;
    }
}

TEST(HttpApiEvent, NeedsNoPermissionBesideTheDefaultRoute) {
    const Output output = run(routed(event("A", "Path: /a, Method: get") + event("Z", ""), ""));
    const std::vector<std::string> all = ids(output);
    EXPECT_EQ(std::count(all.begin(), all.end(), "FZPermission"), 1);
    EXPECT_EQ(std::count(all.begin(), all.end(), "FAPermission"), 0);
}

TEST(HttpApiEvent, IsRefusedOnARouteThatAnotherAnswers) {
    const Output output =
        run(routed(event("A", "Path: /a, Method: get") + event("B", "Path: /a, Method: GET"), ""));
    ASSERT_EQ(errors(output).size(), 1U);
    const Output own = run(routed(event("A", "Path: /a, Method: get"), document));
    EXPECT_EQ(part(own, body + "paths./a.get.x-amazon-apigateway-integration.uri"), R"("x")");
}

TEST(HttpApiEvent, AddsItsRouteSettingsToThoseOfTheStage) {
    const Output output =
        run("Globals: {HttpApi: {RouteSettings: {GET /a: {LoggingLevel: INFO}}}}\n" +
            routed(
                event("E", "Path: /a, Method: get, RouteSettings: {ThrottlingBurstLimit: 3}"),
                "RouteSettings: {GET /a: {ThrottlingRateLimit: 2}}"));
    EXPECT_EQ(
        part(output, "Resources.ApiApiGatewayDefaultStage.Properties.RouteSettings.GET /a"),
        R"({"LoggingLevel":"INFO","ThrottlingRateLimit":2,"ThrottlingBurstLimit":3})");
}

std::string websocket(std::string_view attributes, std::string_view properties) {
    return fmt::format(
        "Resources:\n  W:\n    Type: AWS::Serverless::WebSocketApi\n{}    Properties:\n"
        "      RouteSelectionExpression: $request.body.action\n"
        "      Routes: {{$connect: {{FunctionArn: arn}}, sendIt: {{FunctionArn: arn}}}}\n{}",
        attributes,
        properties);
}

TEST(WebSocketApi, HandsNoAttributeOn) {
    const Output output =
        run(websocket("    DependsOn: X\n    DeletionPolicy: Retain\n    Metadata: {a: b}\n", ""));
    EXPECT_EQ(part(output, "Resources.W.DependsOn"), R"("X")");
    EXPECT_EQ(output.diagnostics.size(), 2U); // a warning for each that is dropped
    for (const char* id : {"W", "WConnectRoute", "WDefaultStage"}) {
        for (const char* attribute : {"DeletionPolicy", "Metadata"}) {
            EXPECT_EQ(part(output, fmt::format("Resources.{}.{}", id, attribute)), "null") << id;
        }
    }
}

TEST(WebSocketApi, MakesTheStageWaitForTheRoutesThatItSets) {
    const Output output =
        run(websocket("", "      RouteSettings: {sendIt: {DataTraceEnabled: true}}\n"));
    EXPECT_EQ(
        part(output, "Resources.WDefaultStage.DependsOn"), R"(["WConnectRoute","WSenditRoute"])");
}

TEST(WebSocketApi, ResolvesParametersInAuth) {
    const Output output =
        run("Parameters: {Role: {Type: String, Default: arn:role}}\n" +
            websocket("", "      Auth: {AuthType: CUSTOM, AuthArn: a, InvokeRole: !Ref Role}\n"));
    EXPECT_EQ(
        part(output, "Resources.WConnectAuthorizer.Properties.AuthorizerCredentialsArn"),
        R"("arn:role")");
}

TEST(WebSocketApi, RefusesWhatItCannotHave) {
    for (const char* wrong :
         {"      StageName: $default\n",
          "      IpAddressType: ipv6\n",
          "      Auth: {AuthType: NONE, Name: n}\n",
          "      Domain: {DomainName: d, CertificateArn: c, MutualTlsAuthentication: "
          "{TruststoreUri: u}}\n"}) {
        EXPECT_EQ(errors(run(websocket("", wrong))).size(), 1U) << wrong;
    }
}

} // namespace
} // namespace samara::transform
