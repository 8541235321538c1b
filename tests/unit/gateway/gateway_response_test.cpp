// What a REST API says when it refuses, and what its gateway responses make of it.

#include "data/read.h"
#include "gateway/gateway.h"
#include "gateway/read/apis.h"

#include <array>
#include <future>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::gateway {
namespace {

using testing::HasSubstr;
using testing::IsNull;
using testing::Not;
using testing::Pointee;

/// GET /open/{id}, /token and /key (API key) of one REST API with `responses` as its gateway
/// responses; functions Fn and Auth.
std::string api_with(std::string_view responses, std::string_view more = "") {
    constexpr std::string_view integration =
        R"("x-amazon-apigateway-integration": {"type": "aws_proxy",
            "uri": "arn:aws:lambda:us-east-1:123456789012:function:Fn", "timeoutInMillis": 50})";
    return fmt::format(
        R"({{"Fn": {{"Type": "AWS::Lambda::Function"}}, "Auth": {{"Type": "AWS::Lambda::Function"}},
            "Key": {{"Type": "AWS::ApiGateway::ApiKey", "Properties": {{"Value": "top-secret"}}}},
            "Stage": {{"Type": "AWS::ApiGateway::Stage", "Properties": {{"RestApiId": "Api",
              "StageName": "v1", "Variables": {{"team": "red"}}}}}},
            "Api": {{"Type": "AWS::ApiGateway::RestApi", "Properties": {{"Body": {{ {2}
              "paths": {{"/open/{{id}}": {{"get": {{ {0} }}}},
                "/token": {{"get": {{"security": [{{"A": []}}], {0} }}}},
                "/key": {{"get": {{"security": [{{"A": [], "api_key": []}}], {0} }}}}}},
              "securityDefinitions": {{
                "api_key": {{"type": "apiKey", "name": "x-api-key", "in": "header"}},
                "A": {{"type": "apiKey", "name": "Authorization", "in": "header",
                  "x-amazon-apigateway-authorizer": {{"type": "token", "authorizerResultTtlInSeconds": 0,
                    "authorizerUri": "arn:aws:lambda:us-east-1:123456789012:function:Auth"}}}}}},
              "x-amazon-apigateway-gateway-responses": {1}}}}}}}}})",
        integration,
        responses,
        more);
}

constexpr std::string_view allow =
    R"({"principalId": "u", "usageIdentifierKey": "top-secret", "context": {"why": "because"},
        "policyDocument": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}})";
constexpr std::string_view deny =
    R"({"principalId": "u", "context": {"why": "because"},
        "policyDocument": {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}})";

class GatewayResponseTest : public testing::Test {
protected:
    void serve(const std::string& json) {
        const auto value = data::read_json(json, "resources");
        ASSERT_TRUE(value) << base::to_string(value.error()) << json;
        gateway_ = std::make_unique<Gateway>(
            read_apis(*value, {}, diagnostics_),
            [this](const invoke::Request& request) {
                return request.function == "Auth" ? authorizer_ : function_;
            },
            GatewayOptions{});
    }

    net::HttpResponse get(std::string target, net::HttpHeaders headers = {}) {
        net::HttpRequest request;
        request.method = "GET";
        request.target = std::move(target);
        request.headers = std::move(headers);
        request.headers.push_back({"Host", "localhost:3000"});
        request.remote_address = "127.0.0.1";
        return gateway_->handle(request);
    }

    base::Diagnostics diagnostics_;
    std::unique_ptr<Gateway> gateway_;
    base::Result<invoke::Response> function_ = reply(R"({"statusCode": 200})");
    base::Result<invoke::Response> authorizer_ = reply(allow);

    static invoke::Response reply(std::string_view payload) {
        invoke::Response response;
        response.payload = payload;
        return response;
    }
};

