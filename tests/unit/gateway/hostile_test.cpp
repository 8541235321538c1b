// Requests that no honest client sends, on a real socket: each is answered or closed, and the
// gateway goes on.

#include "data/read.h"
#include "gateway/read/apis.h"
#include "gateway/server.h"
#include "os/temp_dir.h"
#include "support/raw_client.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::gateway {
namespace {

using namespace std::chrono_literals;
using test::body_of;
using test::RawClient;
using test::status_of;
using testing::HasSubstr;

class HostileTest : public testing::Test {
protected:
    HostileTest() : folder_(*os::TempDir::create("hostile")) {
        std::filesystem::create_directory(folder_.path() / "public");
        std::ofstream(folder_.path() / "secret") << "secret";
        const auto resources = data::read_json(
            R"({"Fn": {"Type": "AWS::Lambda::Function"},
                "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": {"paths": {
                  "/users/{id}": {"x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration":
                    {"type": "aws_proxy", "payloadFormatVersion": "2.0", "uri": "Fn"}}}}}}}})",
            "resources");
        base::Diagnostics diagnostics;
        ServerOptions options;
        options.http.head_timeout = 100ms;
        options.http.body_timeout = 100ms;
        options.gateway.static_folder = folder_.path() / "public";
        server_ = std::make_unique<Server>(*Server::start(
            read_apis(*resources, {}, diagnostics),
            [this](const invoke::Request& request) {
                events_ += request.payload;
                invoke::Response response;
                response.payload = R"({"statusCode": 200, "body": "fine"})";
                return response;
            },
            std::move(options)));
    }

    /// After each attack an honest request is served.
    ~HostileTest() override {
        EXPECT_EQ(
            body_of(exchange("GET /users/1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")),
            "fine");
    }

    std::string exchange(std::string_view bytes) const {
        RawClient client(server_->port());
        client.send(bytes);
        return client.everything();
    }

    os::TempDir folder_;
    std::string events_;
    std::unique_ptr<Server> server_;
};

TEST_F(HostileTest, TwoContentLengths) {
    EXPECT_EQ(
        status_of(exchange("POST /users/1 HTTP/1.1\r\nHost: h\r\nContent-Length: "
                           "3\r\nContent-Length: 30\r\n\r\nabc")),
        400);
    EXPECT_EQ(events_, "");
}

TEST_F(HostileTest, LengthAndChunks) {
    EXPECT_EQ(
        status_of(exchange("POST /users/1 HTTP/1.1\r\nHost: h\r\nContent-Length: "
                           "3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                           "GET /users/2 HTTP/1.1\r\nHost: h\r\n\r\n")),
        400);
    EXPECT_EQ(events_, ""); // and what was smuggled behind it is not read
}

TEST_F(HostileTest, ChunkedWithLies) {
    EXPECT_EQ(
        status_of(exchange("POST /users/1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                           "chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n")),
        400);
    EXPECT_EQ(
        status_of(exchange("POST /users/1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                           "chunked\r\n\r\nffffffffffffff\r\nab")),
        413);
    EXPECT_EQ(
        status_of(exchange(
            "POST /users/1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")),
        408);
    EXPECT_EQ(events_, "");
}

TEST_F(HostileTest, DotsStayBelowTheStaticFolder) {
    for (const std::string_view target :
         {"/../secret",
          "/%2e%2e/secret",
          "/..%2fsecret",
          "/%2e%2e%2fsecret",
          "/./../secret",
          "/users/../../secret"}) {
        const std::string response = exchange(
            fmt::format("GET {} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", target));
        EXPECT_EQ(status_of(response), 404) << target;
        EXPECT_EQ(body_of(response), R"({"message":"Not Found"})");
    }
}

TEST_F(HostileTest, DotsInAParameterAreTheFunctionsToRead) {
    exchange("GET /users/..%2F..%2Fetc HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(events_, HasSubstr(R"("rawPath":"/users/../../etc")"));
    EXPECT_THAT(events_, HasSubstr(R"("pathParameters":{"id":"../../etc"})"));
}

TEST_F(HostileTest, SlowHeadsAndHalfRequests) {
    EXPECT_EQ(status_of(exchange("GET /users/1 HTTP/1.1\r\nHost: h\r\n")), 408);
    EXPECT_EQ(
        status_of(exchange("POST /users/1 HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc")),
        408);
    RawClient gone(server_->port());
    gone.send("GET /us");
    gone.finish_sending();
    EXPECT_EQ(gone.everything(), "");
    EXPECT_EQ(events_, "");
}

TEST_F(HostileTest, NoHttpAtAll) {
    EXPECT_EQ(status_of(exchange("\x16\x03\x01\x02\x01\r\n\r\n")), 400);
    EXPECT_EQ(status_of(exchange(std::string(100'000, 'A'))), 431);
    EXPECT_EQ(exchange("\r\n\r\n\r\n"), ""); // blank lines are no request
    EXPECT_EQ(status_of(exchange("GET / HTTP/1.1\nHost: h\n\n")), 400); // bare line feeds
}

TEST_F(HostileTest, ThousandsOfCookiesAndParameters) {
    std::string query = "/users/1?";
    for (int i = 0; i < 3000; ++i) {
        query += "a&";
    }
    EXPECT_EQ(
        status_of(exchange(
            fmt::format("GET {} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", query))),
        200);
    EXPECT_EQ(
        status_of(exchange(fmt::format(
            "GET /users/1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\nCookie: {}\r\n\r\n",
            std::string(9'000, ';')))),
        200);
}

TEST_F(HostileTest, BytesThatAreNoText) {
    const std::string response = exchange("GET /users/%ff%fe%00 HTTP/1.1\r\nHost: h\r\nX-Bytes: "
                                          "\xff\xfe\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(status_of(response), 200);
    EXPECT_TRUE(data::read_json(events_, "event")) << events_; // JSON all the same
}

TEST_F(HostileTest, ParameterNamesThatNoEventCanTellApart) {
    exchange("GET /users/1?%ff=1&%fe=2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(data::read_json(events_, "event")) << events_; // no member comes twice
    EXPECT_THAT(events_, HasSubstr("\"queryStringParameters\":{\"\xEF\xBF\xBD\":\"1,2\"}"));
}

TEST_F(HostileTest, HeadersAboveTheLimitOfApiGateway) {
    EXPECT_EQ(
        status_of(exchange(fmt::format(
            "GET /users/1 HTTP/1.1\r\nHost: h\r\nX: {}\r\nConnection: close\r\n\r\n",
            std::string(10'300, 'x')))),
        431);
    EXPECT_EQ(events_, "");
}

} // namespace
} // namespace samara::gateway
