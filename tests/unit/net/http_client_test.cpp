#include "net/http_client.h"
#include "net/http_server.h"
#include "support/wire_server.h"

#include <array>
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

std::string socket_path(std::string_view name) {
    return (std::filesystem::temp_directory_path() /
            ("samara-net-" + std::to_string(::getpid()) + "-" + std::string(name)))
        .string();
}

HttpClient client_of(const WireServer& server) {
    return HttpClient(TcpAddress{"127.0.0.1", server.port()});
}

// Answers every request with what it got.
void echo(WireConnection& connection) {
    while (const auto request = connection.read()) {
        connection.answer(200, request->head + request->body, "X-Seen: a%2Fb\r\n");
    }
}

class Event {
public:
    Event() : descriptor_(::eventfd(0, EFD_CLOEXEC)) {}

    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    Event(Event&&) = delete;
    Event& operator=(Event&&) = delete;

    ~Event() { ::close(descriptor_); }

    void set() const {
        const std::uint64_t one = 1;
        ASSERT_EQ(::write(descriptor_, &one, sizeof one), sizeof one);
    }

    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

TEST(HttpClient, KeepsOneConnectionForManyRequests) {
    const WireServer server(echo);
    HttpClient client = client_of(server);
    for (int i = 0; i < 20; ++i) {
        const auto answer = client.send({.method = "POST", .target = "/a%2F?b=c", .body = "text"});
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(answer->status, 200);
        EXPECT_THAT(answer->body, testing::StartsWith("POST /a%2F?b=c HTTP/1.1\r\n"));
        EXPECT_THAT(answer->body, testing::EndsWith("\r\n\r\ntext"));
        EXPECT_NE(find_header(answer->headers, "x-seen"), nullptr);
    }
    EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, SpeaksToUnixSocketsWithAHostThatDockerTakes) {
    const std::string path = socket_path("unix");
    {
        const WireServer server(path, echo);
        HttpClient client(UnixAddress{path});
        const auto answer = client.send({.target = "/_ping"});
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_THAT(answer->body, HasSubstr("Host: localhost\r\n"));
    }
    std::filesystem::remove(path);
}

TEST(HttpClient, AnswerOfAnyStatusIsASuccess) {
    const WireServer server([](WireConnection& connection) {
        connection.read();
        connection.answer(404, R"({"message":"no such image"})");
    });
    std::string streamed;
    const auto answer = client_of(server).send({.body_sink = [&](std::string_view bytes) {
        streamed += bytes;
        return true;
    }});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 404);
    EXPECT_FALSE(answer->success());
    EXPECT_EQ(answer->body, R"({"message":"no such image"})");
    EXPECT_EQ(streamed, ""); // what went wrong is collected, not streamed
}

TEST(HttpClient, StreamsAnAnswerAsItComes) {
    std::latch first_seen(1);
    const WireServer server([&](WireConnection& connection) {
        connection.read();
        connection.chunked_head(200);
        connection.chunk("first ");
        first_seen.wait(); // deadlocks (and the test times out) when the client buffers
        connection.chunk("second");
        connection.chunk("");
        connection.wait_closed();
    });
    std::string seen;
    const auto answer = client_of(server).send({.body_sink = [&](std::string_view bytes) {
        if (seen.empty()) {
            first_seen.count_down();
        }
        seen += bytes;
        return true;
    }});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(seen, "first second");
    EXPECT_EQ(answer->body, "");
}

TEST(HttpClient, StreamsABodyInChunks) {
    const WireServer server(echo);
    std::array<std::string, 3> pieces{"one", "two", "three"};
    std::size_t next = 0;
    const auto answer = client_of(server).send(
        {.method = "POST", .body_source = [&]() -> HttpResult<std::string_view> {
             return next < pieces.size() ? pieces.at(next++) : std::string_view();
         }});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_THAT(answer->body, HasSubstr("Transfer-Encoding: chunked\r\n"));
    EXPECT_THAT(answer->body, HasSubstr("3\r\none\r\n3\r\ntwo\r\n5\r\nthree\r\n0\r\n\r\n"));
}

// More than the buffers of a unix socket hold.
BodySource large_body() {
    return [piece = std::string(1 << 20, 'x'), left = 4]() mutable -> HttpResult<std::string_view> {
        return left-- > 0 ? std::string_view(piece) : std::string_view();
    };
}

TEST(HttpClient, TellsWhyABodyIsRefusedInTheMiddle) {
    const std::string path = socket_path("refusal");
    constexpr std::string_view why = R"({"message":"no space left on device"})";
    std::promise<void> answered;
    const auto done = answered.get_future().share();
    for (const bool waits : {true, false}) {
        const WireServer server(path, [&](WireConnection& connection) {
            connection.read_head();
            connection.answer(500, why);
            if (waits) {
                done.wait(); // and reads no more
            }
        });
        HttpClient client(UnixAddress{path});
        const auto answer = client.send({.method = "POST", .body_source = large_body()});
        if (waits) {
            answered.set_value();
        }
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(answer->status, 500);
        EXPECT_EQ(answer->body, why);
        ::unlink(path.c_str());
    }
}

