#include "unit/transform/transform_support.h"

#include <fmt/format.h>

namespace samara::transform {
namespace {

using namespace test;

std::string api_event(std::string_view path, std::string_view method) {
    return fmt::format(
        "      Events:\n        E: {{Type: Api, Properties: {{Path: {}, Method: {}}}}}\n",
        path,
        method);
}

bool has(const Output& output, std::string_view id) {
    const std::vector<std::string> all = ids(output);
    return std::find(all.begin(), all.end(), id) != all.end();
}

TEST(RestApi, IsMadeForEventsThatNameNone) {
    const Output output = run(with_function(api_event("/items", "get")));
    EXPECT_EQ(
        part(
            output,
            "Resources.ServerlessRestApi.Properties.Body.paths./items.get."
            "x-amazon-apigateway-integration.httpMethod"),
        R"("POST")");
    EXPECT_TRUE(has(output, "ServerlessRestApiProdStage"));
    EXPECT_TRUE(has(output, "FEPermissionProd"));
}

TEST(RestApi, PermitsAnythingForPathParameters) {
    const Output output = run(with_function(api_event("'/items/{id}/'", "any")));
    EXPECT_EQ(
        part(output, "Resources.FEPermissionProd.Properties.SourceArn.Fn::Sub.0"),
        R"("arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/${__Stage__}/*/items/*")");
}

TEST(RestApi, NamesItsDeploymentByItsDefinition) {
    const Output one = run(with_function(api_event("/a", "get")));
    const Output same = run(with_function(api_event("/a", "get")));
    const Output other = run(with_function(api_event("/b", "get")));
    const std::string stage = "Resources.ServerlessRestApiProdStage.Properties.DeploymentId.Ref";
    EXPECT_EQ(part(one, stage), part(same, stage));
    EXPECT_NE(part(one, stage), part(other, stage));
}

TEST(RestApi, RefusesTwoEventsOnOneRoute) {
    const Output output =
        run(with_function("      Events:\n"
                          "        A: {Type: Api, Properties: {Path: /a, Method: get}}\n"
                          "        B: {Type: Api, Properties: {Path: /a, Method: GET}}\n"));
    ASSERT_EQ(errors(output).size(), 1U);
    EXPECT_TRUE(errors(output).front().starts_with("F/B: "));
}

TEST(RestApi, AsksTheDefaultAuthorizerUnlessTheEventSaysNone) {
    const Output output = run(with_function(
        "      Events:\n"
        "        A: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /a, Method: get}}\n"
        "        B: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /b, Method: get,"
        " Auth: {Authorizer: NONE}}}\n",
        "  Api:\n"
        "    Type: AWS::Serverless::Api\n"
        "    Properties:\n"
        "      StageName: v1\n"
        "      Auth: {DefaultAuthorizer: Pool, Authorizers: {Pool: {UserPoolArn: arn}}}\n"));
    EXPECT_EQ(
        part(output, "Resources.Api.Properties.Body.paths./a.get.security"), R"([{"Pool":[]}])");
    EXPECT_EQ(
        part(output, "Resources.Api.Properties.Body.paths./b.get.security"), R"([{"NONE":[]}])");
}

TEST(RestApi, AnswersPreflightRequestsWithTheMethodsOfThePath) {
    const Output output =
        run("Globals: {Api: {Cors: \"'*'\"}}\n" + with_function(api_event("/a", "post")));
    EXPECT_EQ(
        part(
            output,
            "Resources.ServerlessRestApi.Properties.Body.paths./a.options."
            "x-amazon-apigateway-integration.responses.default.responseParameters"),
        R"({"method.response.header.Access-Control-Allow-Origin":"'*'",)"
        R"("method.response.header.Access-Control-Allow-Methods":"'OPTIONS,POST'"})");
}

TEST(RestApi, ExistsWhenAnyOfManyFunctionsDoes) {
    // Fn::Or takes ten conditions: eleven need a second one.
    std::string yaml = "Conditions:\n";
    for (int i = 0; i < 11; ++i) {
        yaml += fmt::format("  C{:02}: !Equals [a, a]\n", i);
    }
    yaml += "Resources:\n";
    for (int i = 0; i < 11; ++i) {
        yaml += fmt::format(
            "  F{0}:\n    Type: AWS::Serverless::Function\n    Condition: C{0:02}\n"
            "    Properties: {{Handler: a.b, Runtime: python3.12, CodeUri: s3://b/k,"
            " Events: {{E: {{Type: Api, Properties: {{Path: /p{0}, Method: get}}}}}}}}\n",
            i);
    }
    const Output output = run(yaml);
    EXPECT_EQ(
        part(output, "Resources.ServerlessRestApi.Condition"), R"("ServerlessRestApiCondition")");
    EXPECT_EQ(
        part(output, "Conditions.ServerlessRestApiCondition.Fn::Or"),
        R"([{"Condition":"C10"},{"Condition":"ServerlessRestApiCondition1"}])");
}

TEST(WebSocketApi, NeedsARouteToCheckAuthAt) {
    const Output output = run("Resources:\n"
                              "  W:\n"
                              "    Type: AWS::Serverless::WebSocketApi\n"
                              "    Properties:\n"
                              "      RouteSelectionExpression: $request.body.action\n"
                              "      Auth: {AuthType: AWS_IAM}\n"
                              "      Routes: {$default: {FunctionArn: arn}}\n");
    ASSERT_EQ(errors(output).size(), 1U);
    EXPECT_TRUE(errors(output).front().starts_with("W: Auth is checked when a client connects"));
}

TEST(Domain, SharesTheRecordsOfAHostedZone) {
    std::string yaml = "Resources:\n";
    for (const char* name : {"One", "Two"}) {
        yaml += fmt::format(
            "  {0}:\n    Type: AWS::Serverless::Api\n    Properties:\n      StageName: v1\n"
            "      Domain: {{DomainName: {0}.example.com, CertificateArn: arn,"
            " Route53: {{HostedZoneId: zone}}}}\n",
            name);
    }
    const Output output = run(yaml);
    int groups = 0;
    for (const std::string& id : ids(output)) {
        if (id.starts_with("RecordSetGroup")) {
            ++groups;
            EXPECT_EQ(
                at(output.document, "Resources." + id + ".Properties.RecordSets").as_list()->size(),
                2U);
        }
    }
    EXPECT_EQ(groups, 1);
}

} // namespace
} // namespace samara::transform
