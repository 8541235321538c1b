// URLs of functions: docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html,
// urls-invocation.html and urls-auth.html.

#include "data/accessors.h"
#include "data/read.h"
#include "gateway/function_urls.h"
#include "gateway/read/function_urls.h"
#include "net/http_client.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class FunctionUrlTest : public testing::Test {
protected:
    std::vector<Api> read(std::string_view properties) {
        const auto resources = data::read_yaml(
            fmt::format(
                "Fn: {{Type: 'AWS::Lambda::Function', Properties: {{Timeout: 900}}}}\n"
                "Live: {{Type: 'AWS::Lambda::Alias', Properties: {{FunctionName: Fn, Name: "
                "live}}}}\n"
                "FnUrl: {{Type: 'AWS::Lambda::Url', Properties: {}}}\n",
                properties),
            "template.yaml");
        EXPECT_TRUE(resources);
        return read_function_urls(*resources, diagnostics_);
    }

    void serve(std::string_view properties, AuthorizationOptions authorization = {}) {
        GatewayOptions options;
        options.authorization = std::move(authorization);
        gateway_ = std::make_unique<Gateway>(
            read(properties),
            [this](const invoke::Request& request) -> base::Result<invoke::Response> {
                asked_ = request;
                return reply_;
            },
            std::move(options));
    }

    net::HttpResponse ask(net::HttpRequest request) { return gateway_->handle(request); }

    static std::string header(const net::HttpResponse& response, std::string_view name) {
        const std::string* value = net::find_header(response.headers, name);
        return value == nullptr ? "" : *value;
    }

    base::Diagnostics diagnostics_;
    std::unique_ptr<Gateway> gateway_;
    invoke::Request asked_;
    invoke::Response reply_;
};

TEST_F(FunctionUrlTest, TheFunctionGetsAnEventOfFormat2) {
    serve("{TargetFunctionArn: Live, AuthType: NONE}");
    reply_.payload =
        R"({"statusCode": 201, "headers": {"X-A": "b"}, "cookies": ["c=d"], "body": "e"})";
    const auto response = ask(
        {"POST",
         "/a/b%20c?q=1",
         {{"Host", "127.0.0.1:3100"}, {"Cookie", "f=g"}},
         "body",
         "10.0.0.9"});
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(header(response, "Set-Cookie"), "c=d");
    EXPECT_NE(header(response, "x-amzn-RequestId"), "");
    EXPECT_EQ(header(response, "apigw-requestid"), "");
    EXPECT_EQ(asked_.function, "Fn");
    EXPECT_EQ(asked_.qualifier, "live");
    const auto event = data::read_json(asked_.payload, "event");
    ASSERT_TRUE(event);
    EXPECT_EQ(data::text_of(*event, "version"), "2.0");
    EXPECT_EQ(data::text_of(*event, "routeKey"), "$default");
    EXPECT_EQ(data::text_of(*event, "rawPath"), "/a/b%20c");
    const data::Value& context = *event->find("requestContext");
    EXPECT_EQ(data::text_of(context, "accountId"), "anonymous");
    EXPECT_EQ(data::text_of(context, "apiId"), "FnUrl");
    EXPECT_EQ(data::text_of(context, "domainName"), "127.0.0.1:3100");
    EXPECT_EQ(data::text_of(context, "stage"), "$default");
    ASSERT_NE(context.find("authentication"), nullptr);
    EXPECT_TRUE(context.find("authentication")->is_null());
}

TEST_F(FunctionUrlTest, WhatGoesWrongHasLambdasAnswer) {
    struct Row {
        int status;
        std::string_view payload;
        std::string_view error;
        int answer;
        std::string_view type;
    };

    serve("{TargetFunctionArn: Fn, AuthType: NONE}");
    for (const Row& row : {
             Row{200, R"({"errorMessage": "x"})", "Unhandled", 502, ""},
             Row{429, "", "", 429, "TooManyRequestsException"},
             Row{413, "", "", 413, "RequestTooLargeException"},
         }) {
        reply_.status = row.status;
        reply_.payload = row.payload;
        reply_.function_error = row.error;
        const auto response = ask({"GET", "/", {}, {}, {}});
        EXPECT_EQ(response.status, row.answer);
        EXPECT_EQ(header(response, "x-amzn-ErrorType"), row.type);
        EXPECT_THAT(response.body, HasSubstr(R"({"Message":)"));
    }
}

TEST_F(FunctionUrlTest, ABodyThatIsTooLargeIsRefusedAsByLambda) {
    serve("{TargetFunctionArn: Fn, AuthType: NONE}");
    net::HttpRequest request{"POST", "/", {}, {}, {}};
    request.too_large = true;
    const auto response = ask(request);
    EXPECT_EQ(response.status, 413);
    EXPECT_EQ(response.body, R"({"Message":"Request Too Long"})");
    EXPECT_EQ(header(response, "x-amzn-ErrorType"), "RequestTooLargeException");
    EXPECT_EQ(asked_.function, "");
}

