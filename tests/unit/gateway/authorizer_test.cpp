#include "data/read.h"
#include "gateway/apis.h"
#include "gateway/gateway.h"

#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr std::string_view lambda_uri =
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:123456789012:function:{}/invocations";

std::string uri(std::string_view function) {
    return fmt::format(fmt::runtime(lambda_uri), function);
}

/// One API with route GET /x behind authorizer A.
std::string resources(
    std::string_view type,
    std::string_view version,
    std::string_view scheme,
    std::string_view scopes = "[]") {
    const bool rest = type == "AWS::ApiGateway::RestApi";
    return fmt::format(
        R"({{"Fn": {{"Type": "AWS::Lambda::Function"}}, "Auth": {{"Type": "AWS::Lambda::Function"}},
            "Api": {{"Type": "{}", "Properties": {{"Body": {{
              "paths": {{"/x": {{"get": {{"security": [{{"A": {}}}],
                "x-amazon-apigateway-integration": {{"type": "aws_proxy", "uri": "{}", "payloadFormatVersion": "{}"}}}}}}}},
              "{}": {}}}}}}}}})",
        type,
        scopes,
        uri("Fn"),
        version,
        rest ? "securityDefinitions" : "components",
        rest ? fmt::format(R"({{"A": {}}})", scheme)
             : fmt::format(R"({{"securitySchemes": {{"A": {}}}}})", scheme));
}

std::string http_resources(std::string_view scheme, std::string_view scopes = "[]") {
    return resources("AWS::ApiGatewayV2::Api", "2.0", scheme, scopes);
}

std::string rest_resources(std::string_view scheme) {
    return resources("AWS::ApiGateway::RestApi", "1.0", scheme);
}

/// A gateway with its functions: Fn notes its event, Auth answers `verdict`.
class AuthorizerTest : public testing::Test {
protected:
    void serve(const std::string& json, AuthorizationOptions options = {}) {
        const auto value = data::read_json(json, "resources");
        ASSERT_TRUE(value) << base::to_string(value.error()) << json;
        GatewayOptions gateway;
        gateway.authorization = std::move(options);
        gateway.access_log = [this](const AccessRecord& record) { log_ = record.error; };
        gateway_ = std::make_unique<Gateway>(
            read_apis(*value, {}, diagnostics_),
            [this](const invoke::Request& request) { return call(request); },
            std::move(gateway));
    }

    base::Result<invoke::Response> call(const invoke::Request& request) {
        invoke::Response response;
        if (request.function == "Auth") {
            authorizer_events_.push_back(request.payload);
            response.payload = verdict_;
            response.function_error = verdict_error_;
        } else {
            event_ = request.payload;
            response.payload = R"({"statusCode": 200, "body": "in"})";
        }
        return response;
    }

    net::HttpResponse get(net::HttpHeaders headers = {}, std::string target = "/x") {
        net::HttpRequest request;
        request.method = "GET";
        request.target = std::move(target);
        request.headers = std::move(headers);
        request.headers.push_back({"Host", "localhost"});
        request.remote_address = "127.0.0.1";
        net::HttpResponse response = gateway_->handle(request);
        response.answered();
        return response;
    }

    std::string first_warning() const {
        return diagnostics_.empty() ? "" : diagnostics_.front().error.message;
    }

    base::Diagnostics diagnostics_;
    std::unique_ptr<Gateway> gateway_;
    std::string verdict_;
    std::string verdict_error_;
    std::vector<std::string> authorizer_events_;
    std::string event_;
    std::string log_;
};

std::string simple_scheme(int ttl = 300) {
    return fmt::format(
        R"({{"type": "apiKey", "x-amazon-apigateway-authorizer": {{"type": "request",
            "authorizerPayloadFormatVersion": 2.0, "enableSimpleResponses": true,
            "authorizerResultTtlInSeconds": {}, "identitySource": ["$request.header.Authorization"],
            "authorizerUri": "{}"}}}})",
        ttl,
        uri("Auth"));
}

std::string token_scheme(std::string_view more = "") {
    return fmt::format(
        R"({{"type": "apiKey", "name": "Authorization", "in": "header",
            "x-amazon-apigateway-authorizer": {{"type": "token", {} "authorizerUri": "{}"}}}})",
        more,
        uri("Auth"));
}

