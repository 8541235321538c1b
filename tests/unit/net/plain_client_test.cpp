#include "net/plain_client.h"
#include "support/wire_server.h"

#include <chrono>
#include <filesystem>
#include <future>
#include <latch>

#include <gmock/gmock.h>

#include <sys/eventfd.h>
#include <unistd.h>

namespace samara::net {
namespace {

using namespace std::chrono_literals;
using test::WireConnection;
using test::WireServer;
using testing::HasSubstr;

// Answers every request with what it got.
void echo(WireConnection& connection) {
    while (const auto request = connection.read()) {
        connection.answer(200, request->head + request->body, "X-Seen: a%2Fb\r\n");
    }
}

PlainClient client_of(const WireServer& server) {
    return PlainClient(TcpAddress{"127.0.0.1", server.port()});
}

/// What a server makes of one request that answers these bytes and ends the connection.
HttpResult<ClientResponse> answer_to(std::string bytes) {
    const WireServer server([&](WireConnection& connection) {
        if (connection.read()) {
            connection.write(bytes);
        }
    });
    PlainClient client = client_of(server);
    return client.send({.method = "POST", .target = "/", .body = "{}"});
}

TEST(PlainClient, KeepsOneConnectionForManyRequests) {
    const WireServer server(echo);
    PlainClient client = client_of(server);
    for (int i = 0; i < 20; ++i) {
        const auto answer = client.send(
            {.method = "POST", .target = "/a", .headers = {{"X-One", "1"}}, .body = "text"});
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(answer->status, 200);
        EXPECT_THAT(answer->body, testing::StartsWith("POST /a HTTP/1.1\r\nHost: localhost\r\n"));
        EXPECT_THAT(answer->body, HasSubstr("X-One: 1\r\n"));
        EXPECT_THAT(answer->body, testing::EndsWith("\r\n\r\ntext"));
        ASSERT_NE(find_header(answer->headers, "x-seen"), nullptr);
        EXPECT_EQ(*find_header(answer->headers, "x-seen"), "a%2Fb");
    }
    EXPECT_EQ(server.connections(), 1);
}

TEST(PlainClient, SpeaksToUnixSockets) {
    const std::string path =
        (std::filesystem::temp_directory_path() / ("samara-plain-" + std::to_string(::getpid())))
            .string();
    {
        const WireServer server(path, echo);
        PlainClient client(UnixAddress{path});
        EXPECT_TRUE(client.send({.method = "POST", .body = std::string(1 << 20U, 'x')}));
    }
    std::filesystem::remove(path);
    PlainClient nobody(UnixAddress{path});
    const auto refused = nobody.send({});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, HttpFailure::refused);
    EXPECT_THAT(refused.error().message, HasSubstr("No such file"));
}

TEST(PlainClient, ConnectsAgainWhenTheServerHasClosed) {
    const WireServer server([](WireConnection& connection) {
        if (connection.read()) {
            connection.answer(200, "one");
        }
    });
    PlainClient client = client_of(server);
    for (int i = 0; i < 3; ++i) {
        // The end of the last connection may come after it was looked for: then the call fails, and
        // is not sent twice.
        const auto answer = client.send({.method = "POST"});
        if (!answer) {
            EXPECT_EQ(answer.error().kind, HttpFailure::closed);
            EXPECT_TRUE(client.send({.method = "POST"}));
        }
    }
    EXPECT_GE(server.connections(), 3);
}

TEST(PlainClient, JoinsChunksAndReadsToTheEndWithoutALength) {
    const auto chunked = answer_to("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                                   "chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX: y\r\n\r\n");
    ASSERT_TRUE(chunked) << chunked.error().message;
    EXPECT_EQ(chunked->body, "abcde");
    const auto endless = answer_to("HTTP/1.1 200 OK\r\n\r\nall of it");
    ASSERT_TRUE(endless) << endless.error().message;
    EXPECT_EQ(endless->body, "all of it");
    const auto empty = answer_to("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
    ASSERT_TRUE(empty) << empty.error().message;
    EXPECT_EQ(empty->status, 204);
}

TEST(PlainClient, RefusesWhatIsNoAnswer) {
    for (const char* bytes :
         {"nonsense\r\n\r\n",
          "HTTP/1.1 abc\r\n\r\n",
          "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
        const auto answer = answer_to(bytes);
        ASSERT_FALSE(answer) << bytes;
        EXPECT_EQ(answer.error().kind, HttpFailure::other) << bytes;
    }
    for (const char* bytes :
         {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"}) {
        const auto answer = answer_to(bytes);
        ASSERT_FALSE(answer) << bytes;
        EXPECT_EQ(answer.error().kind, HttpFailure::closed) << bytes;
    }
}

TEST(PlainClient, ReadsARefusalThatComesInTheMiddleOfTheBody) {
    const WireServer server([](WireConnection& connection) {
        connection.read_head();
        connection.answer(413, "too large", "Connection: close\r\n");
        while (connection.read()) {
        }
    });
    PlainClient client = client_of(server);
    const auto answer = client.send({.method = "POST", .body = std::string(1 << 16U, 'x')});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 413);
}

TEST(PlainClient, WaitsNoLongerThanItsPatience) {
    std::latch over(1);
    const WireServer server([&](WireConnection& connection) {
        connection.read();
        over.wait();
    });
    PlainClient client = client_of(server);
    const auto answer = client.send({.method = "POST", .patience = 50ms});
    over.count_down();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, HttpFailure::timeout);
    EXPECT_THAT(answer.error().message, HasSubstr("no answer within 50 ms"));
}

TEST(PlainClient, EndsWhenItIsToldTo) {
    const int stop = ::eventfd(0, EFD_CLOEXEC);
    std::latch asked(1);
    std::latch over(1);
    const WireServer server([&](WireConnection& connection) {
        connection.read();
        asked.count_down();
        over.wait();
    });
    PlainClient client = client_of(server);
    auto answer = std::async(std::launch::async, [&] {
        return client.send({.method = "POST", .patience = 60s, .stop_descriptor = stop});
    });
    asked.wait();
    const std::uint64_t one = 1;
    ASSERT_EQ(::write(stop, &one, sizeof one), sizeof one);
    const auto ended = answer.get();
    over.count_down();
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().kind, HttpFailure::cancelled);
    const auto at_once = client.send({.method = "POST", .stop_descriptor = stop});
    ASSERT_FALSE(at_once);
    EXPECT_EQ(at_once.error().kind, HttpFailure::cancelled);
    ::close(stop);
}

} // namespace
} // namespace samara::net
