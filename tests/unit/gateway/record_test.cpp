#include "data/read.h"
#include "gateway/gateway.h"
#include "gateway/read/apis.h"

#include <mutex>

#include <gmock/gmock.h>

namespace samara::gateway {
namespace {

constexpr std::string_view orders = R"({
  "Fn": {"Type": "AWS::Lambda::Function"}, "Auth": {"Type": "AWS::Lambda::Function"},
  "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": {
    "openapi": "3.0.1",
    "components": {"securitySchemes": {"A": {"type": "apiKey", "in": "header", "name": "Authorization",
      "x-amazon-apigateway-authorizer": {"type": "request", "authorizerResultTtlInSeconds": 0,
        "authorizerPayloadFormatVersion": "2.0", "enableSimpleResponses": true,
        "identitySource": "$request.header.Authorization",
        "authorizerUri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:Auth/invocations"}}}},
    "paths": {"/orders/{id}": {"post": {"security": [{"A": []}], "x-amazon-apigateway-integration": {
      "type": "aws_proxy", "httpMethod": "POST", "payloadFormatVersion": "2.0",
      "uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:Fn/invocations"}}}}}}}})";

class Notes : public serving::Recorder {
public:
    std::uint64_t add(serving::Exchange exchange) override {
        const std::scoped_lock lock(mutex_);
        all.push_back(std::move(exchange));
        return all.size();
    }

    std::vector<serving::Exchange> all;

private:
    std::mutex mutex_;
};

class RecordTest : public testing::Test {
protected:
    RecordTest() {
        const auto resources = data::read_json(orders, "test");
        base::Diagnostics diagnostics;
        GatewayOptions options;
        options.recorder = notes_;
        options.access_log = [this](const serving::AccessRecord&) { ++logged_; };
        gateway_ = std::make_shared<Gateway>(
            read_apis(*resources, {}, diagnostics),
            [this](const invoke::Request& request) -> base::Result<invoke::Response> {
                ++calls_;
                invoke::Response response;
                response.payload =
                    request.function == "Auth" ? R"({"isAuthorized": true})" : reply_;
                return response;
            },
            std::move(options));
    }

    static net::HttpRequest order(std::string target = "/orders/7") {
        return {"POST", std::move(target), {{"Authorization", "Bearer x"}}, "body", "127.0.0.1"};
    }

    std::shared_ptr<Notes> notes_ = std::make_shared<Notes>();
    std::shared_ptr<Gateway> gateway_;
    std::string reply_ = R"({"statusCode": 201, "body": "done"})";
    int calls_ = 0;
    int logged_ = 0;
};

TEST_F(RecordTest, ARequestIsRecordedWithItsCallsAndItsAnswer) {
    EXPECT_EQ(gateway_->handle(order()).status, 201);
    ASSERT_EQ(notes_->all.size(), 1U);
    const serving::Exchange& exchange = notes_->all.front();
    EXPECT_EQ(exchange.request.target, "/orders/7");
    EXPECT_EQ(exchange.request.body, "body");
    EXPECT_EQ(exchange.route, "POST /orders/{id}");
    EXPECT_EQ(exchange.api, "Api");
    EXPECT_EQ(exchange.status, 201);
    EXPECT_EQ(exchange.response_body.text, "done");
    ASSERT_EQ(exchange.calls.size(), 2U) << "the authorizer's, too";
    EXPECT_EQ(exchange.calls[0]->view().function, "Auth");
    EXPECT_EQ(exchange.calls[1]->view().function, "Fn");
    EXPECT_THAT(exchange.calls[1]->view().event.text, testing::HasSubstr("rawPath"));
}

TEST_F(RecordTest, ARequestWithoutARouteIsRecordedToo) {
    gateway_->handle(order("/nowhere"));
    ASSERT_EQ(notes_->all.size(), 1U);
    EXPECT_EQ(notes_->all.front().route, "");
    EXPECT_EQ(notes_->all.front().status, 404);
    EXPECT_TRUE(notes_->all.front().calls.empty());
}

TEST_F(RecordTest, ALargeAnswerIsKeptInPart) {
    reply_ = R"({"statusCode": 200, "body": ")" + std::string(100'000, 'x') + R"("})";
    EXPECT_EQ(gateway_->handle(order()).body.size(), 100'000U);
    EXPECT_TRUE(notes_->all.front().response_body.cut());
    EXPECT_EQ(notes_->all.front().response_body.size, 100'000U);
}

TEST_F(RecordTest, AReplayGoesThroughTheSameProtection) {
    gateway_->handle(order());
    const auto replayer = notes_->all.front().replayer.lock();
    ASSERT_NE(replayer, nullptr);
    EXPECT_EQ(replayer->replay(notes_->all.front().request, 1), 2U);
    EXPECT_EQ(calls_, 4) << "the authorizer is asked again";
    EXPECT_EQ(notes_->all.back().replay_of, 1U);
    EXPECT_EQ(notes_->all.back().status, 201);
    EXPECT_EQ(logged_, 1) << "a replay has its line; that of a client's comes with its answer";
    net::HttpRequest open = notes_->all.front().request;
    open.headers.clear();
    replayer->replay(std::move(open), 1);
    EXPECT_EQ(notes_->all.back().status, 401);
}

TEST_F(RecordTest, AStreamedAnswerIsRecordedWhenItIsOver) {
    const auto resources = data::read_json(
        R"({"Fn": {"Type": "AWS::Lambda::Function"},
            "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": {"paths": {"/": {"get": {
              "x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "Fn",
                "responseTransferMode": "STREAM"}}}}}}}})",
        "test");
    base::Diagnostics diagnostics;
    gateway_->replace(read_apis(*resources, {}, diagnostics));
    reply_ = "{}" + std::string(8, '\0') + "done";
    const net::HttpResponse response = gateway_->handle({"GET", "/", {}, {}, {}});
    EXPECT_EQ(response.body, "done");
    EXPECT_TRUE(notes_->all.empty());
    EXPECT_TRUE(response.stream([](const std::string&) { return true; }));
    ASSERT_EQ(notes_->all.size(), 1U);
    EXPECT_EQ(notes_->all.front().response_body.text, "done");
    EXPECT_EQ(notes_->all.front().calls.size(), 1U);
    EXPECT_EQ(gateway_->replay(notes_->all.front().request, 1), 2U);
    EXPECT_EQ(notes_->all.back().replay_of, 1U);
}

TEST_F(RecordTest, RecordsDoNotKeepAGatewayAlive) {
    gateway_->handle(order());
    gateway_.reset();
    EXPECT_EQ(notes_->all.front().replayer.lock(), nullptr);
}

} // namespace
} // namespace samara::gateway
