// Integrations of types HTTP and HTTP_PROXY.

#include "data/write.h"
#include "unit/gateway/integration_fixture.h"

#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace samara::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Another gateway, whose function tells what it was asked, is the server behind.
class HttpIntegrationTest : public IntegrationTest {
protected:
    void SetUp() override {
        const auto resources = data::read_yaml(
            "Fn: {Type: 'AWS::Lambda::Function'}\n"
            "Api: {Type: 'AWS::ApiGateway::RestApi', Properties: {Body: {paths: {'/{proxy+}': "
            "{x-amazon-apigateway-any-method: {x-amazon-apigateway-integration: {type: aws_proxy, "
            "uri: Fn}}}}}}}\n",
            "backend.yaml");
        base::Diagnostics diagnostics;
        auto started = Server::start(
            read_apis(*resources, {}, diagnostics),
            [this](const invoke::Request& request) -> base::Result<invoke::Response> {
                seen_ = *data::read_json(request.payload, "event");
                invoke::Response response;
                response.payload = answer_;
                return response;
            },
            {});
        ASSERT_TRUE(started);
        backend_ = std::make_unique<Server>(std::move(*started));
    }

    /// The same route of an HTTP API.
    void serve_http(std::string_view integration) {
        const std::string text = fmt::format(
            "Fn: {{Type: 'AWS::Lambda::Function'}}\n"
            "Api: {{Type: 'AWS::ApiGatewayV2::Api', Properties: {{Body: {{paths: {{'/x/{{id}}': "
            "{{x-amazon-apigateway-any-method: {{x-amazon-apigateway-integration: {}}}}}}}}}}}}}\n",
            base::replace_all(integration, "$fn", "Fn"));
        const auto resources = data::read_yaml(text, "template.yaml");
        ASSERT_TRUE(resources) << base::to_string(resources.error()) << text;
        serve_resources(*resources);
    }

    std::string url(std::string_view rest) const {
        return fmt::format("http://127.0.0.1:{}{}", backend_->port(), rest);
    }

    std::string seen(std::string_view member, std::string_view name = "") const {
        const data::Value* value = seen_.find(member);
        value = value == nullptr || name.empty() ? value : value->find(name);
        return value == nullptr ? "" : data::scalar_text(*value);
    }

    std::unique_ptr<Server> backend_;
    data::Value seen_;
    std::string answer_ =
        R"({"statusCode": 201, "headers": {"X-Of": "backend", "Content-Type": "text/plain"}, "body": "hello"})";
};

// setup-http-integrations.html
TEST_F(HttpIntegrationTest, AProxyHandsOnRequestAndAnswer) {
    serve(fmt::format(
        "{{type: http_proxy, httpMethod: ANY, uri: '{}', requestParameters: "
        "{{integration.request.path.name: method.request.path.id, "
        "integration.request.header.X-Team: stageVariables.team, "
        "integration.request.querystring.p: '''1'''}}}}",
        url("/things/{name}")));
    const auto response = ask(
        {"PUT", "/x/7?q=a%20b&p=0", {{"X-Mine", "m"}, {"Content-Type", "text/css"}}, "body", {}});
    EXPECT_EQ(response.status, 201) << logged_;
    EXPECT_EQ(response.body, "hello");
    EXPECT_EQ(header(response, "X-Of"), "backend");
    EXPECT_EQ(seen("path"), "/things/7");
    EXPECT_EQ(seen("httpMethod"), "PUT");
    EXPECT_EQ(seen("body"), "body");
    EXPECT_EQ(seen("headers", "X-Mine"), "m");
    EXPECT_EQ(seen("headers", "X-Team"), "red");
    EXPECT_EQ(seen("queryStringParameters", "q"), "a b");
    EXPECT_EQ(seen("queryStringParameters", "p"), "1");
}

