#include "net/http_server.h"
#include "support/raw_client.h"

#include <atomic>
#include <barrier>
#include <filesystem>
#include <latch>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::net {
namespace {

using namespace std::chrono_literals;
using test::body_of;
using test::RawClient;
using test::status_of;
using testing::HasSubstr;

HttpResponse echo(const HttpRequest& request) {
    return {200, {{"X-Target", request.target}}, request.method + " " + request.body};
}

HttpServer serve(HttpServer::Handler handler = echo, HttpServerOptions options = {}) {
    auto server = HttpServer::start(std::move(options), std::move(handler));
    EXPECT_TRUE(server) << (server ? "" : server.error().message);
    return std::move(*server);
}

constexpr std::string_view simple = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n";

TEST(HttpServer, AnswersManyRequestsOfOneConnection) {
    const HttpServer server = serve();
    RawClient client(server.port());
    for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(client.send(fmt::format(
            "POST /a%2Fb?n={} HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", i)));
        const std::string response = client.response();
        EXPECT_EQ(status_of(response), 200);
        EXPECT_THAT(response, HasSubstr(fmt::format("X-Target: /a%2Fb?n={}\r\n", i)));
        EXPECT_EQ(body_of(response), "POST abc");
    }
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
    const HttpServer server = serve();
    RawClient client(server.port());
    client.send(
        "PUT /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
        "GET /2 HTTP/1.1\r\nHost: h\r\n\r\nPURGE /3 HTTP/1.1\r\nHost: h\r\nConnection: "
        "close\r\n\r\n");
    EXPECT_EQ(body_of(client.response()), "PUT ab");
    EXPECT_EQ(body_of(client.response()), "GET ");
    EXPECT_EQ(body_of(client.response()), "PURGE ");
    EXPECT_TRUE(client.closed());
}

/// A handler's log, line by line.
struct Told {
    base::Log log() {
        return base::Log([this](base::LogLevel level, std::string_view line) {
            const std::scoped_lock lock(mutex);
            lines.push_back((level == base::LogLevel::error ? "error: " : "") + std::string(line));
        });
    }

    std::mutex mutex;
    std::vector<std::string> lines;
};

HttpResponse answer_or_throw(const HttpRequest& request) {
    if (request.path() == "/memory") {
        throw std::bad_alloc();
    }
    if (request.path() == "/number") {
        throw 5; // NOLINT(misc-throw-by-value-catch-by-reference,hicpp-exception-baseclass)
    }
    HttpResponse response{200, {}, "fine"};
    if (request.path() == "/stream") {
        response.stream = [](const HttpResponse::Write& write) -> bool {
            write("begun");
            throw std::filesystem::filesystem_error("gone", std::error_code());
        };
    }
    return response;
}

