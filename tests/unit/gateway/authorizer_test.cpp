#include "unit/gateway/authorizer_fixture.h"

namespace samara::gateway {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(AuthorizerTest, NoDenyCanBeSpeltAround) {
    std::string json = rest_resources(token_scheme());
    json.replace(json.find(R"("/x")"), 4, R"("/admin/{id}")");
    serve(json);
    verdict_ = R"({"principalId": "u", "policyDocument": {"Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": "arn:*/GET/admin/1"}]}})";
    const auto status = [&](std::string target) {
        return get({{"Authorization", "Bearer t"}}, std::move(target)).status;
    };
    EXPECT_EQ(status("/admin/2"), 200);
    EXPECT_EQ(status("/admin/2/"), 200);
    for (const char* const target : {"/admin/1", "/admin/1/", "/%61dmin/1", "/admin/%31"}) {
        EXPECT_EQ(status(target), 403) << target;
    }
    verdict_ = R"({"principalId": "u", "policyDocument": {"Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "arn:*/GET/admin/1/*"}]}})";
    serve(json);                            // another verdict of the same identity
    EXPECT_EQ(status("/admin/1%2Fx"), 403); // "1/x" is one parameter here
}

TEST_F(AuthorizerTest, WhatCannotBeEvaluatedClosesItsRoutes) {
    struct Row {
        std::string resources;
        std::string reason;
    };

    const auto http_lambda = [](std::string_view settings) {
        return http_resources(fmt::format(
            R"({{"x-amazon-apigateway-authorizer": {{"type": "request", "identitySource": ["$request.header.A"],
                "authorizerUri": "{}", {}}}}})",
            uri("Auth"),
            settings));
    };
    for (
        const Row& row : {
            Row{http_lambda(R"("enableSimpleResponses": false)"), "AuthorizerPayloadFormatVersion"},
            Row{http_lambda(R"("authorizerPayloadFormatVersion": "3.0")"),
                "AuthorizerPayloadFormatVersion"},
            Row{http_lambda(
                    R"("authorizerPayloadFormatVersion": "1.0", "enableSimpleResponses": true)"),
                "EnableSimpleResponses"},
            Row{rest_resources(token_scheme(R"("identitySource": "nonsense",)")),
                "identity source 'nonsense'"},
            Row{rest_resources(token_scheme(R"("identitySource": "context.$context.path",)")),
                "identity source 'context.$context.path'"},
            Row{rest_resources(token_scheme(R"("identityValidationExpression": "(",)")),
                "validation expression"},
            Row{rest_resources(fmt::format(
                    R"({{"x-amazon-apigateway-authorizer": {{"type": "request", "authorizerUri": "{}"}}}})",
                    uri("Auth"))),
                "no valid identity source"},
            Row{rest_resources(token_scheme(R"("authorizerResultTtlInSeconds": 3601,)")),
                "0 to 3600 whole seconds, not '3601'"},
            Row{rest_resources(token_scheme(R"("authorizerResultTtlInSeconds": -1,)")),
                "whole seconds, not '-1'"},
            Row{rest_resources(
                    token_scheme(R"("authorizerResultTtlInSeconds": 9223372036854775807,)")),
                "0 to 3600 whole seconds"},
            Row{rest_resources(token_scheme(R"("authorizerResultTtlInSeconds": "soon",)")),
                "whole seconds, not 'soon'"},
            Row{rest_resources(
                    R"({"x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "identitySource": "nonsense",
                        "providerARNs": ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/p"]}})"),
                "identity source 'nonsense'"},
            Row{http_resources(token_scheme()), "type 'token' is not known for this kind of API"},
            Row{http_resources(fmt::format(
                    R"({{"x-amazon-apigateway-authorizer": {{"type": "request", "identitySource": ["$request.header.A"],
                        "authorizerPayloadFormatVersion": "2.0", "authorizerUri": "{}"}}}})",
                    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
                    "arn:aws:lambda:us-east-1:123456789012:function:Elsewhere/invocations")),
                "Elsewhere"},
            Row{rest_resources(R"({"x-amazon-apigateway-authorizer": {"type": "saml"}})"),
                "type 'saml'"},
            Row{rest_resources(
                    R"({"x-amazon-apigateway-authorizer": {"type": "token", "authorizerUri": "arn:none"}})"),
                "arn:none"},
            Row{http_resources(
                    R"({"x-amazon-apigateway-authorizer": {"type": "jwt", "jwtConfiguration": {"issuer": "https://i"}}})"),
                "--jwks"},
            Row{rest_resources(R"({"x-amazon-apigateway-authtype": "awsSigv4"})"),
                "--iam-credentials"},
            Row{rest_resources(
                    R"({"x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": ["x"]}})"),
                "ARN of a user pool"},
        }) {
        SCOPED_TRACE(row.reason);
        serve(row.resources);
        const net::HttpResponse response = get({{"Authorization", "a"}, {"A", "b"}});
        EXPECT_EQ(response.status, 501);
        EXPECT_THAT(response.body, HasSubstr("authorizer 'A'"));
        EXPECT_THAT(log_, HasSubstr(row.reason));
        EXPECT_THAT(gateway_->mounts().at(0).closed, HasSubstr(row.reason));
    }
    EXPECT_EQ(event_, "");
}

