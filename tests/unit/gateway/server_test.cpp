#include "data/read.h"
#include "gateway/read/apis.h"
#include "gateway/server.h"
#include "support/raw_client.h"

#include <future>
#include <latch>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::gateway {
namespace {

using test::body_of;
using test::RawClient;
using test::status_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<Api> apis_of(std::string_view json) {
    const auto resources = data::read_json(json, "test");
    EXPECT_TRUE(resources) << (resources ? "" : base::to_string(resources.error()));
    base::Diagnostics diagnostics;
    return read_apis(*resources, {}, diagnostics);
}

/// What SAM makes of VideoUploader: one HTTP API with CORS and a route.
constexpr std::string_view video = R"({
  "Uploader": {"Type": "AWS::Lambda::Function", "Properties": {"Timeout": 600}},
  "UploadVideoAPI": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": {
    "openapi": "3.0.1",
    "paths": {"/upload/url": {"get": {"x-amazon-apigateway-integration": {
      "type": "aws_proxy", "httpMethod": "POST", "payloadFormatVersion": "2.0",
      "uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:Uploader/invocations"}}}},
    "x-amazon-apigateway-cors": {"allowOrigins": ["*"], "allowMethods": ["GET", "OPTIONS"],
      "allowHeaders": ["content-type"], "maxAge": 60}}}},
  "Stage": {"Type": "AWS::ApiGatewayV2::Stage",
    "Properties": {"ApiId": "UploadVideoAPI", "StageName": "prod"}}})";

invoke::Response reply(std::string payload) {
    invoke::Response response;
    response.payload = std::move(payload);
    return response;
}

Server start(std::vector<Api> apis, serving::Invoke invoke, ServerOptions options = {}) {
    auto server = Server::start(std::move(apis), std::move(invoke), std::move(options));
    EXPECT_TRUE(server) << (server ? "" : server.error().message);
    return std::move(*server);
}

std::string request(const Server& server, std::string_view text) {
    RawClient client(server.port());
    client.send(text);
    return client.response();
}

TEST(Server, TakesARequestToItsFunctionAndTheResultBack) {
    std::string seen;
    const Server server = start(apis_of(video), [&](const invoke::Request& call) {
        seen = call.function + " " + call.payload;
        return reply(R"({"statusCode": 201, "headers": {"X-Own": "a"}, "body": "hello"})");
    });
    const std::string response =
        request(server, "GET /upload/url?file=a%20b HTTP/1.1\r\nHost: localhost:3000\r\n\r\n");
    EXPECT_EQ(status_of(response), 201);
    EXPECT_EQ(body_of(response), "hello");
    EXPECT_THAT(response, HasSubstr("X-Own: a\r\n"));
    EXPECT_THAT(seen, HasSubstr("Uploader {\"version\":\"2.0\",\"routeKey\":\"GET /upload/url\""));
    EXPECT_THAT(seen, HasSubstr("\"queryStringParameters\":{\"file\":\"a b\"}"));
    EXPECT_THAT(seen, HasSubstr("\"stage\":\"prod\""));
    EXPECT_THAT(seen, HasSubstr(fmt::format("\"x-forwarded-port\":\"{}\"", server.port())));
    EXPECT_THAT(seen, HasSubstr("\"domainName\":\"localhost:3000\""));
}

TEST(Server, NamesItsMounts) {
    const Server server = start(apis_of(video), [](const invoke::Request&) { return reply("{}"); });
    const auto mounts = server.mounts();
    ASSERT_EQ(mounts.size(), 1U);
    EXPECT_EQ(
        to_string(mounts.front(), server.address()),
        fmt::format(
            "Mounting Uploader at http://127.0.0.1:{}/upload/url [GET, OPTIONS]", server.port()));
}

TEST(Server, AnswersPreflightsWithoutTheFunction) {
    const Server server = start(apis_of(video), [](const invoke::Request&) {
        ADD_FAILURE() << "the function was called";
        return reply("{}");
    });
    const std::string response = request(
        server,
        "OPTIONS /upload/url HTTP/1.1\r\nHost: h\r\nOrigin: https://a\r\n"
        "Access-Control-Request-Method: GET\r\n\r\n");
    EXPECT_EQ(status_of(response), 204);
    EXPECT_THAT(response, HasSubstr("Access-Control-Allow-Origin: *\r\n"));
    EXPECT_THAT(response, HasSubstr("Access-Control-Allow-Methods: GET,OPTIONS\r\n"));
    EXPECT_THAT(response, HasSubstr("Access-Control-Max-Age: 60\r\n"));
}