/// What each path of answer_or_throw() gets, and the log of it.
void expect_faults_stay_where_they_are(HttpServer server, Told& told) {
    RawClient client(server.port());
    for (const char* path : {"/memory", "/number", "/ok", "/memory"}) {
        client.send(fmt::format("GET {}?secret=s HTTP/1.1\r\nHost: h\r\n\r\n", path));
        const std::string response = client.response();
        EXPECT_EQ(status_of(response), path == std::string("/ok") ? 200 : 500) << path;
        EXPECT_THAT(
            response,
            HasSubstr(
                path == std::string("/ok") ? "fine" : R"({"message":"Internal Server Error"})"));
    }
    client.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(client.everything(), testing::EndsWith("5\r\nbegun\r\n")); // no last chunk
    RawClient other(server.port());
    other.send("GET /ok HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(status_of(other.response()), 200);
    server.stop();
    EXPECT_THAT(
        told.lines,
        testing::ElementsAre(
            "error: GET /memory: a fault in samara itself: std::bad_alloc",
            "error: GET /number: a fault in samara itself: an exception of no known type",
            "error: GET /memory: a fault in samara itself: std::bad_alloc",
            HasSubstr("GET /stream: a fault in samara itself: filesystem error: gone")));
}

TEST(HttpServer, WhatAHandlerThrowsIs500OfThatRequestAlone) {
    Told told;
    HttpServerOptions options;
    options.log = told.log();
    expect_faults_stay_where_they_are(serve(answer_or_throw, std::move(options)), told);
}

TEST(HttpServer, WhatATaskThrowsOnALoopIs500OfThatRequestAlone) {
    Told told;
    HttpServerOptions options;
    options.log = told.log();
    auto server =
        HttpServer::start(std::move(options), HttpServer::TaskHandler([](HttpRequest request) {
                              return [](HttpRequest asked) -> base::Task<HttpResponse> {
                                  co_return answer_or_throw(asked);
                              }(std::move(request));
                          }));
    ASSERT_TRUE(server);
    expect_faults_stay_where_they_are(std::move(*server), told);
}

TEST(HttpServer, SendsNoBodyForHeadAndNoContent) {
    const HttpServer server = serve([](const HttpRequest& request) {
        return HttpResponse{request.method == "HEAD" ? 200 : 204, {}, "body"};
    });
    RawClient client(server.port());
    client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(client.response(true), HasSubstr("Content-Length: 4\r\n"));
    client.send(simple);
    const std::string response = client.response(true);
    EXPECT_EQ(status_of(response), 204);
    EXPECT_EQ(body_of(response), "");
    client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(status_of(client.response(true)), 200); // nothing of a body came in between
}

TEST(HttpServer, AsksForTheBodyWhenTheClientWaits) {
    const HttpServer server = serve();
    RawClient client(server.port());
    client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(status_of(client.response()), 100);
    client.send("ab");
    EXPECT_EQ(body_of(client.response()), "PUT ab");
}

TEST(HttpServer, RefusesABodyAboveTheLimitBeforeItIsSent) {
    const HttpServer server = serve(echo, {.body_limit = 10});
    RawClient sized(server.port());
    sized.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
    const std::string response = sized.response();
    EXPECT_EQ(status_of(response), 413);
    EXPECT_EQ(body_of(response), R"({"message":"Request Entity Too Large"})");
    RawClient chunked(server.port());
    chunked.send("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                 "chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n");
    EXPECT_EQ(status_of(chunked.response()), 413);
}

TEST(HttpServer, LeavesTheAnswerToALargerBodyToAHandlerThatWantsIt) {
    const HttpServer server = serve(
        [](const HttpRequest& request) {
            return HttpResponse{
                413, {}, (request.too_large ? "too large: " : "fits: ") + request.body};
        },
        {.body_limit = 10, .answers_larger = true});
    for (const std::string_view body :
         {"Content-Length: 11\r\nExpect: 100-continue\r\n\r\n",
          "Content-Length: 11\r\n\r\n01234567890GET /next HTTP/1.1\r\nHost: h\r\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n"}) {
        RawClient client(server.port());
        client.send(fmt::format("PUT / HTTP/1.1\r\nHost: h\r\n{}", body));
        const std::string response = client.response();
        EXPECT_EQ(status_of(response), 413);
        EXPECT_EQ(body_of(response), "too large: ") << body;
        EXPECT_TRUE(client.closed());
    }
    RawClient client(server.port());
    client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789");
    EXPECT_EQ(body_of(client.response()), "fits: 0123456789");
}

TEST(HttpServer, SixtyFourKeepAliveConnectionsNeverWaitForAThread) {
    constexpr int clients = 64;
    std::latch all_inside(clients); // opens only when all requests run at the same time
    const HttpServer server = serve([&](const HttpRequest&) {
        all_inside.arrive_and_wait();
        return HttpResponse{200, {}, "ok"};
    });
    std::vector<std::unique_ptr<RawClient>> open;
    for (int i = 0; i < clients; ++i) {
        open.push_back(std::make_unique<RawClient>(server.port()));
        ASSERT_TRUE(open.back()->send(simple));
    }
    for (const auto& client : open) {
        EXPECT_EQ(status_of(client->response()), 200);
    }
}

TEST(HttpServer, TurnsConnectionsAwayWhenAllItMayHaveAreBusy) {
    std::latch inside(1);
    std::latch may_end(1);
    const HttpServer server = serve(
        [&](const HttpRequest& request) {
            if (request.target == "/slow") {
                inside.count_down();
                may_end.wait();
            }
            return echo(request);
        },
        {.connections = 1});
    RawClient first(server.port());
    first.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    inside.wait();
    RawClient second(server.port());
    EXPECT_EQ(status_of(second.everything()), 503);
    may_end.count_down();
    EXPECT_EQ(status_of(first.response()), 200);
}

TEST(HttpServer, EndsTheConnectionThatIsIdleLongestForANewOne) {
    const HttpServer server = serve(echo, {.connections = 2});
    RawClient first(server.port());
    first.send(simple);
    EXPECT_EQ(status_of(first.response()), 200);
    RawClient second(server.port());
    second.send(simple);
    EXPECT_EQ(status_of(second.response()), 200);
    std::this_thread::sleep_for(100ms); // a client has its answer a moment before the server idles
    first.send(simple);
    EXPECT_EQ(status_of(first.response()), 200);
    std::this_thread::sleep_for(100ms);
    RawClient third(server.port());
    third.send(simple);
    EXPECT_EQ(status_of(third.response()), 200);
    EXPECT_TRUE(second.closed());
    first.send(simple);
    EXPECT_EQ(status_of(first.response()), 200);
}

TEST(HttpServer, ClosesSlowHeads) {
    const HttpServer server = serve(echo, {.head_timeout = 50ms});
    RawClient client(server.port());
    client.send("GET / HTTP/1.1\r\nHo");
    EXPECT_EQ(status_of(client.everything()), 408);
    RawClient body(server.port());
    RawClient healthy(server.port());
    healthy.send(simple);
    EXPECT_EQ(status_of(healthy.response()), 200);
}

TEST(HttpServer, ClosesHalfBodiesAndIdleConnections) {
    const HttpServer server = serve(echo, {.body_timeout = 50ms, .idle_timeout = 50ms});
    RawClient half(server.port());
    half.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_EQ(status_of(half.everything()), 408);
    RawClient gone(server.port());
    gone.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
    gone.finish_sending();
    EXPECT_EQ(gone.everything(), "");
    RawClient idle(server.port());
    EXPECT_EQ(idle.everything(), "");
}

// A byte now and then keeps no one waiting: each part of a request has one deadline for all of it.
TEST(HttpServer, ATrickleDoesNotRestartAnyTime) {
    const HttpServer server =
        serve(echo, {.head_timeout = 100ms, .body_timeout = 100ms, .idle_timeout = 10s});
    const auto trickle = [&](std::string_view beginning, std::string_view piece) {
        RawClient client(server.port());
        client.send(beginning);
        while (client.send(piece) && !client.readable(5ms)) {
        }
        return status_of(client.everything());
    };
    EXPECT_EQ(trickle("GET / HTTP/1.1\r\nHost: h\r\n", "X: y\r\n"), 408);
    EXPECT_EQ(trickle("\r\n", "\r\n"), 0); // blank lines are no request: closed without an answer
    EXPECT_EQ(trickle("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n", "x"), 408);
    EXPECT_EQ(
        trickle("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
        408);
}

TEST(HttpServer, UploadsAtATimeHoldNoMoreThanTheirBudget) {
    const HttpServer server = serve(echo, {.body_limit = 100'000, .upload_budget = 200'000});
    const std::string head = "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n";
    const std::string most(99'999, 'x');
    std::vector<std::unique_ptr<RawClient>> slow;
    std::string refused;
    // Each keeps all but one byte of its body here; which of them is one too many depends on how
    // far the server has read.
    for (int i = 0; i < 4; ++i) {
        slow.push_back(std::make_unique<RawClient>(server.port()));
        slow.back()->send(head);
        slow.back()->send(most);
    }
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (refused.empty() && std::chrono::steady_clock::now() < deadline) {
        for (auto client = slow.begin(); client != slow.end() && refused.empty(); ++client) {
            if ((*client)->readable(5ms)) {
                refused = (*client)->everything();
                slow.erase(client);
                break;
            }
        }
    }
    EXPECT_EQ(status_of(refused), 503);
    EXPECT_THAT(refused, HasSubstr("Retry-After: 1\r\n"));
    slow.clear(); // and with them their shares
    const auto again = std::chrono::steady_clock::now() + 10s;
    int status = 0;
    while (status != 200 && std::chrono::steady_clock::now() < again) {
        RawClient client(server.port());
        client.send(head + most + "x");
        status = status_of(client.response());
    }
    EXPECT_EQ(status, 200);
}

TEST(HttpServer, SurvivesAHundredThousandHeaders) {
    const HttpServer server = serve();
    RawClient client(server.port());
    std::string request = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int i = 0; i < 100'000; ++i) {
        request += fmt::format("X-{}: y\r\n", i);
    }
    client.send(request); // the server may well close before the end
    EXPECT_EQ(status_of(client.response()), 431);
    RawClient healthy(server.port());
    healthy.send(simple);
    EXPECT_EQ(status_of(healthy.response()), 200);
}

TEST(HttpServer, SaysThatAPortIsInUse) {
    const HttpServer server = serve();
    const auto second = HttpServer::start({.port = server.port()}, echo);
    ASSERT_FALSE(second);
    EXPECT_EQ(
        second.error().message,
        fmt::format("cannot listen on 127.0.0.1:{}: Address already in use", server.port()));
    EXPECT_EQ(second.error().hint, "choose another port with --port");
}

TEST(HttpServer, SaysThatAnAddressIsNotThisMachines) {
    const auto elsewhere = HttpServer::start({.host = "203.0.113.9"}, echo); // RFC 5737
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(
        elsewhere.error().message,
        "cannot listen on 203.0.113.9:0: Cannot assign requested address");
    EXPECT_EQ(elsewhere.error().hint, "give an address of this machine with --host");
}

TEST(HttpServer, SaysWhyTlsCannotBeUsed) {
    const auto server = HttpServer::start({.tls = TlsFiles{"/nonexistent.pem", "/none.key"}}, echo);
    ASSERT_FALSE(server);
    EXPECT_THAT(server.error().message, HasSubstr("cannot use certificate /nonexistent.pem"));
}

TEST(HttpServer, StopLetsARunningRequestEndAndClosesIdleConnections) {
    std::latch inside(1);
    std::latch may_end(1);
    HttpServer server = serve([&](const HttpRequest& request) {
        if (request.target == "/slow") {
            inside.count_down();
            may_end.wait();
        }
        return HttpResponse{200, {}, "done"};
    });
    RawClient idle(server.port());
    idle.send(simple);
    EXPECT_EQ(status_of(idle.response()), 200);
    RawClient slow(server.port());
    slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    inside.wait();
    std::thread stopper([&] { server.stop(); });
    EXPECT_TRUE(idle.closed());
    may_end.count_down();
    const std::string response = slow.everything();
    EXPECT_EQ(body_of(response), "done");
    EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
    stopper.join();
    EXPECT_FALSE(RawClient(server.port()).connected());
}

} // namespace
} // namespace samara::net