/// How to bring about each type, and what is said of it when nothing is customised.
struct Occasion {
    std::string_view type;
    std::string_view target;
    std::string_view token;
    std::string_view authorizer;
    std::string_view function;
    int function_status;
    int status;
    std::string_view message;
    std::string_view error;
    int type_status; ///< when it is customised without a status
};

void PrintTo(const Occasion& occasion, std::ostream* out) {
    *out << occasion.type;
}

constexpr std::string_view server_error = "InternalServerErrorException";
constexpr std::string_view authorizer_error = "AuthorizerConfigurationException";
const std::array<Occasion, 10> occasions{{
    {"MISSING_AUTHENTICATION_TOKEN",
     "/none",
     "",
     allow,
     "",
     200,
     403,
     "Missing Authentication Token",
     "MissingAuthenticationTokenException",
     403},
    {"UNAUTHORIZED",
     "/token",
     "",
     allow,
     "",
     200,
     401,
     "Unauthorized",
     "UnauthorizedException",
     401},
    {"ACCESS_DENIED",
     "/token",
     "t",
     deny,
     "",
     200,
     403,
     "User is not authorized to access this resource",
     "AccessDeniedException",
     403},
    {"INVALID_API_KEY", "/key", "t", allow, "", 200, 403, "Forbidden", "ForbiddenException", 403},
    {"AUTHORIZER_CONFIGURATION_ERROR",
     "/token",
     "t",
     "{}",
     "",
     200,
     500,
     "Internal server error",
     authorizer_error,
     500},
    {"AUTHORIZER_FAILURE",
     "/token",
     "t",
     "",
     "",
     200,
     500,
     "Internal server error",
     authorizer_error,
     500},
    {"INTEGRATION_FAILURE",
     "/open/1",
     "",
     allow,
     "not run",
     400,
     502,
     "Internal server error",
     server_error,
     504},
    {"INTEGRATION_FAILURE",
     "/open/1",
     "",
     allow,
     "throttled",
     429,
     500,
     "Internal server error",
     server_error,
     504},
    {"REQUEST_TOO_LARGE",
     "/open/1",
     "",
     allow,
     "too large",
     413,
     413,
     "Request Too Long",
     "RequestEntityTooLargeException",
     413},
    {"DEFAULT_5XX",
     "/open/1",
     "",
     allow,
     "nonsense",
     200,
     502,
     "Internal server error",
     server_error,
     502},
}};

class OccasionTest : public GatewayResponseTest, public testing::WithParamInterface<Occasion> {
protected:
    net::HttpResponse refused() {
        const Occasion& occasion = GetParam();
        authorizer_ = reply(occasion.authorizer);
        if (occasion.authorizer.empty()) {
            authorizer_ = base::fail("it cannot be started");
        }
        invoke::Response result = reply(occasion.function);
        result.status = occasion.function_status;
        function_ = result;
        net::HttpHeaders headers;
        if (!occasion.token.empty()) {
            headers.push_back({"Authorization", std::string(occasion.token)});
        }
        return get(std::string(occasion.target), std::move(headers));
    }
};

TEST_P(OccasionTest, HasAWSsAnswerUnlessItIsCustomised) {
    serve(api_with("{}"));
    const net::HttpResponse response = refused();
    EXPECT_EQ(response.status, GetParam().status);
    EXPECT_EQ(response.body, fmt::format(R"({{"message":"{}"}})", GetParam().message));
    EXPECT_THAT(
        net::find_header(response.headers, "x-amzn-ErrorType"),
        Pointee(std::string(GetParam().error)));
    EXPECT_THAT(net::find_header(response.headers, "x-amzn-RequestId"), Not(IsNull()));
}

TEST_P(OccasionTest, IsCustomisedByItsType) {
    serve(api_with(fmt::format(
        R"({{"{}": {{"responseParameters": {{"gatewayresponse.header.X-Own": "'own'"}},
             "responseTemplates": {{"application/json": "$context.error.responseType: $context.error.messageString"}}}},
             "DEFAULT_4XX": {{"statusCode": "499"}}}})",
        GetParam().type)));
    const net::HttpResponse response = refused();
    EXPECT_EQ(response.status, GetParam().type_status);
    EXPECT_EQ(response.body, fmt::format("{}: \"{}\"", GetParam().type, GetParam().message));
    EXPECT_THAT(net::find_header(response.headers, "X-Own"), Pointee(std::string("own")));
}

