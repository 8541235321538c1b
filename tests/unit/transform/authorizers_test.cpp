#include "unit/transform/transform_support.h"

#include <fmt/format.h>

/// Authorizers of REST and HTTP APIs.
namespace samara::transform {
namespace {

using namespace test;

/// A REST API with the authorizer A.
Output rest(std::string_view authorizer) {
    return run(fmt::format(
        "Resources: {{Api: {{Type: AWS::Serverless::Api, Properties: {{StageName: v1, "
        "DefinitionBody: {{swagger: '2.0', paths: {{}}}}, "
        "Auth: {{Authorizers: {{A: {{{}}}}}}}}}}}}}\n",
        authorizer));
}

/// An HTTP API with the authorizer A.
Output http(std::string_view authorizer) {
    return run(fmt::format(
        "Resources: {{Api: {{Type: AWS::Serverless::HttpApi, Properties: {{"
        "DefinitionBody: {{openapi: 3.0.1, paths: {{}}}}, "
        "Auth: {{Authorizers: {{A: {{{}}}}}}}}}}}}}\n",
        authorizer));
}

const std::string http_scheme =
    "Resources.Api.Properties.Body.components.securitySchemes.A.x-amazon-apigateway-authorizer.";
const std::string rest_scheme =
    "Resources.Api.Properties.Body.securityDefinitions.A.x-amazon-apigateway-authorizer.";
const std::string jwt = "JwtConfiguration: {Issuer: i}, IdentitySource: $request.header.X";
const std::string lambda = "FunctionArn: arn, AuthorizerPayloadFormatVersion: 2.0";

TEST(HttpAuthorizer, IsForTokensWhenItHasAJwtConfiguration) {
    EXPECT_EQ(part(http(jwt), http_scheme + "jwtConfiguration"), R"({"issuer":"i"})");
    for (const char* other :
         {"FunctionArn: arn",
          "FunctionInvokeRole: NONE",
          "Identity: {}",
          "AuthorizerPayloadFormatVersion: 1.0",
          "EnableSimpleResponses: false",
          "EnableFunctionDefaultPermissions: false"}) {
        EXPECT_EQ(errors(http(fmt::format("{}, {}", jwt, other))).size(), 1U) << other;
    }
}

TEST(HttpAuthorizer, IsAFunctionWhenItHasNone) {
    EXPECT_EQ(part(http(lambda), http_scheme + "type"), R"("request")");
    for (const char* other :
         {"AuthorizationScopes: []",
          "IdentitySource: $request.header.X",
          "JwtConfiguration: {}",
          "EnableFunctionDefaultPermissions: 'true'"}) {
        EXPECT_EQ(errors(http(fmt::format("{}, {}", lambda, other))).size(), 1U) << other;
    }
    EXPECT_EQ(errors(http("FunctionArn: arn")).size(), 1U);
    EXPECT_EQ(errors(http("IdentitySource: $request.header.X")).size(), 1U);
}

TEST(HttpAuthorizer, NamesTheSourcesOfAnIdentity) {
    EXPECT_EQ(
        part(
            http(lambda + ", Identity: {Headers: [A], Context: [c]}"),
            http_scheme + "identitySource"),
        R"(["$request.header.A","$context.c"])");
    EXPECT_EQ(part(http(lambda + ", Identity: {}"), http_scheme + "identitySource"), "null");
    EXPECT_EQ(
        part(
            http(lambda + ", Identity: {ReauthorizeEvery: 0}"),
            http_scheme + "authorizerResultTtlInSeconds"),
        "0");
}

TEST(RestAuthorizer, ChecksThePayloadTypeOfEveryKind) {
    for (const char* kind : {"UserPoolArn: arn", "FunctionArn: arn"}) {
        EXPECT_EQ(errors(rest(fmt::format("{}, FunctionPayloadType: X", kind))).size(), 1U);
        EXPECT_EQ(errors(rest(fmt::format("{}, FunctionPayloadType: REQUEST", kind))).size(), 1U);
        EXPECT_TRUE(
            errors(rest(fmt::format(
                       "{}, FunctionPayloadType: REQUEST, Identity: {{Headers: [h]}}", kind)))
                .empty());
    }
}

TEST(RestAuthorizer, NeedsAnIdentityUnlessNothingIsCached) {
    const std::string request = "FunctionArn: arn, FunctionPayloadType: REQUEST, Identity: ";
    for (const char* uncached : {"0", "'0'", "-1", "false", "0.5"}) {
        EXPECT_TRUE(
            errors(rest(fmt::format("{}{{ReauthorizeEvery: {}}}", request, uncached))).empty())
            << uncached;
    }
    for (const char* cached : {"30", "'30'", "true", "x", "{'Fn::If': [C, 0, 0]}"}) {
        EXPECT_EQ(
            errors(rest(fmt::format("{}{{ReauthorizeEvery: {}}}", request, cached))).size(), 1U)
            << cached;
    }
    EXPECT_EQ(
        part(
            rest(request + "{Headers: [a, b], QueryStrings: [q]}"), rest_scheme + "identitySource"),
        R"("method.request.header.a, method.request.header.b, method.request.querystring.q")");
}

/// What OverrideApiAuth and `auth` leave of the security of one operation of a REST API.
std::string overridden(std::string_view definition, std::string_view auth) {
    return part(
        run(fmt::format(
            "Resources:\n"
            "  Api: {{Type: AWS::Serverless::Api, Properties: {{StageName: v1, {}Auth: "
            "{{Authorizers: {{A: {{UserPoolArn: arn}}}}}}}}}}\n"
            "  F: {{Type: AWS::Serverless::Function, Properties: {{Handler: a.b, Runtime: "
            "nodejs22.x, InlineCode: x, Events: {{E: {{Type: Api, Properties: {{Path: /a, Method: "
            "get, RestApiId: !Ref Api, Auth: {{OverrideApiAuth: true, {}}}}}}}}}}}}}\n",
            definition,
            auth)),
        "Resources.Api.Properties.Body.paths./a.get.security");
}

TEST(OverrideApiAuth, HasNothingToOverrideWithoutPaths) {
    for (const char* paths : {"info: {}", "paths: text"}) {
        const Output output = run(with_function(
            "      Events: {E: {Type: Api, Properties: {Path: /a, Method: get, RestApiId: !Ref "
            "Api, "
            "Auth: {OverrideApiAuth: true, ApiKeyRequired: true}}}}\n",
            fmt::format(
                "  Api: {{Type: AWS::Serverless::Api, Properties: {{StageName: p, DefinitionBody: "
                "{{swagger: '2.0', {}}}}}}}\n",
                paths)));
        EXPECT_TRUE(errors(output).empty()) << paths;
    }
}

// A preflight request has neither a key nor credentials; whoever wants it open says so.
TEST(RestApiKey, IsAskedOfPreflightsUnlessTheyAreLeftOut) {
    struct Case {
        const char* auth;
        const char* security;
    };

    for (const Case& one :
         {Case{"", R"([{"api_key":[]}])"},
          Case{"AddApiKeyRequiredToCorsPreflight: true, ", R"([{"api_key":[]}])"},
          Case{"AddApiKeyRequiredToCorsPreflight: false, ", "null"},
          Case{"AddApiKeyRequiredToCorsPreflight: null, ", "null"}}) {
        const Output output = run(fmt::format(
            "Resources: {{Api: {{Type: AWS::Serverless::Api, Properties: {{StageName: p, Auth: "
            "{{{}ApiKeyRequired: true}}, DefinitionBody: {{swagger: '2.0', paths: {{/a: {{get: "
            "{{x-amazon-apigateway-integration: {{uri: x}}}}, options: "
            "{{x-amazon-apigateway-integration: {{uri: x}}}}}}}}}}}}}}}}\n",
            one.auth));
        const std::string paths = "Resources.Api.Properties.Body.paths./a.";
        EXPECT_EQ(part(output, paths + "options.security"), one.security) << one.auth;
        EXPECT_EQ(part(output, paths + "get.security"), R"([{"api_key":[]}])") << one.auth;
    }
}

TEST(OverrideApiAuth, AddsToWhatTheOperationHas) {
    const std::string users =
        "DefinitionBody: {swagger: '2.0', paths: {/a: {get: {security: [{own: []}], "
        "x-amazon-apigateway-integration: {type: mock}}}}}, ";
    EXPECT_EQ(overridden(users, "Authorizer: A"), R"([{"own":[]},{"A":[]}])");
    EXPECT_EQ(overridden(users, "ResourcePolicy: {CustomStatements: []}"), R"([{"own":[]}])");
}

TEST(OverrideApiAuth, ComesOnTopOfWhatSamWrites) {
    EXPECT_EQ(overridden("", "Authorizer: A"), R"([{"A":[]},{"A":[]}])");
    EXPECT_EQ(
        overridden(
            "MergeDefinitions: true, DefinitionBody: {swagger: '2.0', paths: {}}, ",
            "Authorizer: A"),
        R"([{"A":[]},{"A":[]}])");
}

} // namespace
} // namespace samara::transform
