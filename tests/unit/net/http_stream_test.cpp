#include "net/http_server.h"
#include "net/plain_client.h"
#include "net/stream_writer.h"
#include "support/raw_client.h"

#include <future>
#include <thread>

#include <gmock/gmock.h>

// Answers that come piece by piece, and the client that reads them so.
namespace samara::net {
namespace {

using namespace std::chrono_literals;
using test::RawClient;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

/// A server that hands each reply to the test.
class HttpStream : public testing::Test {
protected:
    HttpStream() {
        auto server = HttpServer::start({}, [this](HttpRequest /*request*/, ReplyHandle reply) {
            replies_.set_value(std::move(reply));
        });
        EXPECT_TRUE(server);
        server_.emplace(std::move(*server));
    }

    ReplyHandle ask(const RawClient& client, std::string_view request) {
        replies_ = {};
        std::future<ReplyHandle> reply = replies_.get_future();
        client.send(request);
        EXPECT_EQ(reply.wait_for(10s), std::future_status::ready);
        return reply.get();
    }

    std::promise<ReplyHandle> replies_;
    std::optional<HttpServer> server_;
};

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

TEST_F(HttpStream, PiecesReachTheClientAsTheyAreWritten) {
    RawClient client(server_->port());
    ReplyHandle reply = ask(client, get);
    reply.begin({200, {{"Content-Type", "text/plain"}}, {}});
    StreamWriter writer(reply);
    EXPECT_TRUE(writer.write("one"));
    EXPECT_THAT(client.until("one\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n"));
    EXPECT_TRUE(writer.write("two"));
    EXPECT_EQ(client.until("two\r\n"), "3\r\ntwo\r\n");
    reply.finish();
    EXPECT_EQ(client.until("0\r\n\r\n"), "0\r\n\r\n");
    ReplyHandle second = ask(client, get); // the connection goes on
    second.send({200, {}, "whole"});
    EXPECT_THAT(client.response(), EndsWith("whole"));
}

TEST_F(HttpStream, AnOldClientReadsToTheEndOfTheConnection) {
    RawClient client(server_->port());
    ReplyHandle reply = ask(client, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    reply.begin({200, {}, {}});
    EXPECT_TRUE(StreamWriter(reply).write("all"));
    reply.finish();
    const std::string answer = client.everything();
    EXPECT_THAT(answer, EndsWith("\r\n\r\nall"));
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
}

TEST_F(HttpStream, AClientThatIsGoneEndsTheWriting) {
    std::optional<RawClient> client(server_->port());
    ReplyHandle reply = ask(*client, get);
    reply.begin({200, {}, {}});
    StreamWriter writer(reply);
    EXPECT_TRUE(writer.write("one"));
    client.reset();
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    bool open = true;
    while (open && std::chrono::steady_clock::now() < deadline) {
        open = writer.write(std::string(100'000, 'x'));
    }
    EXPECT_FALSE(open);
}

TEST_F(HttpStream, AClientThatDoesNotReadHoldsTheWriterUp) {
    RawClient client(server_->port());
    ReplyHandle reply = ask(client, get);
    reply.begin({200, {}, {}});
    std::atomic<std::size_t> written = 0;
    std::thread thread([&] {
        StreamWriter writer(reply);
        for (int i = 0; i < 500 && writer.write(std::string(100'000, 'x')); ++i) {
            written += 100'000;
        }
        reply.finish();
    });
    std::size_t before = 1;
    while (before != written) { // what the kernel holds, and no more
        before = written;
        std::this_thread::sleep_for(100ms);
    }
    EXPECT_LT(written, 30'000'000U);
    EXPECT_GT(client.everything_until("0\r\n\r\n"), 50'000'000U);
    thread.join();
    EXPECT_EQ(written, 50'000'000U);
}

TEST_F(HttpStream, ALetGoHandleCutsTheAnswerOff) {
    RawClient client(server_->port());
    {
        ReplyHandle reply = ask(client, get);
        reply.begin({200, {}, {}});
        EXPECT_TRUE(StreamWriter(reply).write("half"));
    }
    EXPECT_THAT(client.everything(), EndsWith("half\r\n"));
    RawClient silent(server_->port());
    ask(silent, get);
    EXPECT_EQ(silent.everything(), "");
}

TEST_F(HttpStream, AHandlerStreamsWhatComesAfterItsBody) {
    auto server = HttpServer::start({}, [](const HttpRequest& request) {
        HttpResponse response{200, {}, "first,"};
        response.stream = [whole = request.target == "/whole"](const HttpResponse::Write& write) {
            EXPECT_TRUE(write("second,"));
            EXPECT_TRUE(write(""));
            EXPECT_TRUE(write("third"));
            return whole;
        };
        return response;
    });
    ASSERT_TRUE(server);
    RawClient client(server->port());
    client.send("GET /whole HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(
        client.until("0\r\n\r\n"),
        EndsWith("6\r\nfirst,\r\n7\r\nsecond,\r\n5\r\nthird\r\n0\r\n\r\n"));
    client.send("GET /cut HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(client.everything(), EndsWith("5\r\nthird\r\n")); // no last chunk
}

TEST_F(HttpStream, AnAnswerWithoutABodyHasNoChunks) {
    for (const int status : {204, 304}) {
        RawClient client(server_->port());
        ReplyHandle reply = ask(client, get);
        reply.begin({status, {}, {}});
        EXPECT_TRUE(StreamWriter(reply).write("dropped"));
        reply.finish();
        const std::string head = client.until("\r\n\r\n");
        EXPECT_THAT(head, EndsWith("Connection: keep-alive\r\n\r\n"));
        EXPECT_THAT(head, Not(HasSubstr("chunked")));
        ask(client, get).send({200, {}, "next"}); // nothing was left in between
        EXPECT_THAT(client.response(), EndsWith("next"));
    }
}

TEST_F(HttpStream, TheClientReadsPieceByPieceAndThenTheTrailers) {
    replies_ = {};
    std::future<ReplyHandle> asked = replies_.get_future();
    std::promise<std::string> first;
    std::string all;
    auto answered = std::async(std::launch::async, [&] {
        PlainClient client(TcpAddress{"127.0.0.1", server_->port()});
        ClientRequest request;
        request.headers = {{"TE", "trailers"}};
        request.head_sink = [](const ClientResponse& head) { return head.status == 200; };
        request.body_sink = [&](std::string_view bytes) {
            all += bytes;
            if (all == "one") {
                first.set_value(all);
            }
            return true;
        };
        return client.send(request);
    });
    ReplyHandle reply = asked.get();
    reply.begin({200, {{"Trailer", "X-End"}}, {}});
    EXPECT_TRUE(StreamWriter(reply).write("one"));
    EXPECT_EQ(first.get_future().get(), "one"); // before the rest is there
    EXPECT_TRUE(StreamWriter(reply).write("two"));
    reply.finish({{"X-End", "yes"}});
    const auto answer = answered.get();
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(all, "onetwo");
    EXPECT_EQ(answer->body, "");
    EXPECT_EQ(*find_header(answer->trailers, "X-End"), "yes");
}

TEST_F(HttpStream, AHeadThatIsNotWantedHasItsBodyInTheAnswer) {
    replies_ = {};
    std::future<ReplyHandle> asked = replies_.get_future();
    auto answered = std::async(std::launch::async, [&] {
        PlainClient client(TcpAddress{"127.0.0.1", server_->port()});
        ClientRequest request;
        request.head_sink = [](const ClientResponse&) { return false; };
        request.body_sink = [&](std::string_view) {
            ADD_FAILURE();
            return true;
        };
        return client.send(request);
    });
    asked.get().send({200, {}, "whole"});
    const auto answer = answered.get();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "whole");
}

} // namespace
} // namespace samara::net