TEST_F(FunctionUrlTest, SignaturesAreForServiceLambda) {
    AuthorizationOptions authorization;
    authorization.iam =
        std::make_shared<const aws_client::IamCredentials>(*aws_client::parse_credentials(
            "[me]\naws_access_key_id=AK\naws_secret_access_key=s\n", "f"));
    serve("{TargetFunctionArn: Fn, AuthType: AWS_IAM}", authorization);
    reply_.payload = "{}";
    const auto signed_for = [&](std::string_view service) {
        net::HttpRequest request{"GET", "/", {{"Host", "localhost:3100"}}, {}, {}};
        aws_client::IamCredential credential;
        credential.secret_key = "s";
        aws_client::sign_sigv4(
            request,
            "AK",
            credential,
            "us-east-1",
            std::string(service),
            std::chrono::system_clock::now());
        return ask(request);
    };
    EXPECT_EQ(signed_for("lambda").status, 200);
    EXPECT_THAT(asked_.payload, HasSubstr(R"("authorizer":{"iam":{"accessKey":"AK")"));
    EXPECT_THAT(asked_.payload, HasSubstr(R"("accountId":"123456789012")"));
    EXPECT_EQ(signed_for("execute-api").status, 403);
    const auto unsigned_request = ask({"GET", "/", {}, {}, {}});
    EXPECT_EQ(unsigned_request.status, 403);
    EXPECT_EQ(unsigned_request.body, R"({"Message":"Forbidden"})");
    EXPECT_EQ(header(unsigned_request, "x-amzn-ErrorType"), "AccessDeniedException");
    serve("{TargetFunctionArn: Fn, AuthType: {Ref: Unknown}}");
    EXPECT_EQ(ask({"GET", "/", {}, {}, {}}).status, 501); // not open
}

TEST_F(FunctionUrlTest, PreflightsAreAnsweredFromTheConfiguration) {
    serve("{TargetFunctionArn: Fn, AuthType: NONE, Cors: {AllowOrigins: ['https://a.example'], "
          "AllowMethods: [GET], AllowHeaders: [x-own], MaxAge: 5}}");
    const auto response = ask(
        {"OPTIONS",
         "/any",
         {{"Origin", "https://a.example"}, {"Access-Control-Request-Method", "GET"}},
         {},
         {}});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "https://a.example");
    EXPECT_EQ(header(response, "Access-Control-Max-Age"), "5");
    EXPECT_EQ(asked_.function, ""); // it is not called
}

TEST_F(FunctionUrlTest, TheInvokeModeSaysWhetherItStreams) {
    EXPECT_TRUE(std::get<LambdaIntegration>(
                    read("{TargetFunctionArn: Fn, AuthType: NONE, InvokeMode: RESPONSE_STREAM}")
                        .at(0)
                        .routes.at(0)
                        .integration)
                    .streams);
    EXPECT_FALSE(std::get<LambdaIntegration>(
                     read("{TargetFunctionArn: Fn, AuthType: NONE, InvokeMode: BUFFERED}")
                         .at(0)
                         .routes.at(0)
                         .integration)
                     .streams);
}

TEST_F(FunctionUrlTest, EachHasAPortOfItsOwn) {
    FunctionUrls urls({});
    const std::string first = urls.address("A");
    const std::string second = urls.address("FnUrl");
    EXPECT_EQ(urls.address("A"), first);
    EXPECT_NE(second, first);
    EXPECT_THAT(second, testing::MatchesRegex("http://127.0.0.1:3[0-9]+/"));
    const auto status = [&](const std::string& address) {
        const std::size_t colon = address.rfind(':');
        net::HttpClient client(net::TcpAddress{
            "127.0.0.1", static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)))});
        const auto response = client.send({});
        return response ? response->status : 0;
    };
    EXPECT_EQ(status(second), 503); // not served yet
    int seen = 0;
    reply_.payload = "{}";
    urls.serve(
        read("{TargetFunctionArn: Fn, AuthType: NONE}"),
        [this](const invoke::Request& request) -> base::Result<invoke::Response> {
            asked_ = request;
            return reply_;
        },
        {},
        [&seen] {
            ++seen;
            return base::ready(true);
        });
    EXPECT_EQ(status(second), 200);
    EXPECT_EQ(status(first), 503); // of no URL that there is
    EXPECT_EQ(seen, 1);
    EXPECT_THAT(urls.lines(), ElementsAre("Function URL of Fn at " + second));
    urls.replace({});
    EXPECT_EQ(status(second), 503);
    EXPECT_THAT(urls.lines(), IsEmpty());

    // A port that is given has to be free; from the default on busy ones are left out.
    net::HttpServerOptions given;
    given.port = static_cast<std::uint16_t>(std::stoi(first.substr(first.rfind(':') + 1)));
    FunctionUrls busy(given);
    EXPECT_EQ(busy.address("A"), "");
    ASSERT_TRUE(busy.error());
    EXPECT_EQ(
        busy.address("B"), ""); // the next port is busy as well, and is not what was asked for
    EXPECT_THAT(busy.error()->message, HasSubstr(fmt::format(":{}:", given.port)));
    FunctionUrls others({});
    EXPECT_NE(others.address("A"), first);
    EXPECT_FALSE(others.error());
    urls.stop();
}

} // namespace
} // namespace samara::gateway
