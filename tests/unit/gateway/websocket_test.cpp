// WebSocket APIs without sockets: docs.aws.amazon.com/apigateway/latest/developerguide/
// apigateway-websocket-api.html and the pages below it, named at each test.

#include "base/strings.h"
#include "data/accessors.h"
#include "data/read.h"
#include "gateway/read/apis.h"
#include "gateway/websocket/selection.h"
#include "gateway/websocket/socket_gateway.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A client that keeps what it gets.
class Client : public SocketPeer {
public:
    bool send(std::string message, bool binary) override {
        messages.push_back((binary ? "binary " : "") + message);
        return !gone;
    }

    void close(std::uint16_t code, std::string_view /*reason*/) override { closed = code; }

    std::vector<std::string> messages;
    std::uint16_t closed = 0;
    bool gone = false;
};

constexpr std::string_view chat = R"(
Fn: {Type: 'AWS::Lambda::Function', Properties: {}}
Auth: {Type: 'AWS::Lambda::Function', Properties: {}}
Chat: {Type: 'AWS::ApiGatewayV2::Api', Properties: {ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}}
Stage: {Type: 'AWS::ApiGatewayV2::Stage', Properties: {ApiId: Chat, StageName: prod, StageVariables: {team: red}}}
I: {Type: 'AWS::ApiGatewayV2::Integration', Properties: {ApiId: Chat, IntegrationType: AWS_PROXY, IntegrationUri: Fn}}
C: {Type: 'AWS::ApiGatewayV2::Route', Properties: {ApiId: Chat, RouteKey: $connect, Target: integrations/I, AUTH}}
D: {Type: 'AWS::ApiGatewayV2::Route', Properties: {ApiId: Chat, RouteKey: $disconnect, Target: integrations/I}}
S: {Type: 'AWS::ApiGatewayV2::Route', Properties: {ApiId: Chat, RouteKey: say, Target: integrations/I, RouteResponseSelectionExpression: $default}}
Q: {Type: 'AWS::ApiGatewayV2::Route', Properties: {ApiId: Chat, RouteKey: quiet, Target: integrations/I}}
A: {Type: 'AWS::ApiGatewayV2::Authorizer', Properties: {ApiId: Chat, AuthorizerType: REQUEST, AuthorizerUri: Auth, IdentitySource: [route.request.querystring.token], Name: a}}
)";

class WebSocketTest : public testing::Test {
protected:
    void serve(std::string_view auth = "AuthorizationType: NONE", std::string_view more = "") {
        std::string yaml(chat);
        yaml.replace(yaml.find("AUTH}"), 4, auth);
        yaml.replace(yaml.find("StageVariables"), 0, stage_);
        const auto resources = data::read_yaml(yaml + std::string(more), "template.yaml");
        ASSERT_TRUE(resources) << base::to_string(resources.error());
        base::Diagnostics diagnostics;
        gateway_ = std::make_unique<SocketGateway>(
            read_websocket_apis(*resources, {}, diagnostics),
            [this](const invoke::Request& request) -> base::Result<invoke::Response> {
                events_.push_back(*data::read_json(request.payload, "event"));
                invoke::Response response = reply_;
                if (request.function == "Auth") {
                    response.payload = verdict_;
                }
                return response;
            },
            SocketGateway::Options{
                .authorization = authorization_,
                .log = {},
                .access_log = [this](const serving::AccessRecord& record) {
                    records_.push_back(record);
                }});
        EXPECT_THAT(diagnostics, IsEmpty());
        EXPECT_THAT(read_apis(*resources, {}, diagnostics), IsEmpty());
    }

    static net::HttpRequest handshake(std::string target = "/prod") {
        return {
            "GET",
            std::move(target),
            {{"Host", "localhost:3000"}, {"User-Agent", "ws"}, {"Upgrade", "websocket"}},
            {},
            "10.0.0.9"};
    }

    /// A client that is in.
    std::shared_ptr<const SocketClient> open(const std::shared_ptr<Client>& peer) {
        const auto accepted = gateway_->connect(handshake(), access_);
        EXPECT_TRUE(accepted);
        gateway_->opened(accepted->client, peer);
        events_.clear();
        return accepted->client;
    }

    const data::Value& context() const { return *events_.back().find("requestContext"); }