TEST(Server, AnswersOptionsOfARouteWithCors) {
    const Server server = start(apis_of(video), [](const invoke::Request&) { return reply("{}"); });
    const std::string response =
        request(server, "OPTIONS /upload/url HTTP/1.1\r\nHost: h\r\nOrigin: https://a\r\n\r\n");
    EXPECT_EQ(status_of(response), 204);
    EXPECT_THAT(response, HasSubstr("Access-Control-Allow-Methods: GET,OPTIONS\r\n"));
    EXPECT_EQ(status_of(request(server, "OPTIONS /nothing HTTP/1.1\r\nHost: h\r\n\r\n")), 404);
}

TEST(Server, SaysNotFoundAndInternalServerError) {
    int calls = 0;
    const Server server = start(apis_of(video), [&](const invoke::Request&) {
        ++calls;
        invoke::Response failed = reply(R"({"errorMessage": "x"})");
        failed.function_error = "Unhandled";
        return failed;
    });
    const std::string missing = request(server, "GET /none HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(status_of(missing), 404);
    EXPECT_EQ(body_of(missing), R"({"message":"Not Found"})");
    EXPECT_EQ(calls, 0);
    const std::string failed = request(server, "GET /upload/url HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(status_of(failed), 500);
    EXPECT_EQ(body_of(failed), R"({"message":"Internal Server Error"})");
    EXPECT_EQ(calls, 1);
}

// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-lambda.html: what
// comes with a status of its own is no result of the function.
TEST(Server, DoesNotTakeARefusalOfLambdaForTheResult) {
    int status = 429;
    const Server server = start(apis_of(video), [&](const invoke::Request&) {
        invoke::Response refusal = reply(R"({"message": "Rate Exceeded."})");
        refusal.status = status;
        return refusal;
    });
    const std::string_view get = "GET /upload/url HTTP/1.1\r\nHost: x\r\n\r\n";
    std::string response = request(server, get);
    EXPECT_EQ(status_of(response), 503);
    EXPECT_EQ(body_of(response), R"({"message":"Service Unavailable"})");
    status = 413;
    response = request(server, get);
    EXPECT_EQ(status_of(response), 413);
    EXPECT_EQ(body_of(response), R"({"message":"Request Entity Too Large"})");
}

// docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-gatewayresponse.html
TEST(Server, AnswersAsGatewayResponseResourcesSay) {
    base::Diagnostics diagnostics;
    const auto resources = data::read_json(
        R"({
          "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {}},
          "NoRoute": {"Type": "AWS::ApiGateway::GatewayResponse", "Properties": {
            "RestApiId": "Api", "ResponseType": "MISSING_AUTHENTICATION_TOKEN", "StatusCode": "404",
            "ResponseParameters": {"gatewayresponse.header.X-Why": "'no such route'"},
            "ResponseTemplates": {"application/json": "{\"why\":$context.error.messageString}"}}},
          "Key": {"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Enabled": true}}})",
        "test");
    ASSERT_TRUE(resources);
    const Server server = start(
        read_apis(*resources, {}, diagnostics), [](const invoke::Request&) { return reply(""); });
    const std::string response = request(server, "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(status_of(response), 404);
    EXPECT_EQ(body_of(response), R"({"why":"Missing Authentication Token"})");
    EXPECT_THAT(response, HasSubstr("X-Why: no such route\r\n"));
    ASSERT_FALSE(diagnostics.empty());
    EXPECT_EQ(
        diagnostics.front().error.message,
        "AWS makes up the value of this API key; here it is 'Key'");
}

// docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html:
// REQUEST_TOO_LARGE
TEST(Server, ABodyThatIsTooLargeIsAnsweredByItsApi) {
    std::vector<Api> apis = apis_of(R"({
      "Rest": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": {"paths": {
        "/rest": {"post": {"x-amazon-apigateway-integration": {"type": "mock"}}}}}}},
      "Refusals": {"Type": "AWS::ApiGateway::GatewayResponse", "Properties": {
        "RestApiId": "Rest", "ResponseType": "DEFAULT_4XX",
        "ResponseParameters": {"gatewayresponse.header.X-Type": "context.error.responseType"}}}})");
    apis.push_back(std::move(apis_of(video).at(0)));
    std::promise<std::string> error;
    ServerOptions options;
    options.gateway.access_log = [&](const serving::AccessRecord& record) {
        error.set_value(record.error);
    };
    const auto ask = [&](std::string_view head) {
        error = {};
        const Server server = start(
            apis, [](const invoke::Request&) { return reply("{}"); }, options);
        std::string response = request(
            server,
            fmt::format("{} HTTP/1.1\r\nHost: h\r\nContent-Length: 10485761\r\n\r\n", head));
        EXPECT_EQ(status_of(response), 413);
        EXPECT_EQ(error.get_future().get(), "API Gateway takes bodies of up to 10 MB");
        return response;
    };
    const std::string rest = ask("POST /rest");
    EXPECT_EQ(body_of(rest), R"({"message":"Request Too Long"})");
    EXPECT_THAT(rest, HasSubstr("X-Type: REQUEST_TOO_LARGE\r\n"));
    const std::string http = ask("GET /upload/url");
    EXPECT_EQ(body_of(http), R"({"message":"Request Entity Too Large"})");
    EXPECT_THAT(http, HasSubstr("apigw-requestid: "));
}

