// Whatever is thrown while something is served: an answer that says so, a line in the log, and the
// next request as though nothing had been.

#include "data/read.h"
#include "gateway/function_urls.h"
#include "gateway/read/apis.h"
#include "gateway/read/function_urls.h"
#include "gateway/server.h"
#include "support/raw_client.h"

#include <atomic>
#include <mutex>
#include <new>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::gateway {
namespace {

using test::body_of;
using test::RawClient;
using test::status_of;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

// Short answers within the time that its API waits, Long does not.
constexpr std::string_view application = R"(
Short: {Type: 'AWS::Lambda::Function', Properties: {Timeout: 3}}
Long: {Type: 'AWS::Lambda::Function', Properties: {Timeout: 600}}
Rest: {Type: 'AWS::ApiGateway::RestApi', Properties: {Body: {paths: {
  /rest: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: Short}}},
  /long: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: Long}}},
  /mapped: {get: {x-amazon-apigateway-integration: {type: aws, uri: Short, responses: {default: {statusCode: '200'}}}}},
  /stream: {get: {x-amazon-apigateway-integration: {type: aws_proxy, responseTransferMode: STREAM, uri:
    'arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/Short/response-streaming-invocations'}}}}}}}
Http: {Type: 'AWS::ApiGatewayV2::Api', Properties: {Body: {openapi: 3.0.1, paths: {
  /http: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: Short}}}}}}}
Chat: {Type: 'AWS::ApiGatewayV2::Api', Properties: {ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}}
Stage: {Type: 'AWS::ApiGatewayV2::Stage', Properties: {ApiId: Chat, StageName: prod}}
I: {Type: 'AWS::ApiGatewayV2::Integration', Properties: {ApiId: Chat, IntegrationType: AWS_PROXY, IntegrationUri: Short}}
C: {Type: 'AWS::ApiGatewayV2::Route', Properties: {ApiId: Chat, RouteKey: $connect, Target: integrations/I}}
D: {Type: 'AWS::ApiGatewayV2::Route', Properties: {ApiId: Chat, RouteKey: $default, Target: integrations/I, RouteResponseSelectionExpression: $default}}
Url: {Type: 'AWS::Lambda::Url', Properties: {TargetFunctionArn: Short, AuthType: NONE}}
)";

class FaultTest : public testing::Test {
protected:
    FaultTest() {
        const auto resources = data::read_yaml(application, "template.yaml");
        EXPECT_TRUE(resources) << base::to_string(resources.error());
        base::Diagnostics diagnostics;
        ServerOptions options;
        options.http.log = options.gateway.log = log();
        options.before_request = [this]() -> base::Task<bool> {
            fail_if(before_fails_);
            co_return true;
        };
        options.own_pages = {
            [](const net::HttpRequest& request) { return request.path() == "/page"; },
            [this](const net::HttpRequest&) {
                fail_if(fails_);
                return net::HttpResponse{200, {}, "ok"};
            }};
        options.sockets = read_websocket_apis(*resources, {}, diagnostics);
        const auto invoke = [this](const invoke::Request&) -> base::Result<invoke::Response> {
            fail_if(fails_);
            invoke::Response response;
            response.payload = R"({"statusCode": 200, "body": "ok"})";
            return response;
        };
        GatewayOptions of_urls;
        of_urls.log = log();
        urls_.emplace(options.http);
        urls_->serve(
            read_function_urls(*resources, diagnostics), invoke, of_urls, options.before_request);
        auto server =
            Server::start(read_apis(*resources, {}, diagnostics), invoke, std::move(options));
        EXPECT_TRUE(server);
        server_.emplace(std::move(*server));
    }

    base::Log log() {
        return base::Log([this](base::LogLevel level, std::string_view line) {
            const std::scoped_lock lock(mutex_);
            told_.push_back((level == base::LogLevel::error ? "error: " : "") + std::string(line));
        });
    }

    static void fail_if(bool fails) {
        if (fails) {
            throw std::bad_alloc();
        }
    }

    static std::string ask(std::uint16_t port, std::string_view path) {
        RawClient client(port);
        client.send(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", path));
        return client.response();
    }

    std::vector<std::string> told() {
        const std::scoped_lock lock(mutex_);
        return std::exchange(told_, {});
    }

    /// A client that is in, or the answer to its handshake.
    static std::string shake_hands(RawClient& client) {
        client.send("GET /prod HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    "Sec-WebSocket-Version: 13\r\n\r\n");
        return client.response(true);
    }

    /// A text of less than 126 bytes, as a client masks it.
    static std::string frame(const std::string& text) {
        return std::string("\x81") + static_cast<char>(0x80 | text.size()) + std::string(4, '\0') +
               text;
    }

    std::mutex mutex_;
    std::vector<std::string> told_;
    std::atomic<bool> fails_ = false;
    std::atomic<bool> before_fails_ = false;
    std::optional<FunctionUrls> urls_;
    std::optional<Server> server_;
};

TEST_F(FaultTest, IsOneRequestsFaultWhoeverServesIt) {
    const std::string url = urls_->address("Url");
    const auto url_port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    for (const std::string path : {"/rest", "/mapped", "/http", "/page", "/of/a/url"}) {
        const std::uint16_t port = path == "/of/a/url" ? url_port : server_->port();
        fails_ = true;
        const std::string failed = ask(port, path);
        EXPECT_EQ(status_of(failed), 500) << path;
        EXPECT_EQ(body_of(failed), R"({"message":"Internal Server Error"})") << path;
        EXPECT_THAT(
            told(), Contains("error: GET " + path + ": a fault in samara itself: std::bad_alloc"));
        fails_ = false;
        EXPECT_EQ(status_of(ask(port, path)), 200) << path;
        before_fails_ = path != "/page";
        EXPECT_EQ(status_of(ask(port, path)), path == "/page" ? 200 : 500) << path;
        before_fails_ = false;
    }
}

TEST_F(FaultTest, OfACallThatIsNotWaitedForIsItsFailure) {
    for (const std::string path : {"/long", "/stream"}) {
        fails_ = true;
        EXPECT_EQ(status_of(ask(server_->port(), path)), 502) << path;
    }
    fails_ = false;
    EXPECT_EQ(status_of(ask(server_->port(), "/long")), 200);
}

TEST_F(FaultTest, OfAMessageIsToldAndTheClientStays) {
    fails_ = true;
    RawClient refused(server_->port());
    EXPECT_EQ(status_of(shake_hands(refused)), 500);
    EXPECT_THAT(told(), Contains(StartsWith("error: GET /prod: a fault in samara itself")));
    fails_ = false;
    RawClient client(server_->port());
    ASSERT_EQ(status_of(shake_hands(client)), 101);
    fails_ = true;
    client.send(frame("one"));
    EXPECT_THAT(client.until("}"), HasSubstr(R"({"message":"Internal server error")"));
    EXPECT_THAT(told(), Contains("error: Chat: a fault in samara itself: std::bad_alloc"));
    fails_ = false;
    client.send(frame("two"));
    EXPECT_THAT(client.until("ok"), HasSubstr("\x81\x02ok"));
    EXPECT_EQ(server_->connections().size(), 1U);
}

} // namespace
} // namespace samara::gateway
