#include "net/plain_client.h"
#include "os/cancellation.h"
#include "support/on_loop.h"
#include "support/wire_server.h"

#include <gtest/gtest.h>

namespace samara::net {
namespace {

using test::WireConnection;
using test::WireServer;

PlainClient client_of(const WireServer& server) {
    return PlainClient(TcpAddress{"127.0.0.1", server.port()});
}

/// What a server makes of one request that answers these bytes and ends the connection.
HttpResult<ClientResponse> answer_on_thread_to(std::string bytes) {
    const WireServer server([&](WireConnection& connection) {
        if (connection.read()) {
            connection.write(bytes);
        }
    });
    PlainClient client = client_of(server);
    return client.send({.method = "POST", .target = "/", .body = "{}"});
}

/// The same of a request on an event loop, over a connection that has been used before.
HttpResult<ClientResponse> answer_on_loop_to(std::string bytes) {
    const WireServer server([&](WireConnection& connection) {
        if (connection.read()) {
            connection.answer(200, "first");
        }
        if (connection.read()) {
            connection.write(bytes);
        }
    });
    PlainClient client = client_of(server);
    EXPECT_TRUE(client.send({}));
    return test::on_loop(client.ask({.method = "POST", .target = "/", .body = "{}"}));
}

TEST(Answer, ConnectsAgainWhenTheServerHasClosed) {
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

TEST(Answer, JoinsChunksAndReadsToTheEndWithoutALength) {
    for (const auto& answer_to : {answer_on_thread_to, answer_on_loop_to}) {
        const auto chunked =
            answer_to("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                      "chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX: y\r\n\r\n");
        ASSERT_TRUE(chunked) << chunked.error().message;
        EXPECT_EQ(chunked->body, "abcde");
        const auto endless = answer_to("HTTP/1.1 200 OK\r\n\r\nall of it");
        ASSERT_TRUE(endless) << endless.error().message;
        EXPECT_EQ(endless->body, "all of it");
        const auto empty =
            answer_to("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
        ASSERT_TRUE(empty) << empty.error().message;
        EXPECT_EQ(empty->status, 204);
    }
}

TEST(Answer, RefusesWhatIsNoAnswer) {
    for (const auto& answer_to : {answer_on_thread_to, answer_on_loop_to}) {
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
}

TEST(Answer, ReadsARefusalThatComesInTheMiddleOfTheBody) {
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

TEST(Answer, KeepsOneConnectionWhereverItIsAskedFor) {
    const WireServer server([](WireConnection& connection) {
        while (const auto request = connection.read()) {
            connection.answer(200, std::to_string(request->body.size()));
        }
    });
    PlainClient client = client_of(server);
    const std::string large(std::size_t{3} << 20U, 'x'); // more than fits into a socket
    for (std::size_t i = 0; i < 6; ++i) {
        const auto on_loop = test::on_loop(client.ask({.method = "POST", .body = large}), i);
        ASSERT_TRUE(on_loop) << on_loop.error().message;
        EXPECT_EQ(on_loop->body, std::to_string(large.size()));
        const auto on_thread = client.ask({.method = "POST", .body = "{}"}).now();
        ASSERT_TRUE(on_thread) << on_thread.error().message;
    }
    EXPECT_EQ(server.connections(), 1);
}

TEST(Answer, IsNotWaitedForLongerThanItsTimeOrPastAStop) {
    const WireServer server([](WireConnection& connection) {
        if (connection.read()) {
            connection.answer(200, "first");
        }
        if (connection.read()) {
            connection.read(); // silence
        }
    });
    const os::Cancellation stop;
    for (const bool stopped : {false, true}) {
        PlainClient client = client_of(server);
        ASSERT_TRUE(client.send({}));
        if (stopped) {
            stop.cancel();
        }
        const auto answer = test::on_loop(client.ask(
            {.timeout = std::chrono::milliseconds(stopped ? 60'000 : 50),
             .stop_descriptor = stop.descriptor()}));
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, stopped ? HttpFailure::cancelled : HttpFailure::timeout)
            << answer.error().message;
    }
}

} // namespace
} // namespace samara::net