TEST_F(AuthorizerTest, SimpleResponsesDecideAndHandContextOn) {
    serve(http_resources(simple_scheme()));
    EXPECT_THAT(diagnostics_, IsEmpty());
    verdict_ = R"({"isAuthorized": true, "context": {"user": "u", "n": 1}})";
    EXPECT_EQ(get({{"Authorization", "secret"}}).status, 200);
    EXPECT_THAT(event_, HasSubstr(R"("authorizer":{"lambda":{"user":"u","n":1}})"));
    ASSERT_THAT(authorizer_events_, SizeIs(1));
    EXPECT_THAT(
        authorizer_events_.front(),
        HasSubstr(
            R"({"version":"2.0","type":"REQUEST","routeArn":"arn:aws:execute-api:us-east-1:123456789012:Api/$default/GET/x","identitySource":["secret"],"routeKey":"GET /x")"));
}

TEST_F(AuthorizerTest, ContextReachesEventsOfBothFormats) {
    serve(resources("AWS::ApiGatewayV2::Api", "1.0", simple_scheme()));
    verdict_ = R"({"isAuthorized": true, "context": {"user": "u", "n": 1, "list": ["a"]}})";
    EXPECT_EQ(get({{"Authorization", "secret"}}).status, 200);
    EXPECT_THAT(event_, HasSubstr(R"("authorizer":{"user":"u","n":1,"list":["a"]})"));
}

TEST_F(AuthorizerTest, DeniesAndAsksForIdentity) {
    serve(http_resources(simple_scheme()));
    verdict_ = R"({"isAuthorized": false})";
    const net::HttpResponse denied = get({{"Authorization", "secret"}});
    EXPECT_EQ(denied.status, 403);
    EXPECT_EQ(denied.body, R"({"message":"Forbidden"})");
    const net::HttpResponse nobody = get();
    EXPECT_EQ(nobody.status, 401);
    EXPECT_EQ(nobody.body, R"({"message":"Unauthorized"})");
    EXPECT_THAT(authorizer_events_, SizeIs(1)); // without identity the function is not asked
    EXPECT_EQ(event_, "");
}

TEST_F(AuthorizerTest, KeepsVerdictsByIdentity) {
    serve(http_resources(simple_scheme()));
    verdict_ = R"({"isAuthorized": true})";
    get({{"Authorization", "a"}});
    get({{"Authorization", "a"}});
    EXPECT_THAT(authorizer_events_, SizeIs(1));
    verdict_ = R"({"isAuthorized": false})";
    EXPECT_EQ(get({{"Authorization", "b"}}).status, 403);
    EXPECT_EQ(get({{"Authorization", "a"}}).status, 200);
    EXPECT_THAT(authorizer_events_, SizeIs(2));
}

TEST_F(AuthorizerTest, KeepsNoVerdictOfOneIdentityForAnotherThatReadsAlike) {
    serve(http_resources(fmt::format(
        R"({{"type": "apiKey", "x-amazon-apigateway-authorizer": {{"type": "request",
            "authorizerPayloadFormatVersion": 2.0, "enableSimpleResponses": true,
            "authorizerResultTtlInSeconds": 300,
            "identitySource": ["$request.querystring.a", "$request.querystring.b"],
            "authorizerUri": "{}"}}}})",
        uri("Auth"))));
    verdict_ = R"({"isAuthorized": true})";
    EXPECT_EQ(get({}, "/x?a=1%0A2&b=3").status, 200);
    verdict_ = R"({"isAuthorized": false})";
    EXPECT_EQ(get({}, "/x?a=1&b=2%0A3").status, 403);
    EXPECT_EQ(get({}, "/x?a=1&b=2%0A1:3").status, 403);
    EXPECT_THAT(authorizer_events_, SizeIs(3));
}

TEST_F(AuthorizerTest, ForgetsVerdictsWithoutTimeToLiveAndAfterAReload) {
    serve(http_resources(simple_scheme(0)));
    verdict_ = R"({"isAuthorized": true})";
    get({{"Authorization", "a"}});
    get({{"Authorization", "a"}});
    EXPECT_THAT(authorizer_events_, SizeIs(2));
    serve(http_resources(simple_scheme()));
    get({{"Authorization", "a"}});
    gateway_->replace(
        read_apis(*data::read_json(http_resources(simple_scheme()), "r"), {}, diagnostics_));
    get({{"Authorization", "a"}});
    EXPECT_THAT(authorizer_events_, SizeIs(4));
}