    net::HttpResponse manage(std::string method, std::string target, std::string body = "") {
        const net::HttpRequest request{
            std::move(method), std::move(target), {}, std::move(body), {}};
        const auto response =
            gateway_->connections().manage(request, std::chrono::system_clock::now());
        return response.value_or(net::HttpResponse{0, {}, {}});
    }

    std::unique_ptr<SocketGateway> gateway_;
    std::vector<data::Value> events_;
    invoke::Response reply_ = [] {
        invoke::Response response;
        response.payload = R"({"statusCode": 200})";
        return response;
    }();
    std::string verdict_;
    std::string stage_; // properties of the stage
    AuthorizationOptions authorization_;
    serving::AccessRecord access_;               // of the last handshake
    std::vector<serving::AccessRecord> records_; // of what came then
};

// websocket-api-develop-routes.html, apigateway-websocket-api-selection-expressions.html
TEST(WebSocketRoutes, AreSelectedByTheMessage) {
    struct Row {
        std::string_view expression;
        std::string_view message;
        std::string_view key;
    };

    for (const Row& row : {
             Row{"$request.body.action", R"({"action": "say"})", "say"},
             Row{"$request.body.action", R"({"action": 5})", "5"},
             Row{"$request.body.action", R"({"action": {"a": 1}})", "$default"},
             Row{"$request.body.action", R"({"other": "say"})", "$default"},
             Row{"$request.body.action", "say", "$default"},
             Row{"$request.body.action", "[1]", "$default"},
             Row{"$request.body.message.type", R"({"message": {"type": "x"}})", "x"},
             Row{"${request.body.action}", R"({"action": "say"})", "say"},
             Row{"${request.body.service}/${request.body.action}",
                 R"({"service": "chat", "action": "say"})",
                 "chat/say"},
             Row{"${request.body.service}/${request.body.action}",
                 R"({"action": "say"})",
                 "$default"},
         }) {
        EXPECT_EQ(selected_key(row.expression, std::string(row.message)), row.key)
            << row.expression << row.message;
    }
    Api api;
    for (const char* key : {"$connect", "say", "$default"}) {
        api.routes.push_back({});
        api.routes.back().path = key;
    }
    EXPECT_EQ(socket_route(api, "say")->path, "say");
    EXPECT_EQ(socket_route(api, "other")->path, "$default");
    EXPECT_EQ(socket_route(api, "$disconnect"), nullptr);
    api.routes.pop_back();
    EXPECT_EQ(socket_route(api, "other"), nullptr);
}

// websocket-api-logging.html
TEST_F(WebSocketTest, EachHandshakeMessageAndEndIsInTheAccessLog) {
    const auto with = [&](std::string_view format) {
        stage_ = fmt::format("AccessLogSettings: {{Format: '{}'}}, ", format);
        serve("AuthorizationType: CUSTOM, AuthorizerId: A");
        verdict_ = R"({"principalId": "me", "context": {"team": "red"}, "policyDocument":
            {"Statement": [{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}]}})";
        records_.clear();
        const auto peer = std::make_shared<Client>();
        const auto accepted = gateway_->connect(handshake("/prod?token=t"), access_);
        EXPECT_TRUE(accepted);
        gateway_->opened(accepted->client, peer);
        gateway_->message(*accepted->client, R"({"action": "quiet"})", false);
        gateway_->message(*accepted->client, "nonsense", false);
        reply_.function_error = "Unhandled";
        gateway_->message(*accepted->client, R"({"action": "say"})", false);
        reply_.function_error = {};
        gateway_->closed(*accepted->client, 1001, "bye");
        std::vector<std::string> lines{access_.line};
        for (const serving::AccessRecord& record : records_) {
            lines.push_back(record.line);
        }
        return lines;
    };
    EXPECT_THAT(
        with("$context.eventType $context.routeKey $context.status $context.integrationStatus"),
        ElementsAre(
            "CONNECT $connect 200 200",
            "MESSAGE quiet 200 200",
            "MESSAGE $default 403 -",
            "MESSAGE say 500 200",
            "DISCONNECT $disconnect 200 200"));
    EXPECT_THAT(
        with("$context.error.message $context.authorizer.team $context.stage $context.apiId"),
        ElementsAre(
            "- red prod Chat",
            "- red prod Chat",
            "Forbidden red prod Chat",
            "Internal server error red prod Chat",
            "- red prod Chat"));
    for (const std::string& line : with("$context.identity.sourceIp $context.messageDirection")) {
        EXPECT_EQ(line, "10.0.0.9 IN");
    }
    EXPECT_EQ(access_.function, "Fn");
    const serving::AccessRecord& message = records_.front();
    EXPECT_EQ(
        std::tie(message.method, message.path, message.status, message.function),
        std::make_tuple("MESSAGE", "/prod/quiet", 200, "Fn"));
    EXPECT_THAT(records_.at(2).error, HasSubstr("the function failed"));
    EXPECT_EQ(records_.back().method, "DISCONNECT");

    verdict_ = "nonsense";
    EXPECT_FALSE(gateway_->connect(handshake("/prod?token=u"), access_));
    EXPECT_EQ(access_.status, 500);
    EXPECT_THAT(access_.error, testing::Not(IsEmpty()));
}