TEST_F(AuthorizerTest, ARequirementWithoutDefinitionClosesTheRoute) {
    std::string json = http_resources(simple_scheme());
    json.replace(json.find(R"("security": [{"A")"), 17, R"("security": [{"B")");
    serve(json);
    EXPECT_EQ(get({{"Authorization", "a"}}).status, 501);
}

TEST_F(AuthorizerTest, SecurityThatCannotBeUnderstoodClosesTheRoute) {
    for (const auto& [security, reason] : std::vector<std::pair<std::string, std::string>>{
             {R"({"A": []})", "has to be a list"},
             {R"("A")", "has to be a list"},
             {R"(["A"])", "has to be a map"},
             {R"([{"A": [], "B": []}])", "two authorizers at once"},
             {R"([{"A": []}, {"B": [], "C": []}])", "two authorizers at once"}}) {
        std::string json = http_resources(simple_scheme());
        const std::string usual = R"([{"A": []}])";
        json.replace(json.find(usual), usual.size(), security);
        serve(json);
        verdict_ = R"({"isAuthorized": true})";
        const net::HttpResponse response = get({{"Authorization", "a"}});
        EXPECT_EQ(response.status, 501) << security;
        EXPECT_THAT(log_, HasSubstr(reason)) << security;
    }
    EXPECT_EQ(event_, "");
}

TEST_F(AuthorizerTest, SecurityOfTheDocumentIsThatOfItsRoutes) {
    for (const std::string_view own : {"", R"("security": null,)", R"("security": [{"A": []}],)"}) {
        std::string json = http_resources(simple_scheme());
        const std::string usual = R"("security": [{"A": []}],)";
        json.replace(json.find(usual), usual.size(), own);
        json.insert(json.find(R"("paths")"), usual);
        serve(json);
        EXPECT_EQ(get().status, 401) << own;
    }
    std::string json = http_resources(simple_scheme());
    const std::string usual = R"("security": [{"A": []}],)";
    json.replace(json.find(usual), usual.size(), R"("security": [],)");
    json.insert(json.find(R"("paths")"), usual);
    serve(json);
    EXPECT_EQ(get().status, 200); // the route says that it is open
}

TEST_F(AuthorizerTest, CanBeDisabled) {
    AuthorizationOptions options;
    options.disable_authorizer = true;
    serve(http_resources(simple_scheme()), options);
    EXPECT_EQ(get().status, 200);
    EXPECT_THAT(authorizer_events_, IsEmpty());
}