// http-api-develop-integrations-lambda.html
TEST_F(HttpIntegrationTest, APayloadFormatThatThereIsNotClosesItsRoute) {
    serve_http("{type: aws_proxy, payloadFormatVersion: '3.0', uri: $fn}");
    EXPECT_EQ(ask().status, 500);
    EXPECT_THAT(logged_, HasSubstr("has to be '1.0' or '2.0', not '3.0'"));
    for (const std::string_view version : {"1", "'2.0'", "2"}) {
        serve_http(fmt::format("{{type: aws_proxy, payloadFormatVersion: {}, uri: $fn}}", version));
        reply_.payload = R"({"statusCode": 200})";
        EXPECT_EQ(ask().status, 200) << version;
    }
}

TEST_F(HttpIntegrationTest, TheLogTellsAFailureFromATimeout) {
    serve_http("{type: aws_proxy, uri: $fn}");
    reply_.function_error = "Unhandled";
    EXPECT_EQ(ask().status, 500);
    EXPECT_EQ(logged_, "Invalid lambda response received: the function failed");
    reply_.error_type = invoke::timeout_error;
    EXPECT_EQ(ask().status, 500);
    EXPECT_EQ(logged_, "Invalid lambda response received: the function has timed out");
}

// request-response-data-mappings.html
TEST_F(HttpIntegrationTest, ValuesOfOneNameAreMappedTogether) {
    answer_ = R"({"multiValueHeaders": {"X-Of": ["b", "c"]}, "body": ""})";
    serve(fmt::format(
        "{{type: http, httpMethod: GET, uri: '{}', requestParameters: "
        "{{integration.request.header.X-All: method.request.multivalueheader.X-Mine, "
        "integration.request.header.X-None: method.request.multivalueheader.X-Nothing, "
        "integration.request.querystring.all: method.request.multivaluequerystring.q, "
        "integration.request.querystring.one: method.request.querystring.q}}, "
        "responses: {{default: {{statusCode: 200, responseParameters: "
        "{{method.response.header.X-From: integration.response.multivalueheader.X-Of, "
        "method.response.header.X-One: integration.response.header.X-Of}}}}}}}}",
        url("/things")));
    const auto response =
        ask({"GET", "/x/7?q=1&q=2%20", {{"X-Mine", "m"}, {"x-mine", "n"}}, {}, {}});
    EXPECT_EQ(response.status, 200) << logged_;
    EXPECT_THAT(net::header_values(response.headers, "X-From"), ElementsAre("b", "c"));
    EXPECT_THAT(net::header_values(response.headers, "X-One"), ElementsAre("b"));
    const auto values = [&](std::string_view member, std::string_view name) {
        const data::Value* list = seen_.find(member);
        list = list == nullptr ? nullptr : list->find(name);
        return list == nullptr ? std::string() : data::write_json(*list);
    };
    EXPECT_EQ(values("multiValueHeaders", "X-All"), R"(["m","n"])");
    EXPECT_EQ(values("multiValueHeaders", "X-None"), "");
    EXPECT_EQ(values("multiValueQueryStringParameters", "all"), R"(["1","2 "])");
    EXPECT_EQ(values("multiValueQueryStringParameters", "one"), R"(["2 "])");
}