// apigateway-websocket-api-route-keys-connect-disconnect.html
TEST_F(WebSocketTest, ConnectAsksTheFunction) {
    serve();
    EXPECT_TRUE(gateway_->takes(handshake("/")));
    EXPECT_TRUE(gateway_->takes(handshake("/prod?a=1")));
    EXPECT_FALSE(gateway_->takes(handshake("/other")));
    reply_.payload = R"({"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "chat"}})";
    const auto accepted = gateway_->connect(handshake("/prod?a=1&a=2"), access_);
    ASSERT_TRUE(accepted);
    ASSERT_THAT(accepted->headers, SizeIs(1));
    EXPECT_EQ(accepted->headers[0].value, "chat");
    ASSERT_THAT(events_, SizeIs(1));
    const data::Value& event = events_[0];
    EXPECT_EQ(data::text_of(*event.find("headers"), "User-Agent"), "ws");
    EXPECT_EQ(data::text_of(*event.find("queryStringParameters"), "a"), "2");
    EXPECT_EQ(data::text_of(*event.find("stageVariables"), "team"), "red");
    EXPECT_EQ(data::text_of(context(), "routeKey"), "$connect");
    EXPECT_EQ(data::text_of(context(), "eventType"), "CONNECT");
    EXPECT_EQ(data::text_of(context(), "connectionId"), accepted->client->id);
    EXPECT_EQ(data::text_of(context(), "domainName"), "localhost:3000");
    EXPECT_EQ(data::text_of(context(), "stage"), "prod");
    EXPECT_EQ(data::text_of(*context().find("identity"), "sourceIp"), "10.0.0.9");
    EXPECT_EQ(event.find("body"), nullptr);
}

TEST_F(WebSocketTest, WhoIsRefusedIsNotConnected) {
    serve();
    reply_.payload = R"({"statusCode": 403, "body": "no"})";
    auto refused = gateway_->connect(handshake(), access_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, 403);
    reply_.function_error = "Unhandled";
    refused = gateway_->connect(handshake(), access_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, 502);
    EXPECT_EQ(gateway_->connections().size(), 0U);
}

// apigateway-websocket-api-lambda-auth.html
TEST_F(WebSocketTest, AnAuthorizerDecidesAndItsContextGoesWithEachMessage) {
    serve("AuthorizationType: CUSTOM, AuthorizerId: A");
    auto refused = gateway_->connect(handshake(), access_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, 401);
    EXPECT_THAT(events_, IsEmpty());
    constexpr std::string_view policy =
        R"({{"principalId": "me", "context": {{"n": 1}}, "policyDocument": {{"Statement": [
            {{"Action": "execute-api:Invoke", "Effect": "{}",
              "Resource": "arn:aws:execute-api:us-east-1:123456789012:Chat/prod/$connect"}}]}}}})";
    verdict_ = fmt::format(policy, "Deny");
    refused = gateway_->connect(handshake("/prod?token=t"), access_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, 403);
    ASSERT_THAT(events_, SizeIs(1));
    EXPECT_EQ(data::text_of(events_[0], "type"), "REQUEST");
    EXPECT_EQ(
        data::text_of(events_[0], "methodArn"),
        "arn:aws:execute-api:us-east-1:123456789012:Chat/prod/$connect");
    EXPECT_EQ(data::text_of(context(), "eventType"), "CONNECT");
    verdict_ = fmt::format(policy, "Allow");
    const auto accepted = gateway_->connect(handshake("/prod?token=t"), access_);
    ASSERT_TRUE(accepted); // the verdict is not kept
    gateway_->message(*accepted->client, R"({"action": "quiet"})", false);
    EXPECT_EQ(data::text_of(*context().find("authorizer"), "principalId"), "me");
    EXPECT_EQ(data::text_of(*context().find("authorizer"), "n"), "1");
}

