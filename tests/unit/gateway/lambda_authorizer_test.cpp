#include "unit/gateway/authorizer_fixture.h"

#include <thread>

namespace samara::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

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
        EXPECT_EQ(response.status, 500) << nonsense;
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
    EXPECT_EQ(get({{"Authorization", "a"}}).status, 500);
}

// docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
TEST_F(AuthorizerTest, WhatGoesWrongHasTheGatewayResponseOfItsKind) {
    std::string json = rest_resources(token_scheme());
    json.insert(
        json.find(R"("paths")"),
        R"("x-amazon-apigateway-gateway-responses": {
            "AUTHORIZER_FAILURE": {"statusCode": "561"},
            "AUTHORIZER_CONFIGURATION_ERROR": {"statusCode": "562"}}, )");
    serve(json);
    verdict_error_ = "Unhandled"; // thrown, or the function's own timeout
    verdict_ = R"({"errorMessage": "it broke"})";
    EXPECT_EQ(get({{"Authorization", "a"}}).status, 561);
    verdict_ = "nonsense";
    EXPECT_EQ(get({{"Authorization", "b"}}).status, 561);
    verdict_error_.clear();
    EXPECT_EQ(get({{"Authorization", "c"}}).status, 562);
    verdict_ = "{}";
    EXPECT_EQ(get({{"Authorization", "d"}}).status, 562);
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

TEST_F(AuthorizerTest, ValidationExpressionsComeBeforeTheFunction) {
    serve(rest_resources(
        token_scheme(R"("identityValidationExpression": "^Bearer [-0-9a-zA-Z\\._]*$",)")));
    verdict_ = R"({"principalId": "u", "policyDocument": {"Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"}]}})";
    EXPECT_EQ(get({{"Authorization", "Basic x"}}).status, 401);
    EXPECT_THAT(authorizer_events_, IsEmpty());
    EXPECT_EQ(get({{"Authorization", "Bearer " + std::string(9'000, 'a')}}).status, 200);
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

} // namespace
} // namespace samara::gateway
