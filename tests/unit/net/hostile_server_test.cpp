#include "net/http_client.h"
#include "support/wire_server.h"

#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <sys/eventfd.h>
#include <unistd.h>

// Servers that send without end, slowly, or nothing: no request lasts longer or takes more than it
// says, and a stop ends each of them.
namespace samara::net {
namespace {

using namespace std::chrono_literals;
using test::WireConnection;
using test::WireServer;
using testing::HasSubstr;

struct Hostile {
    std::string name;
    std::function<void(WireConnection&)> serve;
};

void repeat(const WireConnection& connection, const std::string& bytes) {
    while (connection.write(bytes)) {
    }
}

// Of every kind of body, and of what stands around it.
std::vector<Hostile> endless() {
    const std::string much(64UL * 1024, 'x');
    return {
        {"until it closes",
         [=](WireConnection& connection) {
             connection.read();
             connection.write("HTTP/1.1 200 OK\r\n\r\n");
             repeat(connection, much);
         }},
        {"a length",
         [=](WireConnection& connection) {
             connection.read();
             connection.write("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n");
             repeat(connection, much);
         }},
        {"chunks",
         [=](WireConnection& connection) {
             connection.read();
             connection.chunked_head(200);
             while (connection.chunk(much)) {
             }
         }},
        {"one chunk",
         [=](WireConnection& connection) {
             connection.read();
             connection.chunked_head(200);
             connection.write("ffffffffffffffff\r\n");
             repeat(connection, much);
         }},
        {"a chunk's size",
         [=](WireConnection& connection) {
             connection.read();
             connection.chunked_head(200);
             repeat(connection, "1;" + much);
         }},
        {"trailers",
         [=](WireConnection& connection) {
             connection.read();
             connection.chunked_head(200);
             connection.write("0\r\n");
             repeat(connection, "X: " + much + "\r\n");
         }},
        {"headers",
         [=](WireConnection& connection) {
             connection.read();
             connection.write("HTTP/1.1 200 OK\r\n");
             repeat(connection, "X: y\r\n");
         }},
        {"a header",
         [=](WireConnection& connection) {
             connection.read();
             connection.write("HTTP/1.1 200 OK\r\nX: ");
             repeat(connection, much);
         }},
        {"interim answers",
         [=](WireConnection& connection) {
             connection.read();
             repeat(connection, "HTTP/1.1 100 Continue\r\n\r\n");
         }},
    };
}

HttpClient client_of(const WireServer& server) {
    return HttpClient(TcpAddress{"127.0.0.1", server.port()});
}

TEST(HostileServer, NoAnswerIsLargerThanItMayBe) {
    for (const Hostile& hostile : endless()) {
        for (const bool streamed : {false, true}) {
            const WireServer server(hostile.serve);
            std::size_t seen = 0;
            ClientRequest request{.body_limit = 150'000};
            if (streamed) {
                request.body_sink = [&](std::string_view bytes) {
                    seen += bytes.size();
                    return true;
                };
            }
            request.time_limit = 2s; // interim answers have no bytes
            const auto answer = client_of(server).send(request);
            ASSERT_FALSE(answer) << hostile.name;
            EXPECT_NE(answer.error().kind, HttpFailure::closed) << hostile.name;
            EXPECT_LE(seen, request.body_limit) << hostile.name;
        }
    }
}

TEST(HostileServer, TellsWhatItTakes) {
    const WireServer server([](WireConnection& connection) {
        while (connection.read()) {
            connection.answer(200, std::string(1000, 'x'));
        }
    });
    EXPECT_TRUE(client_of(server).send({.body_limit = 1000}));
    const auto answer = client_of(server).send({.body_limit = 999});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, HttpFailure::too_large);
    EXPECT_THAT(answer.error().message, HasSubstr("more than 999 bytes"));
}

TEST(HostileServer, AnEndlessRefusalIsTheBeginningOfOne) {
    const WireServer server([](WireConnection& connection) {
        connection.read();
        connection.write("HTTP/1.1 503 No\r\n\r\nno room");
        repeat(connection, std::string(64UL * 1024, 'x'));
    });
    const auto answer =
        client_of(server).send({.body_sink = [](std::string_view) { return true; }});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 503);
    EXPECT_THAT(answer->body, testing::StartsWith("no room"));
    EXPECT_EQ(answer->body.size(), 64UL * 1024);
}

// Bytes that come one by one are always in time for the timeout.
TEST(HostileServer, ATrickleEndsWithTheTimeForAllOfIt) {
    for (const std::string head : {"", "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"}) {
        std::promise<void> ended;
        const auto over = ended.get_future().share();
        const WireServer server([&](WireConnection& connection) {
            connection.read();
            connection.write(head);
            while (over.wait_for(5ms) == std::future_status::timeout && connection.write("H")) {
            }
        });
        const auto answer = client_of(server).send({.timeout = 60s, .time_limit = 100ms});
        ended.set_value();
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, HttpFailure::timeout);
        EXPECT_THAT(answer.error().message, HasSubstr("not complete in time"));
    }
}