TEST_P(OccasionTest, IsCustomisedByItsClass) {
    serve(
        api_with(R"({"DEFAULT_4XX": {"statusCode": "499"}, "DEFAULT_5XX": {"statusCode": 599}})"));
    const net::HttpResponse response = refused();
    EXPECT_EQ(response.status, GetParam().status < 500 ? 499 : 599);
    EXPECT_EQ(response.body, fmt::format(R"({{"message":"{}"}})", GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    GatewayResponse, OccasionTest, testing::ValuesIn(occasions), [](const auto& one) {
        return fmt::format("{}_{}", one.param.type, one.index);
    });

TEST_F(GatewayResponseTest, HeadersAreStaticOrTakenFromTheRequest) {
    serve(api_with(R"({"MISSING_AUTHENTICATION_TOKEN": {"statusCode": "404", "responseParameters": {
        "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
        "gatewayresponse.header.Content-Type": "'text/plain'",
        "gatewayresponse.header.X-Header": "method.request.header.x-who",
        "gatewayresponse.header.X-Query": "method.request.querystring.q",
        "gatewayresponse.header.X-Stage": "stageVariables.team",
        "gatewayresponse.header.X-Path": "context.path",
        "gatewayresponse.header.X-Address": "context.identity.sourceIp",
        "gatewayresponse.header.X-Missing": "method.request.header.none",
        "gatewayresponse.header.X-Broken": "method.request.querystring.broken"},
        "responseTemplates": {"application/json": "none"}}})"));
    const net::HttpResponse response =
        get("/none?q=1&q=a%20b&broken=%0d%0aSet-Cookie:x", {{"X-Who", "me"}});
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body, "none");
    const auto header = [&](std::string_view name) {
        const std::string* value = net::find_header(response.headers, name);
        return value == nullptr ? "missing" : *value;
    };
    EXPECT_EQ(header("Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(header("Content-Type"), "text/plain");
    EXPECT_EQ(
        std::count_if(
            response.headers.begin(),
            response.headers.end(),
            [](const net::HttpHeader& one) { return one.name == "Content-Type"; }),
        1);
    EXPECT_EQ(header("X-Header"), "me");
    EXPECT_EQ(header("X-Query"), "a b");
    EXPECT_EQ(header("X-Stage"), "red");
    EXPECT_EQ(header("X-Path"), "/v1/none");
    EXPECT_EQ(header("X-Address"), "127.0.0.1");
    EXPECT_EQ(header("X-Missing"), "missing");
    EXPECT_EQ(header("X-Broken"), "missing");
}

TEST_F(GatewayResponseTest, TemplatesKnowTheContext) {
    serve(api_with(R"({"ACCESS_DENIED": {"responseTemplates": {"text/plain":
        "$context.error.message. $context.authorizer.why $context.httpMethod $context.resourcePath $context.stage $stageVariables.team $context.nothing|$5 $unknown $"}}})"));
    authorizer_ = reply(deny);
    const net::HttpResponse response = get("/token", {{"Authorization", "t"}});
    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(
        response.body,
        "User is not authorized to access this resource. because GET /token v1 red |$5 $unknown $");
    EXPECT_THAT(
        net::find_header(response.headers, "Content-Type"), Pointee(std::string("text/plain")));
}

