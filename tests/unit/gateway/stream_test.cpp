// Responses that are streamed, of REST APIs and function URLs:
// docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html,
// response-transfer-mode-lambda.html, response-streaming-troubleshoot.html;
// docs.aws.amazon.com/lambda/latest/dg/response-streaming-tutorial.html.

#include "data/read.h"
#include "gateway/gateway.h"
#include "gateway/message/streamed_result.h"
#include "gateway/read/apis.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::gateway {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

const std::string nul(8, '\0');

constexpr std::string_view prelude = "application/vnd.awslambda.http-integration-response";

std::string header(const net::HttpResponse& response, std::string_view name) {
    const std::string* value = net::find_header(response.headers, name);
    return value == nullptr ? "" : *value;
}

TEST(StreamedResponseTest, HasItsStatusAndHeadersBeforeTheBody) {
    const std::string bytes =
        R"({"statusCode": 206, "headers": {"Content-Type": "text/html", "Connection": "close"},
            "multiValueHeaders": {"X-Many": ["1", "2"]}, "cookies": ["a=b", "c=d"]})" +
        nul + "<p>" + nul;
    for (const bool url : {false, true}) {
        const StreamBeginning beginning{prelude, bytes, url};
        ASSERT_TRUE(has_head(beginning));
        const auto response = streamed_response(beginning);
        ASSERT_TRUE(response);
        EXPECT_EQ(response->status, 206);
        EXPECT_EQ(response->body, "<p>" + nul);
        EXPECT_EQ(header(*response, "Content-Type"), "text/html");
        EXPECT_EQ(header(*response, "Connection"), "");
        EXPECT_EQ(header(*response, "x-amzn-Remapped-Connection"), url ? "" : "close");
        std::vector<std::string> many;
        for (const net::HttpHeader& one : response->headers) {
            if (one.name == "X-Many" || one.name == "Set-Cookie") {
                many.push_back(one.value);
            }
        }
        EXPECT_THAT(many, ElementsAre("1", "2", "a=b", "c=d"));
    }
}

TEST(StreamedResponseTest, WaitsForAllOfTheMetadata) {
    for (const bool url : {false, true}) {
        EXPECT_FALSE(has_head({prelude, "", url}));
        EXPECT_FALSE(has_head({prelude, R"({"statusCode": 200})", url}));
        EXPECT_FALSE(has_head({prelude, "{}" + nul.substr(1), url}));
        EXPECT_TRUE(has_head({prelude, "{}" + nul, url}));
        EXPECT_EQ(streamed_response({prelude, "{}" + nul, url})->status, 200);
    }
}

TEST(StreamedResponseTest, BehindAUrlTheContentTypeTellsWhetherThereAreMetadata) {
    EXPECT_TRUE(has_head({"text/event-stream", "", true}));
    auto response = streamed_response({"text/event-stream", "data: 1\n\n", true});
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "data: 1\n\n");
    EXPECT_EQ(header(*response, "Content-Type"), "text/event-stream");
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(
        header(*streamed_response({"", "x", true}), "Content-Type"), "application/octet-stream");
    EXPECT_EQ(
        streamed_response({"application/json", "{}" + nul + "x", true})->body, "{}" + nul + "x");
    EXPECT_FALSE(has_head({"text/event-stream", "{}", false})); // a REST API always wants them
}

TEST(StreamedResponseTest, NonsenseIsNoResponse) {
    const std::string long_text(16 * 1024 + 9, ' ');
    for (const std::string& bytes :
         {"[]" + nul,
          "{" + nul,
          nul,
          R"({"statusCode": 99})" + nul,
          R"({"statusCode": "x"})" + nul,
          R"({"headers": 1})" + nul,
          R"({"headers": {"a b": "c"}})" + nul,
          R"({"cookies": "a=b"})" + nul,
          long_text,
          long_text + "{}" + nul}) {
        EXPECT_TRUE(has_head({prelude, bytes, true})) << bytes.substr(0, 40);
        EXPECT_FALSE(streamed_response({prelude, bytes, true})) << bytes.substr(0, 40);
        EXPECT_FALSE(streamed_response({"", bytes, false})) << bytes.substr(0, 40);
    }
}