TEST(Server, RefusesHeadersThatWouldSplitTheResponse) {
    const Server server = start(apis_of(video), [](const invoke::Request&) {
        return reply(R"({"statusCode": 200, "headers": {"X": "a\r\nSet-Cookie: b=c"}})");
    });
    const std::string response = request(server, "GET /upload/url HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(status_of(response), 500);
    EXPECT_THAT(response, Not(HasSubstr("Set-Cookie")));
}

TEST(Server, StopsWaitingForASlowFunction) {
    std::vector<Api> apis = apis_of(video);
    std::get<LambdaIntegration>(apis.at(0).routes.at(0).integration).timeout =
        std::chrono::milliseconds(20);
    std::latch answered(1);
    const Server server = start(apis, [&](const invoke::Request&) {
        answered.wait();
        return reply("{}");
    });
    const std::string response = request(server, "GET /upload/url HTTP/1.1\r\nHost: h\r\n\r\n");
    answered.count_down();
    EXPECT_EQ(status_of(response), 503);
    EXPECT_EQ(body_of(response), R"({"message":"Service Unavailable"})");
}

TEST(Server, TakesUpNewRoutesWithoutDroppingARunningRequest) {
    std::latch inside(1);
    std::latch go_on(1);
    std::atomic<bool> first = true;
    Server server = start(apis_of(video), [&](const invoke::Request&) {
        if (first.exchange(false)) {
            inside.count_down();
            go_on.wait();
        }
        return reply(R"({"statusCode": 200, "body": "ok"})");
    });
    RawClient running(server.port());
    running.send("GET /upload/url HTTP/1.1\r\nHost: h\r\n\r\n");
    inside.wait();
    std::vector<Api> renamed = apis_of(video);
    renamed.at(0).routes.at(0).path = "/new/{id}";
    server.replace(std::move(renamed));
    EXPECT_EQ(status_of(request(server, "GET /new/1 HTTP/1.1\r\nHost: h\r\n\r\n")), 200);
    EXPECT_EQ(status_of(request(server, "GET /upload/url HTTP/1.1\r\nHost: h\r\n\r\n")), 404);
    go_on.count_down();
    EXPECT_EQ(body_of(running.response()), "ok");
}

TEST(Server, WritesOneAccessRecordARequest) {
    std::vector<std::string> lines;
    std::mutex mutex;
    ServerOptions options;
    options.gateway.access_log = [&](const serving::AccessRecord& record) {
        serving::AccessRecord fixed = record;
        EXPECT_GE(fixed.duration.count(), 0);
        fixed.duration = std::chrono::microseconds(3100);
        const std::scoped_lock lock(mutex);
        lines.push_back(to_string(fixed, serving::AccessLogFormat::text));
    };
    {
        const Server server = start(
            apis_of(video),
            [](const invoke::Request&) {
                invoke::Response cold = reply("\"hi\"");
                cold.cold = true;
                return cold;
            },
            std::move(options));
        RawClient client(server.port());
        client.send("GET /upload/url?x HTTP/1.1\r\nHost: h\r\n\r\n"
                    "GET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        client.everything();
    } // a line may come after its answer, but not after the server
    const std::scoped_lock lock(mutex);
    EXPECT_THAT(
        lines, ElementsAre("GET /upload/url 200 3.1 ms Uploader cold", "GET /none 404 3.1 ms"));
}

TEST(Server, AnswersThoughTheLogTakesItsTime) {
    std::latch read(1);
    ServerOptions options;
    options.gateway.access_log = [&](const serving::AccessRecord&) { read.wait(); };
    const Server server = start(
        apis_of(video), [](const invoke::Request&) { return reply("\"hi\""); }, std::move(options));
    EXPECT_EQ(status_of(request(server, "GET /upload/url HTTP/1.1\r\nHost: h\r\n\r\n")), 200);
    read.count_down(); // a log that the answer waited for would never be let go
}

} // namespace
} // namespace samara::gateway