TEST_F(WebSocketTest, WhoSignsTheHandshakeIsKnownWithEachMessage) {
    authorization_.iam =
        std::make_shared<const aws_client::IamCredentials>(*aws_client::parse_credentials(
            "[me]\naws_access_key_id=AK\naws_secret_access_key=s\n", "f"));
    serve("AuthorizationType: AWS_IAM");
    const auto refused = gateway_->connect(handshake(), access_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, 403);
    EXPECT_THAT(events_, IsEmpty());

    net::HttpRequest request = handshake();
    aws_client::IamCredential credential;
    credential.secret_key = "s";
    aws_client::sign_sigv4(
        request, "AK", credential, "us-east-1", "execute-api", std::chrono::system_clock::now());
    const auto accepted = gateway_->connect(request, access_);
    ASSERT_TRUE(accepted);
    gateway_->opened(accepted->client, std::make_shared<Client>());
    gateway_->message(*accepted->client, R"({"action": "quiet"})", false);
    ASSERT_THAT(events_, SizeIs(2));
    for (const data::Value& event : events_) {
        const data::Value& identity = *event.find("requestContext")->find("identity");
        EXPECT_EQ(data::text_of(identity, "accessKey"), "AK");
        EXPECT_EQ(data::text_of(identity, "userArn"), "arn:aws:iam::123456789012:user/me");
        EXPECT_EQ(data::text_of(identity, "sourceIp"), "10.0.0.9");
    }
}

TEST_F(WebSocketTest, MessagesCallTheirRoutes) {
    serve();
    const auto peer = std::make_shared<Client>();
    const auto client = open(peer);
    reply_.payload = R"({"statusCode": 200, "body": "said"})";
    gateway_->message(*client, R"({"action": "say"})", false);
    EXPECT_EQ(data::text_of(context(), "routeKey"), "say");
    EXPECT_EQ(data::text_of(context(), "eventType"), "MESSAGE");
    EXPECT_EQ(data::text_of(context(), "messageDirection"), "IN");
    EXPECT_NE(data::text_of(context(), "messageId"), "");
    EXPECT_EQ(data::text_of(events_.back(), "body"), R"({"action": "say"})");
    EXPECT_EQ(events_.back().find("headers"), nullptr);
    EXPECT_THAT(peer->messages, ElementsAre("said"));
    // websocket-api-route-response.html: without one nothing goes back
    gateway_->message(*client, R"({"action": "quiet"})", false);
    EXPECT_THAT(events_, SizeIs(2));
    EXPECT_THAT(peer->messages, SizeIs(1));
    reply_.payload = R"({"body": "/2E=", "isBase64Encoded": true})";
    gateway_->message(*client, R"({"action": "say"})", false);
    EXPECT_EQ(
        peer->messages.back(),
        "binary \xff"
        "a");
}

TEST_F(WebSocketTest, WhatGoesWrongIsToldInAMessage) {
    serve();
    const auto peer = std::make_shared<Client>();
    const auto client = open(peer);
    gateway_->message(*client, "no route", false); // and there is no $default
    ASSERT_THAT(peer->messages, SizeIs(1));
    auto told = data::read_json(peer->messages[0], "message");
    EXPECT_EQ(data::text_of(*told, "message"), "Forbidden");
    EXPECT_EQ(data::text_of(*told, "connectionId"), client->id);
    EXPECT_NE(data::text_of(*told, "requestId"), "");
    EXPECT_THAT(events_, IsEmpty());
    reply_.function_error = "Unhandled";
    for (const std::string_view action : {"say", "quiet"}) {
        gateway_->message(*client, fmt::format(R"({{"action": "{}"}})", action), false);
        told = data::read_json(peer->messages.back(), "message");
        EXPECT_EQ(data::text_of(*told, "message"), "Internal server error");
    }
}