// response-streaming-http.html
TEST_F(HttpIntegrationTest, AProxyStreams) {
    serve(fmt::format("{{type: http_proxy, responseTransferMode: STREAM, uri: '{}'}}", url("/x")));
    const auto read = [](net::HttpResponse& response) {
        return response.stream([&](const std::string& bytes) {
            response.body += bytes;
            return true;
        });
    };
    auto response = ask();
    EXPECT_EQ(response.status, 201) << logged_;
    EXPECT_EQ(header(response, "X-Of"), "backend");
    ASSERT_TRUE(response.stream);
    EXPECT_TRUE(read(response));
    EXPECT_EQ(response.body, "hello");
    answer_ = R"({"statusCode": 404, "body": ")" + std::string(200'000, 'x') + R"("})";
    response = ask();
    EXPECT_EQ(response.status, 404);
    EXPECT_TRUE(read(response));
    EXPECT_EQ(response.body.size(), 200'000U);
    backend_.reset();
    response = ask();
    EXPECT_EQ(response.status, 502);
    EXPECT_FALSE(response.stream);
}

TEST_F(HttpIntegrationTest, TemplatesMapBothDirections) {
    serve(fmt::format(
        "{{type: http, httpMethod: POST, uri: '{}', "
        "requestTemplates: {{application/json: '#set($context.requestOverride.header.X-O = 5)"
        "{{\"n\": \"$input.params(\"id\")\"}}'}}, "
        "responses: {{'2\\d\\d': {{statusCode: 200, responseParameters: "
        "{{method.response.header.X-From: integration.response.header.X-Of}}, "
        "responseTemplates: {{application/json: '{{\"said\": \"$input.body\"}}'}}}}, "
        "default: {{statusCode: 500}}}}}}",
        url("/things")));
    auto response = ask();
    EXPECT_EQ(response.status, 200) << logged_;
    EXPECT_EQ(response.body, R"({"said": "hello"})");
    EXPECT_EQ(header(response, "X-From"), "backend");
    EXPECT_EQ(seen("httpMethod"), "POST");
    EXPECT_EQ(seen("body"), R"({"n": "7"})");
    EXPECT_EQ(seen("headers", "X-O"), "5");
    answer_ = R"({"statusCode": 404, "body": "gone"})";
    response = ask();
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(response.body, "gone");
}

// integration.response and limits.html: 29 seconds, or what the integration says
TEST_F(HttpIntegrationTest, AServerThatIsNotThereIsAFailure) {
    serve("{type: http_proxy, uri: 'http://localhost:1/'}");
    const auto response = ask();
    EXPECT_EQ(response.status, 502);
    EXPECT_THAT(logged_, HasSubstr("localhost:1"));
}

// http-api-develop-integrations-http.html
TEST_F(HttpIntegrationTest, BackendsAreToldWhoAsks) {
    const auto ask_from = [&](net::HttpHeaders headers) {
        headers.push_back({"Host", "api.example"});
        return ask({"GET", "/x/7", std::move(headers), {}, "10.0.0.9"}).status;
    };
    serve(fmt::format("{{type: http_proxy, uri: '{}'}}", url("/a")));
    EXPECT_EQ(ask_from({{"X-Forwarded-For", "1.2.3.4"}, {"X-Amzn-Trace-Id", "Root=1"}}), 201);
    EXPECT_EQ(seen("headers", "x-amzn-apigateway-api-id"), "Api");
    // The backend is a gateway itself and adds its own caller.
    EXPECT_EQ(seen("headers", "X-Forwarded-For"), "1.2.3.4, 10.0.0.9, 127.0.0.1");
    EXPECT_EQ(seen("headers", "X-Amzn-Trace-Id"), "Root=1");
    EXPECT_EQ(seen("headers", "Host"), fmt::format("127.0.0.1:{}", backend_->port()));
    EXPECT_EQ(seen("headers", "Forwarded"), "");

    serve(fmt::format("{{type: http, uri: '{}', responses: {{default: {{}}}}}}", url("/a")));
    EXPECT_EQ(ask_from({{"X-Mine", "1"}}), 200);
    EXPECT_EQ(seen("headers", "User-Agent"), "AmazonAPIGateway_Api");
    EXPECT_EQ(seen("headers", "X-Mine"), "");

    serve_http(fmt::format("{{type: http_proxy, uri: '{}'}}", url("/a")));
    EXPECT_EQ(ask_from({{"Forwarded", "for=1.2.3.4"}}), 201);
    EXPECT_EQ(
        seen("headers", "Forwarded"),
        "for=1.2.3.4, by=127.0.0.1;for=10.0.0.9;host=api.example;proto=http");
    EXPECT_EQ(seen("headers", "Via"), "HTTP/1.1 AmazonAPIGateway");
}

// http-api-parameter-mapping.html
TEST_F(HttpIntegrationTest, HttpApisChangeRequestsAndResponses) {
    serve_http(fmt::format(
        "{{type: http_proxy, httpMethod: GET, uri: '{}', requestParameters: "
        "{{'overwrite:path': '/cats/$request.path', 'append:header.X-B': $request.path.id}}, "
        "responseParameters: {{'201': {{'overwrite:statuscode': 203, 'remove:header.X-Of': "
        "''}}}}}}",
        url("/a?own=1")));
    const auto response = ask({"GET", "/x/7?q=2", {}, {}, {}});
    EXPECT_EQ(response.status, 203) << logged_;
    EXPECT_EQ(header(response, "X-Of"), "");
    EXPECT_EQ(seen("path"), "/cats/$request.path"); // a variable inside of a text needs braces
    EXPECT_EQ(seen("queryStringParameters", "own"), "1");
    EXPECT_EQ(seen("queryStringParameters", "q"), "2");
    EXPECT_EQ(seen("headers", "X-B"), "7");
}

TEST_F(HttpIntegrationTest, FunctionsOfHttpApisSeeTheChangedRequest) {
    serve_http(
        "{type: aws_proxy, uri: '$fn', payloadFormatVersion: '2.0', requestParameters: "
        "{'overwrite:path': /other, 'append:querystring.n': '1', 'overwrite:header.x-a': b}, "
        "responseParameters: {'200': {'append:header.X-R': $response.body.deep.er}}}");
    reply(R"({"statusCode": 200, "body": "{\"deep\": {\"er\": 5}}"})");
    const auto response = ask({"GET", "/x/7?q=2", {{"X-A", "a"}}, {}, {}});
    EXPECT_EQ(header(response, "X-R"), "5");
    EXPECT_THAT(asked_.payload, HasSubstr(R"("rawPath":"/other","rawQueryString":"q=2&n=1")"));
    EXPECT_THAT(asked_.payload, HasSubstr(R"("x-a":"b")"));
    EXPECT_THAT(asked_.payload, HasSubstr(R"("pathParameters":{"id":"7"})"));
}

TEST_F(HttpIntegrationTest, OtherHostsAreAskedWhenTheyAreNamed) {
    const std::string integration = "{type: http_proxy, uri: 'http://backend.invalid:1/'}";
    serve(integration);
    EXPECT_EQ(ask().status, 501);
    EXPECT_THAT(logged_, HasSubstr("--allow-http-integration backend.invalid"));
    serve(integration, {{}, {"backend.invalid"}});
    EXPECT_EQ(ask().status, 502); // asked, and not there
    EXPECT_THAT(logged_, HasSubstr("backend.invalid"));
}

TEST_F(HttpIntegrationTest, WaitingForASilentServerEndsWhenTheProgramDoes) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), size), 0);
    ASSERT_EQ(::listen(listener, 1), 0);
    ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
    std::array<int, 2> stop{};
    ASSERT_EQ(::pipe(stop.data()), 0);
    serve(
        fmt::format("{{type: http_proxy, uri: 'http://127.0.0.1:{}/'}}", ntohs(address.sin_port)),
        {},
        stop[0]);
    const auto begin = std::chrono::steady_clock::now();
    int connection = -1;
    std::thread ends([&] { // once it is asked
        connection = ::accept(listener, nullptr, nullptr);
        EXPECT_EQ(::write(stop[1], "x", 1), 1);
    });
    EXPECT_EQ(ask().status, 502);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
    ends.join();
    for (const int descriptor : {stop[0], stop[1], connection, listener}) {
        ::close(descriptor);
    }
}

// api-gateway-payload-encodings.html
TEST_F(IntegrationTest, AMangledBodyIsToldOnce) {
    serve("{type: aws_proxy, uri: '$fn'}");
    reply(R"({"statusCode": 200})");
    ask(post("image/png", "a\xff"));
    EXPECT_THAT(asked_.payload, HasSubstr("\"body\":\"a\xEF\xBF\xBD\",\"isBase64Encoded\":false"));
    ask(post("image/png", "a\xff"));
    ask(post("text/plain", "plain"));
    EXPECT_THAT(
        told_,
        testing::ElementsAre(testing::AllOf(
            HasSubstr("ANY /x/{id}"), HasSubstr("name image/png in the API's BinaryMediaTypes"))));
}

} // namespace
} // namespace samara::gateway