TEST_F(GatewayResponseTest, TheApiThatHasThePathRefusesOtherMethods) {
    constexpr std::string_view second =
        R"(, "Second": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": {"paths": {
            "/second/{id}": {"post": {"x-amazon-apigateway-integration": {"type": "aws_proxy",
              "uri": "arn:aws:lambda:us-east-1:123456789012:function:Fn"}}}}}}}})";
    std::string json = api_with("{}");
    json.replace(json.rfind('}'), 1, second);
    serve(json);
    const net::HttpResponse known = get("/second/1");
    EXPECT_EQ(known.status, 404);
    EXPECT_EQ(known.body, R"({"message":"Not Found"})");
    EXPECT_EQ(get("/second").body, R"({"message":"Missing Authentication Token"})");
}

TEST_F(GatewayResponseTest, TimeoutsAreCustomised) {
    std::promise<void> done;
    gateway_ = std::make_unique<Gateway>(
        read_apis(
            *data::read_json(api_with(R"({"INTEGRATION_TIMEOUT": {"statusCode": "408"}})"), "r"),
            {},
            diagnostics_),
        [waiting =
             done.get_future().share()](const invoke::Request&) -> base::Result<invoke::Response> {
            waiting.wait();
            return base::fail("too late");
        },
        GatewayOptions{});
    const net::HttpResponse response = get("/open/1");
    done.set_value();
    EXPECT_EQ(response.status, 408);
    EXPECT_EQ(response.body, R"({"message":"Endpoint request timed out"})");
}

TEST_F(GatewayResponseTest, SignaturesAreRefusedByType) {
    std::string json = api_with(
        R"({"ACCESS_DENIED": {"statusCode": "451"}, "INVALID_SIGNATURE": {"statusCode": "452"},
            "EXPIRED_TOKEN": {"statusCode": "453"}})");
    const std::string scheme = R"("A": {"type": "apiKey",)";
    json.replace(
        json.find(scheme),
        scheme.size(),
        R"("A": {"x-amazon-apigateway-authtype": "awsSigv4", "type": "apiKey",)");
    GatewayOptions options;
    options.authorization.iam =
        std::make_shared<const aws_client::IamCredentials>(*aws_client::parse_credentials(
            "[me]\naws_access_key_id=AK\naws_secret_access_key=s\n", "f"));
    gateway_ = std::make_unique<Gateway>(
        read_apis(*data::read_json(json, "r"), {}, diagnostics_),
        [this](const invoke::Request&) { return function_; },
        std::move(options));
    const auto signed_by = [&](const std::string& key, const std::string& secret, auto when) {
        net::HttpRequest request;
        request.method = "GET";
        request.target = "/token";
        request.headers = {{"Host", "localhost:3000"}};
        aws_client::IamCredential credential;
        credential.secret_key = secret;
        aws_client::sign_sigv4(request, key, credential, "us-east-1", "execute-api", when);
        return gateway_->handle(request).status;
    };
    const auto now = std::chrono::system_clock::now();
    EXPECT_EQ(signed_by("AK", "s", now), 200);
    EXPECT_EQ(signed_by("unknown", "s", now), 451);
    EXPECT_EQ(signed_by("AK", "wrong", now), 452);
    EXPECT_EQ(signed_by("AK", "s", now - std::chrono::hours(1)), 453);
}

TEST_F(GatewayResponseTest, KeysOfAnAuthorizerOpenRoutes) {
    serve(api_with("{}", R"("x-amazon-apigateway-api-key-source": "AUTHORIZER",)"));
    EXPECT_EQ(get("/key", {{"Authorization", "t"}}).status, 200);
    authorizer_ = reply(
        R"({"principalId": "u", "usageIdentifierKey": "wrong",
            "policyDocument": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}})");
    // The client's own key does not count.
    const net::HttpResponse wrong =
        get("/key", {{"Authorization", "t"}, {"x-api-key", "top-secret"}});
    EXPECT_EQ(wrong.status, 403);
    EXPECT_EQ(wrong.body, R"({"message":"Forbidden"})");
    EXPECT_EQ(get("/key").status, 401);
    EXPECT_EQ(get("/token", {{"Authorization", "t"}}).status, 200);
}

} // namespace
} // namespace samara::gateway