TEST_F(AuthorizerTest, NonsenseFromTheFunctionLetsNobodyIn) {
    serve(http_resources(simple_scheme()));
    for (const std::string_view nonsense :
         {"null",
          "{}",
          "[]",
          "true",
          "not json",
          R"({"isAuthorized": "true"})",
          R"({"isAuthorized": 1})"}) {
        verdict_ = nonsense;
        EXPECT_EQ(get({{"Authorization", "a"}}).status, 500) << nonsense;
    }
    serve(rest_resources(token_scheme()));
    for (
        const std::string_view nonsense :
        {"null",
         R"({"principalId": "u"})",
         R"({"principalId": "u", "policyDocument": "Allow"})",
         R"({"principalId": "u", "policyDocument": {}})",
         R"({"policyDocument": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}})",
         R"({"principalId": "u", "context": {"nested": {}}, "policyDocument": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}})"}) {
        verdict_ = nonsense;
        const net::HttpResponse response = get({{"Authorization", "a"}});
        EXPECT_EQ(response.status, 502) << nonsense;
        EXPECT_EQ(response.body, R"({"message":"Internal server error"})");
    }
    EXPECT_EQ(event_, "");
}

TEST_F(AuthorizerTest, AnExceptionCalledUnauthorizedIsA401) {
    serve(rest_resources(token_scheme()));
    verdict_error_ = "Unhandled";
    verdict_ = R"({"errorMessage": "Unauthorized", "errorType": "Exception"})";
    EXPECT_EQ(get({{"Authorization", "a"}}).status, 401);
    verdict_ = R"({"errorMessage": "other"})";
    EXPECT_EQ(get({{"Authorization", "a"}}).status, 502);
}

// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
TEST_F(AuthorizerTest, RequestAuthorizersOfRestApisSeeTheRequest) {
    serve(rest_resources(fmt::format(
        R"({{"type": "apiKey", "x-amazon-apigateway-authorizer": {{"type": "request",
            "identitySource": "method.request.header.A, method.request.querystring.q",
            "authorizerUri": "{}"}}}})",
        uri("Auth"))));
    verdict_ = R"({"principalId": "u", "context": {"n": 1.5, "t": false, "none": null},
        "policyDocument": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}})";
    EXPECT_EQ(get({{"A", "1"}}).status, 401);
    EXPECT_EQ(get({}, "/x?q=2").status, 401);
    EXPECT_EQ(get({{"A", ""}}, "/x?q=2").status, 401);
    EXPECT_THAT(authorizer_events_, IsEmpty());
    EXPECT_EQ(get({{"a", "1"}}, "/x?q=2").status, 200);
    EXPECT_THAT(event_, HasSubstr(R"("principalId":"u","n":"1.5","t":"false","none":null)"));
    ASSERT_THAT(authorizer_events_, SizeIs(1));
    const auto event = data::read_json(authorizer_events_.front(), "event");
    ASSERT_TRUE(event);
    std::vector<std::string> members;
    for (const data::Entry& entry : *event->as_map()) {
        members.push_back(entry.key);
    }
    EXPECT_THAT(
        members,
        testing::UnorderedElementsAre(
            "type",
            "methodArn",
            "resource",
            "path",
            "httpMethod",
            "headers",
            "multiValueHeaders",
            "queryStringParameters",
            "multiValueQueryStringParameters",
            "pathParameters",
            "stageVariables",
            "requestContext"));
    EXPECT_EQ(event->find("type")->text(), "REQUEST");
    EXPECT_EQ(event->find("headers")->find("a")->text(), "1");
}

// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
TEST_F(AuthorizerTest, RequestAuthorizersOfHttpApisHaveAFormatOfTheirOwn) {
    serve(http_resources(fmt::format(
        R"({{"type": "apiKey", "x-amazon-apigateway-authorizer": {{"type": "request",
            "authorizerPayloadFormatVersion": "1.0",
            "identitySource": ["$request.header.A", "$request.querystring.q"],
            "authorizerUri": "{}"}}}})",
        uri("Auth"))));
    verdict_ = R"({"principalId": "u", "context": {"deep": {"er": 1}},
        "policyDocument": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}})";
    EXPECT_EQ(get({{"A", "1"}}).status, 401);
    EXPECT_EQ(get({{"A", "1"}}, "/x?q=2").status, 200);
    EXPECT_THAT(event_, HasSubstr(R"("authorizer":{"lambda":{"deep":{"er":1}}})"));
    ASSERT_THAT(authorizer_events_, SizeIs(1));
    EXPECT_THAT(
        authorizer_events_.front(),
        testing::StartsWith(
            R"({"version":"1.0","type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:Api/$default/GET/x","identitySource":"1,2","authorizationToken":"1,2","resource":"/x",)"));
}