TEST(HttpClient, AnAnswerThatBeginsEarlyDoesNotEndTheBody) {
    std::string body;
    const WireServer server([&](WireConnection& connection) {
        connection.chunked_head(200);
        const auto request = connection.read();
        body = request ? request->body : "";
        connection.chunk("done");
        connection.chunk("");
    });
    HttpClient client = client_of(server);
    const auto answer = client.send({.method = "POST", .body_source = large_body()});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "done");
    EXPECT_GT(body.size(), 4U << 20U);
}

TEST(HttpClient, TellsTheErrorOfASource) {
    const WireServer server(echo);
    const auto answer = client_of(server).send(
        {.method = "POST", .body_source = []() -> HttpResult<std::string_view> {
             return tl::unexpected(HttpError{HttpFailure::other, "cannot read x"});
         }});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().message, "cannot read x");
}

TEST(HttpClient, SinkEndsTheExchange) {
    const WireServer server([](WireConnection& connection) {
        connection.read();
        connection.chunked_head(200);
        while (connection.chunk("more")) {
        }
    });
    const auto answer =
        client_of(server).send({.body_sink = [](std::string_view) { return false; }});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, HttpFailure::cancelled);
}

TEST(HttpClient, NamesRefusedTimeoutAndClosedApart) {
    const auto refused = HttpClient(UnixAddress{socket_path("nobody")}).send({});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, HttpFailure::refused);
    EXPECT_THAT(refused.error().message, HasSubstr("No such file or directory"));

    std::uint16_t free_port = 0;
    { free_port = WireServer(echo).port(); }
    const auto nobody = HttpClient(TcpAddress{"127.0.0.1", free_port}).send({});
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().kind, HttpFailure::refused);

    const WireServer silent([](WireConnection& connection) { connection.wait_closed(); });
    const auto late = client_of(silent).send({.timeout = 50ms});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind, HttpFailure::timeout);
    EXPECT_THAT(late.error().message, HasSubstr("50 ms"));

    const WireServer rude([](WireConnection& connection) { connection.read(); });
    const auto closed = client_of(rude).send({.method = "POST"});
    ASSERT_FALSE(closed);
    EXPECT_EQ(closed.error().kind, HttpFailure::closed);

    const auto unknown = HttpClient(TcpAddress{"no-such-host.invalid", 1}).send({});
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().kind, HttpFailure::other);
    EXPECT_THAT(unknown.error().message, HasSubstr("unknown host"));
}

TEST(HttpClient, StopsWhileItWaitsForAnAnswer) {
    std::latch asked(1);
    const WireServer server([&](WireConnection& connection) {
        connection.read();
        asked.count_down();
        connection.wait_closed();
    });
    const Event stop;
    auto answer = std::async(std::launch::async, [&] {
        return client_of(server).send({.timeout = 0ms, .stop_descriptor = stop.descriptor()});
    });
    asked.wait();
    stop.set();
    ASSERT_EQ(answer.wait_for(10s), std::future_status::ready);
    const auto result = answer.get();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, HttpFailure::cancelled);
}

TEST(HttpClient, DoesNotBeginWhenAlreadyStopped) {
    const WireServer server(echo);
    const Event stop;
    stop.set();
    const auto answer = client_of(server).send({.stop_descriptor = stop.descriptor()});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, HttpFailure::cancelled);
    EXPECT_EQ(server.connections(), 0);
}

TEST(HttpClient, CanBeUsedAgainAfterAStop) {
    std::atomic<int> requests = 0;
    const WireServer server([&](WireConnection& connection) {
        while (connection.read()) {
            if (++requests > 1) {
                connection.answer(200, "again");
            }
        }
    });
    HttpClient client = client_of(server);
    const Event stop;
    auto first = std::async(std::launch::async, [&] {
        return client.send({.timeout = 0ms, .stop_descriptor = stop.descriptor()});
    });
    while (requests == 0) {
        std::this_thread::yield();
    }
    stop.set();
    EXPECT_FALSE(first.get());
    const Event other;
    const auto second = client.send({.stop_descriptor = other.descriptor()});
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(second->body, "again");
}

TEST(HttpClient, ConnectsAgainWhenThePeerClosedAnIdleConnection) {
    const WireServer server([](WireConnection& connection) {
        connection.read();
        connection.answer(200, "once");
    });
    HttpClient client = client_of(server);
    for (int i = 0; i < 5; ++i) {
        const auto answer = client.send({});
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(answer->body, "once");
    }
    EXPECT_EQ(server.connections(), 5);
}

TEST(PercentEncode, KeepsOnlyUnreservedCharacters) {
    EXPECT_EQ(percent_encode("a-Z_0.~"), "a-Z_0.~");
    EXPECT_EQ(percent_encode("a/b:c d\xC3\xA9"), "a%2Fb%3Ac%20d%C3%A9");
    EXPECT_EQ(percent_encode(R"({"a":["b"]})"), "%7B%22a%22%3A%5B%22b%22%5D%7D");
}

} // namespace
} // namespace samara::net