TEST(HostileServer, NobodyWhoReadsHoldsABodyUpForEver) {
    std::promise<void> ended;
    const auto over = ended.get_future().share();
    const WireServer server([&](WireConnection& connection) {
        connection.read_head();
        over.wait();
    });
    const auto endless_body = [] {
        return [piece = std::string(1UL << 20U, 'x')]() -> HttpResult<std::string_view> {
            return piece;
        };
    };
    const auto answer = client_of(server).send(
        {.method = "POST", .body_source = endless_body(), .time_limit = 200ms});
    ended.set_value();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, HttpFailure::timeout);
}

// Whatever it is that the client waits for.
TEST(HostileServer, AStopEndsEveryWait) {
    std::vector<Hostile> all = endless();
    all.push_back({"silence", [](WireConnection& connection) { connection.wait_closed(); }});
    all.push_back({"no handshake", [](WireConnection& connection) { connection.wait_closed(); }});
    for (const Hostile& hostile : all) {
        std::promise<void> asked;
        std::once_flag once;
        const WireServer server([&](WireConnection& connection) {
            std::call_once(once, [&] { asked.set_value(); });
            hostile.serve(connection);
        });
        const int stop = ::eventfd(0, EFD_CLOEXEC);
        auto result = std::async(std::launch::async, [&] {
            HttpAddress address = TcpAddress{"127.0.0.1", server.port()};
            if (hostile.name == "no handshake") {
                address = TlsAddress{"127.0.0.1", server.port(), {}, {}, {}};
            }
            return HttpClient(std::move(address))
                .send(
                    {.body_sink = [](std::string_view) { return true; },
                     .timeout = 0ms,
                     .time_limit = 0ms,
                     .body_limit = no_body_limit,
                     .stop_descriptor = stop});
        });
        asked.get_future().wait();
        const std::uint64_t one = 1;
        ASSERT_EQ(::write(stop, &one, sizeof one), sizeof one);
        ASSERT_EQ(result.wait_for(10s), std::future_status::ready) << hostile.name;
        EXPECT_FALSE(result.get()) << hostile.name;
        ::close(stop);
    }
}

TEST(HostileServer, NoRequestIsTwo) {
    const WireServer server([](WireConnection& connection) {
        while (const auto request = connection.read()) {
            connection.answer(200, request->head);
        }
    });
    HttpClient client = client_of(server);
    EXPECT_FALSE(client.send({.target = "/ HTTP/1.1\r\nX: y\r\n\r\nGET /"}));
    EXPECT_FALSE(client.send({.target = "/a b"}));
    const auto answer = client.send({.headers = {{"X-One", "1\r\nX-Two: 2"}, {"X-Three", "3"}}});
    ASSERT_TRUE(answer);
    EXPECT_THAT(answer->body, testing::Not(HasSubstr("X-Two")));
    EXPECT_THAT(answer->body, HasSubstr("X-Three: 3\r\n"));
}

} // namespace
} // namespace samara::net