TEST_F(AuthorizerTest, TokenAuthorizersAnswerWithAPolicy) {
    serve(rest_resources(token_scheme()));
    EXPECT_THAT(diagnostics_, IsEmpty());
    verdict_ = R"({"principalId": "u", "context": {"n": 1, "b": true},
        "policyDocument": {"Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke",
          "Resource": "arn:aws:execute-api:us-east-1:123456789012:Api/Prod/GET/x"}]}})";
    EXPECT_EQ(get({{"Authorization", "tok"}}).status, 200);
    EXPECT_THAT(event_, HasSubstr(R"("authorizer":{"principalId":"u","n":"1","b":"true",)"));
    EXPECT_THAT(
        authorizer_events_,
        ElementsAre(
            R"({"type":"TOKEN","authorizationToken":"tok","methodArn":"arn:aws:execute-api:us-east-1:123456789012:Api/Prod/GET/x"})"));
    verdict_ = R"({"principalId": "u", "policyDocument": {"Statement": [
        {"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": "*"}]}})";
    const net::HttpResponse denied = get({{"Authorization", "other"}});
    EXPECT_EQ(denied.status, 403);
    EXPECT_EQ(denied.body, R"({"message":"User is not authorized to access this resource"})");
}

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

TEST_F(AuthorizerTest, ValidationExpressionsComeBeforeTheFunction) {
    serve(rest_resources(
        token_scheme(R"("identityValidationExpression": "^Bearer [-0-9a-zA-Z\\._]*$",)")));
    verdict_ = R"({"principalId": "u", "policyDocument": {"Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"}]}})";
    EXPECT_EQ(get({{"Authorization", "Basic x"}}).status, 401);
    EXPECT_THAT(authorizer_events_, IsEmpty());
    EXPECT_EQ(get({{"Authorization", "Bearer " + std::string(9'000, 'a')}}).status, 200);
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

TEST_F(AuthorizerTest, KeepsVerdictsByAllValuesOfAParameter) {
    std::string scheme = simple_scheme();
    const std::string usual = "$request.header.Authorization";
    scheme.replace(scheme.find(usual), usual.size(), "$request.querystring.t");
    serve(http_resources(scheme));
    verdict_ = R"({"isAuthorized": true})";
    EXPECT_EQ(get({}, "/x?t=good").status, 200);
    verdict_ = R"({"isAuthorized": false})";
    EXPECT_EQ(get({}, "/x?t=good&t=other").status, 403);
    EXPECT_EQ(get({}, "/x?t=good").status, 200);
    EXPECT_THAT(authorizer_events_, SizeIs(2));
}

TEST_F(AuthorizerTest, TimesToLiveAreNumbersOrTexts) {
    std::string scheme = simple_scheme(0);
    const std::string usual = R"("authorizerResultTtlInSeconds": 0)";
    scheme.replace(scheme.find(usual), usual.size(), R"("authorizerResultTtlInSeconds": "0")");
    serve(http_resources(scheme));
    verdict_ = R"({"isAuthorized": true})";
    get({{"Authorization", "a"}});
    get({{"Authorization", "a"}});
    EXPECT_THAT(authorizer_events_, SizeIs(2));
}

// docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html: 300 seconds unless told otherwise;
// docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers-authorizerid.html:
// no such default.
TEST_F(AuthorizerTest, RestApisKeepVerdictsUnlessToldOtherwiseHttpApisDoNot) {
    serve(rest_resources(token_scheme()));
    verdict_ = R"({"principalId": "u", "policyDocument": {"Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"}]}})";
    EXPECT_EQ(get({{"Authorization", "a"}}).status, 200);
    EXPECT_EQ(get({{"Authorization", "a"}}).status, 200);
    EXPECT_THAT(authorizer_events_, SizeIs(1));
    authorizer_events_.clear();
    std::string scheme = simple_scheme(0);
    const std::string ttl = R"("authorizerResultTtlInSeconds": 0, )";
    scheme.erase(scheme.find(ttl), ttl.size());
    serve(http_resources(scheme));
    verdict_ = R"({"isAuthorized": true})";
    EXPECT_EQ(get({{"Authorization", "a"}}).status, 200);
    EXPECT_EQ(get({{"Authorization", "a"}}).status, 200);
    EXPECT_THAT(authorizer_events_, SizeIs(2));
}

TEST_F(AuthorizerTest, EvaluatesAKeptPolicyForEachRoute) {
    std::string json = rest_resources(token_scheme());
    const std::size_t path = json.find(R"("/x":)");
    const std::size_t end = json.find(R"("securityDefinitions")");
    const std::string route = json.substr(path, json.rfind('}', end) - path);
    json.insert(path, R"("/y":)" + route.substr(route.find(':') + 1) + ",");
    serve(json);
    verdict_ = R"({"principalId": "u", "policyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*/GET/x"}]}})";
    EXPECT_EQ(get({{"Authorization", "a"}}).status, 200);
    EXPECT_EQ(get({{"Authorization", "a"}}, "/y").status, 403);
    EXPECT_EQ(get({{"Authorization", "a"}}).status, 200);
    EXPECT_THAT(authorizer_events_, SizeIs(1));
}

TEST(VerdictCache, IsBoundedByNumberAndBytes) {
    VerdictCache cache;
    const auto of_size = [](std::size_t bytes) {
        LambdaVerdict verdict;
        verdict.bytes = bytes;
        return std::make_shared<const LambdaVerdict>(std::move(verdict));
    };
    const auto left = [&](int count) {
        int found = 0;
        for (int i = 0; i < count; ++i) {
            found += cache.find(std::to_string(i)) == nullptr ? 0 : 1;
        }
        return found;
    };
    for (int i = 0; i < 5000; ++i) {
        cache.keep(std::to_string(i), of_size(10), std::chrono::hours(1));
    }
    EXPECT_LE(left(5000), 1000);
    EXPECT_NE(cache.find("4999"), nullptr);
    for (int i = 0; i < 100; ++i) {
        cache.keep(std::to_string(i), of_size(100'000), std::chrono::hours(1));
    }
    EXPECT_LE(left(100), 10);
    EXPECT_NE(cache.find("99"), nullptr);
    cache.keep("huge", of_size(2'000'000), std::chrono::hours(1));
    EXPECT_EQ(cache.find("huge"), nullptr);
    cache.keep("over", of_size(1), std::chrono::seconds(0));
    EXPECT_EQ(cache.find("over"), nullptr);
}

TEST(VerdictCache, ServesManyThreads) {
    VerdictCache cache;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 8; ++thread) {
        threads.emplace_back([&] {
            for (int i = 0; i < 2000; ++i) {
                const std::string key = std::to_string(i % 1500);
                if (const auto found = cache.find(key)) {
                    EXPECT_EQ(found->context, key);
                    continue;
                }
                LambdaVerdict verdict;
                verdict.context = key;
                verdict.bytes = 500;
                cache.keep(
                    key,
                    std::make_shared<const LambdaVerdict>(std::move(verdict)),
                    std::chrono::hours(1));
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

TEST_F(AuthorizerTest, CanBeDisabled) {
    AuthorizationOptions options;
    options.disable_authorizer = true;
    serve(http_resources(simple_scheme()), options);
    EXPECT_EQ(get().status, 200);
    EXPECT_THAT(authorizer_events_, IsEmpty());
}

TEST_F(AuthorizerTest, JwtsOpenRoutesWithTheirScopes) {
    const Key key = *Key::generate();
    AuthorizationOptions options;
    KeySourceOptions keys;
    keys.jwks = *JwtKeySet::parse(write_jwks(key, "k"));
    options.keys = std::make_shared<KeySource>(std::move(keys));
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
        return *sign_jwt(
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
    const Key key = *Key::generate();
    AuthorizationOptions options;
    KeySourceOptions keys;
    keys.jwks = *JwtKeySet::parse(write_jwks(key, "k"));
    options.keys = std::make_shared<KeySource>(std::move(keys));
    const auto token = [&](std::string_view use) {
        const std::int64_t now =
            std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
        return *sign_jwt(
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
    const std::string expired = *sign_jwt(
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
    options.iam = std::make_shared<const IamCredentials>(
        *parse_credentials("[me]\naws_access_key_id=AK\naws_secret_access_key=s\n", "f"));
    serve(rest_resources(R"({"x-amazon-apigateway-authtype": "awsSigv4"})"), options);
    const net::HttpResponse missing = get();
    EXPECT_EQ(missing.status, 403);
    EXPECT_EQ(missing.body, R"({"message":"Missing Authentication Token"})");
    EXPECT_EQ(event_, "");
}

} // namespace
} // namespace samara::gateway