/// GET / of a REST API, behind it what the test says.
class StreamTest : public testing::Test {
protected:
    static std::vector<Api> read(
        std::string_view endpoint,
        std::string_view more = "",
        std::string_view type = "aws_proxy") {
        const auto resources = data::read_yaml(
            fmt::format(
                "Fn: {{Type: 'AWS::Lambda::Function'}}\n"
                "Stage: {{Type: 'AWS::ApiGateway::Stage', Properties: {{RestApiId: Api, StageName: "
                "v1, AccessLogSetting: {{DestinationArn: x, Format: '$context.status "
                "$context.responseLength $context.integration.responseTransferMode "
                "$context.integration.timeToFirstContent $context.integrationErrorMessage'}}}}}}\n"
                "Api: {{Type: 'AWS::ApiGateway::RestApi', Properties: {{{}Body: {{paths: {{'/': "
                "{{get: {{x-amazon-apigateway-integration: {{type: {}, responseTransferMode: "
                "STREAM, {}uri: 'arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/"
                "arn:aws:lambda:us-east-1:123456789012:function:Fn/"
                "response-streaming-invocations'}}}}}}}}}}}}}}\n",
                endpoint,
                type,
                more),
            "template.yaml");
        EXPECT_TRUE(resources) << base::to_string(resources.error());
        base::Diagnostics diagnostics;
        return read_apis(*resources, {}, diagnostics);
    }

    static LambdaIntegration& integration(std::vector<Api>& apis) {
        return std::get<LambdaIntegration>(apis.at(0).routes.at(0).integration);
    }

    using Function =
        std::function<void(invoke::ResponseStream& stream, invoke::Response& response)>;

    net::HttpResponse ask(std::vector<Api> apis, Function function) {
        GatewayOptions options;
        options.access_log = [this](const serving::AccessRecord& record) { logged_ = record; };
        gateway_ = std::make_unique<Gateway>(
            std::move(apis),
            [function = std::move(function)](
                const invoke::Request& request) -> base::Result<invoke::Response> {
                invoke::Response response;
                function(*request.stream, response);
                return response;
            },
            std::move(options));
        return gateway_->handle({"GET", "/", {{"Host", "h"}}, {}, {}});
    }

    /// All of the body; whether it is complete.
    bool read_body(net::HttpResponse& response) {
        const bool complete = response.stream([&](const std::string& bytes) {
            response.body += bytes;
            return true;
        });
        response.answered();
        return complete;
    }

    serving::AccessRecord logged_;
    std::unique_ptr<Gateway> gateway_;
};

TEST_F(StreamTest, StreamsLastAndIdleByTheEndpoint) {
    struct Row {
        std::string_view endpoint;
        std::chrono::milliseconds idle;
    };

    for (const Row& row : std::initializer_list<Row>{
             {"", 30s},
             {"EndpointConfiguration: {Types: [EDGE]}, ", 30s},
             {"EndpointConfiguration: {Types: [REGIONAL]}, ", 300s},
             {"EndpointConfiguration: {Types: [PRIVATE]}, ", 300s},
             {"Parameters: {endpointConfigurationTypes: REGIONAL}, ", 300s}}) {
        auto apis = read(row.endpoint);
        EXPECT_TRUE(integration(apis).streams);
        EXPECT_EQ(integration(apis).idle_timeout, row.idle) << row.endpoint;
        EXPECT_EQ(integration(apis).timeout, 900s);
    }
    auto shorter = read("", "timeoutInMillis: 5000, ");
    EXPECT_EQ(integration(shorter).timeout, 5s);
    auto longer = read("", "timeoutInMillis: 5000000, ");
    EXPECT_EQ(integration(longer).timeout, 900s);
}

TEST_F(StreamTest, OnlyProxiesStream) {
    for (const std::string_view type : {"aws", "mock", "http"}) {
        const auto apis = read("", "", type);
        const auto* unsupported =
            std::get_if<UnsupportedIntegration>(&apis.at(0).routes.at(0).integration);
        ASSERT_NE(unsupported, nullptr) << type;
        EXPECT_THAT(unsupported->reason, HasSubstr("responseTransferMode STREAM"));
    }
}