TEST_F(AuthorizerTest, JwtsOpenRoutesWithTheirScopes) {
    const jose::Key key = *jose::Key::generate();
    AuthorizationOptions options;
    jose::IssuerKeysOptions keys;
    keys.jwks = *jose::JwtKeySet::parse(jose::write_jwks(key, "k"));
    options.keys = std::make_shared<jose::IssuerKeys>(std::move(keys));
    serve(
        http_resources(
            R"({"type": "oauth2", "x-amazon-apigateway-authorizer": {"type": "jwt",
            "identitySource": "$request.header.Authorization",
            "jwtConfiguration": {"issuer": "https://i", "audience": ["app"]}}})",
            R"(["admin", "read"])"),
        options);
    const auto token = [&](std::string_view scope) {
        const std::int64_t now =
            std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
        return *jose::sign_jwt(
            key,
            "k",
            *data::read_json(
                fmt::format(
                    R"({{"iss":"https://i","aud":"app","exp":{},"scope":"{}","groups":["a","b"],
                        "deep":{{"z":[1,{{"y":true}}],"a":"b"}}}})",
                    now + 60,
                    scope),
                "claims"));
    };
    EXPECT_EQ(get({{"Authorization", "Bearer " + token("write read")}}).status, 200);
    EXPECT_THAT(
        event_, HasSubstr(R"("authorizer":{"jwt":{"claims":{"iss":"https://i","aud":"app",)"));
    EXPECT_THAT(
        event_,
        HasSubstr(
            R"("groups":"[a b]","deep":"map[a:b z:[1 map[y:true]]]"},"scopes":["write","read"]}})"));
    EXPECT_EQ(get({{"Authorization", token("admin")}}).status, 200);
    const net::HttpResponse lacking = get({{"Authorization", token("write")}});
    EXPECT_EQ(lacking.status, 403);
    EXPECT_EQ(
        *net::find_header(lacking.headers, "www-authenticate"),
        "Bearer scope=\"admin read\" error=\"insufficient_scope\" "
        "error_description=\"the token lacks a scope\"");
    EXPECT_EQ(get({{"Authorization", token("")}}).status, 403);
    const net::HttpResponse broken = get({{"Authorization", token("read") + "x"}});
    EXPECT_EQ(broken.status, 401);
    EXPECT_THAT(
        *net::find_header(broken.headers, "www-authenticate"),
        HasSubstr("error=\"invalid_token\""));
    EXPECT_EQ(
        get({{"Authorization", token("read")}, {"authorization", "Bearer other"}}).status, 401);
    const net::HttpResponse nobody = get();
    EXPECT_EQ(nobody.status, 401);
    EXPECT_EQ(*net::find_header(nobody.headers, "www-authenticate"), "Bearer");
}

TEST_F(AuthorizerTest, UserPoolsTellIdentityTokensFromAccessTokens) {
    const jose::Key key = *jose::Key::generate();
    AuthorizationOptions options;
    jose::IssuerKeysOptions keys;
    keys.jwks = *jose::JwtKeySet::parse(jose::write_jwks(key, "k"));
    options.keys = std::make_shared<jose::IssuerKeys>(std::move(keys));
    const auto token = [&](std::string_view use) {
        const std::int64_t now =
            std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
        return *jose::sign_jwt(
            key,
            "k",
            *data::read_json(
                fmt::format(
                    R"({{"iss":"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab1",
                        "exp":{},"scope":"read",{}"sub":"u","aud":"app-1",
                        "cognito:groups":["a","b"],"address":{{"city":"x"}}}})",
                    now + 60,
                    use.empty() ? "" : fmt::format(R"("token_use":"{}",)", use)),
                "claims"));
    };
    constexpr std::string_view scheme =
        R"({"type": "apiKey", "name": "Authorization", "in": "header",
            "x-amazon-apigateway-authtype": "cognito_user_pools",
            "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs":
              ["arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Ab1"]}})";
    serve(resources("AWS::ApiGateway::RestApi", "1.0", scheme), options);
    EXPECT_EQ(get({{"Authorization", token("id")}}).status, 200);
    EXPECT_THAT(event_, HasSubstr(R"("authorizer":{"claims":{"iss":"https://cognito-idp.)"));
    EXPECT_THAT(event_, HasSubstr(R"("cognito:groups":"a,b","address":"{\"city\":\"x\"}"}})"));
    EXPECT_EQ(get({{"Authorization", token("access")}}).status, 401);
    EXPECT_EQ(get({{"Authorization", token("")}}).status, 200); // of `samara local token`
    EXPECT_EQ(get({{"Authorization", "Bearer " + token("id")}}).status, 200);
    EXPECT_EQ(get().body, R"({"message":"Unauthorized"})");
    const std::string expired = *jose::sign_jwt(
        key,
        "k",
        *data::read_json(
            R"({"iss":"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Ab1","exp":1})",
            "claims"));
    EXPECT_EQ(
        get({{"Authorization", expired}}).body, R"({"message":"The incoming token has expired"})");
    EXPECT_EQ(get({{"Authorization", expired}}).status, 401);
    serve(resources("AWS::ApiGateway::RestApi", "1.0", scheme, R"(["read"])"), options);
    EXPECT_EQ(get({{"Authorization", token("access")}}).status, 200);
    EXPECT_EQ(get({{"Authorization", token("id")}}).status, 401);
    // docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html: the expression describes aud.
    for (const auto& [expression, status] :
         std::vector<std::pair<std::string, int>>{{"app-[0-9]+", 200}, {"ap", 401}, {"x.*", 401}}) {
        std::string validated(scheme);
        validated.insert(
            validated.find(R"("providerARNs")"),
            fmt::format(R"("identityValidationExpression": "{}", )", expression));
        serve(resources("AWS::ApiGateway::RestApi", "1.0", validated), options);
        EXPECT_EQ(get({{"Authorization", token("id")}}).status, status) << expression;
    }
}

TEST_F(AuthorizerTest, SchemesAskForApiKeysByWhatTheySayNotByTheirName) {
    const auto with = [&](std::string_view name, std::string_view scheme) {
        serve(fmt::format(
            R"({{"Fn": {{"Type": "AWS::Lambda::Function"}}, "Auth": {{"Type": "AWS::Lambda::Function"}},
                "Key": {{"Type": "AWS::ApiGateway::ApiKey", "Properties": {{"Value": "top-secret"}}}},
                "Api": {{"Type": "AWS::ApiGateway::RestApi", "Properties": {{"Body": {{
                  "paths": {{"/x": {{"get": {{"security": [{{"{}": []}}],
                    "x-amazon-apigateway-integration": {{"type": "aws_proxy", "uri": "{}"}}}}}}}},
                  "securityDefinitions": {{"{}": {}}}}}}}}}}})",
            name,
            uri("Fn"),
            name,
            scheme));
    };
    with("MyKey", R"({"type": "apiKey", "name": "X-API-Key", "in": "header"})");
    EXPECT_EQ(get().status, 403);
    EXPECT_EQ(get({{"x-api-key", "top-secret"}}).status, 200);
    event_.clear();
    with("api_key", token_scheme()); // an authorizer, whatever its name
    EXPECT_EQ(get({{"x-api-key", "top-secret"}}).status, 401);
    with("NONE", token_scheme());
    EXPECT_EQ(get().status, 401);
    with("MyKey", R"({"type": "apiKey", "name": "token", "in": "header"})");
    EXPECT_EQ(get({{"token", "x"}, {"x-api-key", "top-secret"}}).status, 501);
    EXPECT_EQ(event_, "");
}