TEST_F(WebSocketTest, DefaultTakesWhatNoOtherRouteDoes) {
    serve(
        "AuthorizationType: NONE",
        "F: {Type: 'AWS::ApiGatewayV2::Route', Properties: {ApiId: Chat, RouteKey: $default, "
        "Target: integrations/I}}\n");
    const auto client = open(std::make_shared<Client>());
    gateway_->message(*client, "plain", false);
    EXPECT_EQ(data::text_of(context(), "routeKey"), "$default");
    gateway_->message(
        *client,
        "\xff"
        "a",
        true);
    EXPECT_EQ(data::text_of(events_.back(), "body"), "/2E=");
    EXPECT_TRUE(data::is_true(events_.back().find("isBase64Encoded")));
}

TEST_F(WebSocketTest, TheEndIsToldWithItsStatus) {
    serve();
    const auto client = open(std::make_shared<Client>());
    gateway_->closed(*client, 1005, "Client-side close frame status not set");
    EXPECT_EQ(data::text_of(context(), "eventType"), "DISCONNECT");
    EXPECT_EQ(data::text_of(context(), "routeKey"), "$disconnect");
    EXPECT_EQ(data::text_of(context(), "disconnectStatusCode"), "1005");
    EXPECT_EQ(
        data::text_of(context(), "disconnectReason"), "Client-side close frame status not set");
    EXPECT_EQ(gateway_->connections().size(), 0U);
}

// apigateway-how-to-call-websocket-api-connections.html
TEST_F(WebSocketTest, TheManagementApiReachesClients) {
    serve();
    const auto peer = std::make_shared<Client>();
    const auto client = open(peer);
    const std::string id = base::replace_all(client->id, "=", "%3D");
    for (const std::string prefix : {"", "/prod"}) {
        EXPECT_EQ(manage("POST", prefix + "/@connections/" + id, "hello").status, 200);
    }
    EXPECT_THAT(peer->messages, ElementsAre("hello", "hello"));
    const auto known = manage("GET", "/@connections/" + id);
    EXPECT_EQ(known.status, 200);
    const auto said = data::read_json(known.body, "connection");
    EXPECT_EQ(data::text_of(*said->find("identity"), "sourceIp"), "10.0.0.9");
    EXPECT_THAT(
        data::text_of(*said, "connectedAt"), testing::MatchesRegex("20..-..-..T..:..:...*Z"));
    EXPECT_EQ(manage("POST", "/@connections/" + id, std::string(128 * 1024 + 1, 'x')).status, 413);
    EXPECT_EQ(manage("DELETE", "/@connections/" + id).status, 204);
    EXPECT_EQ(peer->closed, 1000);
    gateway_->closed(*client, 1000, "");
    for (const std::string method : {"POST", "GET", "DELETE"}) {
        const auto gone = manage(method, "/@connections/" + id, "x");
        EXPECT_EQ(gone.status, 410) << method;
        EXPECT_EQ(*net::find_header(gone.headers, "x-amzn-ErrorType"), "GoneException");
    }
    for (const std::string target :
         {"/", "/@connections", "/@connections/", "/a/b/@connections/x"}) {
        EXPECT_EQ(manage("GET", target).status, 0) << target; // routes of other APIs
    }
}

// apigateway-execution-service-websocket-limits-table.html
TEST_F(WebSocketTest, IdleAndOldConnectionsEnd) {
    using std::chrono::minutes;
    serve();
    const auto peer = std::make_shared<Client>();
    const auto client = open(peer);
    Connections& connections = gateway_->connections();
    const auto begin = client->connected_at;
    connections.close_expired(begin + minutes(9));
    EXPECT_EQ(peer->closed, 0);
    connections.touch(client->id, begin + minutes(9));
    connections.close_expired(begin + minutes(18));
    EXPECT_EQ(peer->closed, 0);
    connections.close_expired(begin + minutes(19));
    EXPECT_EQ(peer->closed, 1001);
    peer->closed = 0;
    connections.touch(client->id, begin + minutes(119));
    connections.close_expired(begin + minutes(120));
    EXPECT_EQ(peer->closed, 1001); // two hours at most
}

TEST_F(WebSocketTest, ConnectionsOutliveAnEditOfTheTemplate) {
    serve();
    const auto peer = std::make_shared<Client>();
    const auto client = open(peer);
    gateway_->replace({});
    EXPECT_FALSE(gateway_->takes(handshake()));
    EXPECT_EQ(manage("POST", "/@connections/" + client->id, "still here").status, 200);
    EXPECT_THAT(peer->messages, ElementsAre("still here"));
}

} // namespace
} // namespace samara::gateway