TEST_F(StreamTest, TheBodyFollowsTheHead) {
    std::atomic<bool> go_on = false;
    net::HttpResponse response =
        ask(read(""), [&](invoke::ResponseStream& stream, invoke::Response& result) {
            stream.begin({});
            stream.write(R"({"statusCode": 201})" + nul + "one");
            go_on.wait(false);
            stream.write("two");
            result.cold = true;
        });
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(response.body, "one");
    EXPECT_NE(header(response, "x-amzn-RequestId"), "");
    go_on = true;
    go_on.notify_all();
    EXPECT_TRUE(read_body(response));
    EXPECT_EQ(response.body, "onetwo");
    EXPECT_EQ(logged_.cold, true);
    EXPECT_THAT(logged_.line, MatchesRegex("201 6 STREAMED [0-9]+ -"));
    EXPECT_EQ(logged_.status, 201);
    EXPECT_EQ(logged_.function, "Fn");
}

TEST_F(StreamTest, AFunctionThatFailsInTheMiddleHasItsResponseCut) {
    net::HttpResponse response =
        ask(read(""), [&](invoke::ResponseStream& stream, invoke::Response& result) {
            stream.begin({});
            stream.write("{}" + nul + "one");
            result.function_error = "Unhandled";
            result.payload = "why";
        });
    EXPECT_EQ(response.status, 200);
    EXPECT_FALSE(read_body(response));
    EXPECT_EQ(response.body, "one");
    EXPECT_THAT(logged_.error, HasSubstr("why"));
}

TEST_F(StreamTest, WhatIsNoResponseIs502) {
    struct Row {
        std::string_view written;
        std::string_view error;
        int status;
    };

    for (const Row& row : std::initializer_list<Row>{
             {"no metadata", "", 502},
             {"{}", "", 502},
             {"", "Unhandled", 502},
             {"{", "Unhandled", 502}}) {
        net::HttpResponse response =
            ask(read(""), [&](invoke::ResponseStream& stream, invoke::Response& result) {
                if (!row.written.empty()) {
                    stream.begin({});
                    stream.write(row.written);
                }
                result.function_error = row.error;
            });
        EXPECT_EQ(response.status, row.status) << row.written;
        EXPECT_FALSE(response.stream);
        response.answered();
        EXPECT_NE(logged_.error, "");
    }
    net::HttpResponse throttled = ask(
        read(""), [&](invoke::ResponseStream&, invoke::Response& result) { result.status = 429; });
    EXPECT_EQ(throttled.status, 500);
}

TEST_F(StreamTest, SilenceEndsAStream) {
    std::atomic<bool> go_on = false;
    const auto function = [&](std::string_view first) {
        return [&, first](invoke::ResponseStream& stream, invoke::Response&) {
            stream.begin({});
            stream.write(first);
            go_on.wait(false);
            stream.write("never");
        };
    };
    const auto end = [&] {
        go_on = true;
        go_on.notify_all();
        gateway_ = nullptr; // waits for its calls
        go_on = false;
    };
    auto apis = read("");
    integration(apis).idle_timeout = 50ms;
    net::HttpResponse response = ask(apis, function("{}" + nul + "one"));
    EXPECT_FALSE(read_body(response));
    EXPECT_EQ(response.body, "one");
    EXPECT_THAT(logged_.error, HasSubstr("nothing has come"));
    end();
    const net::HttpResponse late = ask(apis, function("{"));
    EXPECT_EQ(late.status, 504);
    end();
    integration(apis).idle_timeout = 10s;
    integration(apis).timeout = 50ms;
    response = ask(apis, function("{}" + nul + "one"));
    EXPECT_FALSE(read_body(response));
    EXPECT_THAT(logged_.error, HasSubstr("took longer"));
    end();
}

TEST_F(StreamTest, AClientThatLeavesEndsTheWritingNotTheFunction) {
    std::atomic<bool> ended = false;
    net::HttpResponse response =
        ask(read(""), [&](invoke::ResponseStream& stream, invoke::Response&) {
            stream.begin({});
            stream.write("{}" + nul);
            for (int i = 0; i < 100; ++i) {
                stream.write(std::string(16 * 1024, 'x'));
            }
            ended = true;
        });
    EXPECT_FALSE(response.stream([](const std::string&) { return false; }));
    response.answered();
    EXPECT_THAT(logged_.error, HasSubstr("went away"));
    gateway_ = nullptr; // waits for its calls
    EXPECT_TRUE(ended);
}

} // namespace
} // namespace samara::gateway