TEST_F(AuthorizerTest, ApiKeysOpenRoutes) {
    serve(fmt::format(
        R"({{"Fn": {{"Type": "AWS::Lambda::Function"}},
            "Key": {{"Type": "AWS::ApiGateway::ApiKey", "Properties": {{"Value": "top-secret"}}}},
            "Api": {{"Type": "AWS::ApiGateway::RestApi", "Properties": {{"Body": {{
              "paths": {{"/x": {{"get": {{"security": [{{"api_key": []}}],
                "x-amazon-apigateway-integration": {{"type": "aws_proxy", "uri": "{}"}}}}}}}},
              "securityDefinitions": {{"api_key": {{"type": "apiKey", "name": "x-api-key", "in": "header"}}}}}}}}}}}})",
        uri("Fn")));
    EXPECT_EQ(get().status, 403);
    EXPECT_EQ(get({{"x-api-key", "wrong"}}).body, R"({"message":"Forbidden"})");
    EXPECT_EQ(get({{"X-API-Key", "top-secret"}}).status, 200);
    EXPECT_THAT(event_, HasSubstr(R"("apiKey":"top-secret","apiKeyId":"Key")"));
}

TEST_F(AuthorizerTest, SignedRequestsAreChecked) {
    AuthorizationOptions options;
    options.iam = std::make_shared<const aws_client::IamCredentials>(*aws_client::parse_credentials(
        "[me]\naws_access_key_id=AK\naws_secret_access_key=s\n", "f"));
    serve(rest_resources(R"({"x-amazon-apigateway-authtype": "awsSigv4"})"), options);
    const net::HttpResponse missing = get();
    EXPECT_EQ(missing.status, 403);
    EXPECT_EQ(missing.body, R"({"message":"Missing Authentication Token"})");
    EXPECT_EQ(event_, "");
}

} // namespace
} // namespace samara::gateway
