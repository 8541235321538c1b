#include "console/console.h"
#include "data/accessors.h"
#include "data/read.h"

#include <thread>

#include <gmock/gmock.h>

namespace samara::console {
namespace {

using testing::HasSubstr;
using testing::Not;

class FakeReplayer : public serving::Replayer {
public:
    explicit FakeReplayer(serving::Recorder& recorder) : recorder_(recorder) {}

    std::uint64_t replay(net::HttpRequest request, std::uint64_t original) override {
        serving::Exchange again;
        last = request;
        again.request = std::move(request);
        again.status = 200;
        again.replay_of = original;
        return recorder_.add(std::move(again));
    }

    net::HttpRequest last;

private:
    serving::Recorder& recorder_;
};

class ConsoleTest : public testing::Test {
protected:
    void SetUp() override {
        Sources sources;
        sources.routes = [this] { return routes_; };
        sources.functions = [] {
            return std::vector<invoke::FunctionState>{{"Fn", "python3.12", 256, 1, 2, 0, 0}};
        };
        sources.variables = [] {
            return std::vector<std::pair<std::string, std::string>>{
                {"DB_PASSWORD", "hunter2hunter2"}};
        };
        sources.connections = [] {
            return std::vector<ConnectionLine>{{"id=1", "Chat", "127.0.0.1", {}, {}}};
        };
        sources.send = [this](std::string_view id, std::string text) {
            sent_ = std::string(id) + ": " + text;
            return id == "id=1";
        };
        sources.before_replay = [this] { ++caught_up_; };
        console_->open(std::move(sources));
    }

    net::HttpResponse
    ask(std::string method,
        std::string target,
        std::string body = {},
        net::HttpHeaders headers = {{"Host", "localhost:3000"}},
        std::string from = "127.0.0.1") {
        const net::HttpRequest request{
            std::move(method),
            std::move(target),
            std::move(headers),
            std::move(body),
            std::move(from)};
        EXPECT_TRUE(Console::takes(request));
        return console_->handle(request);
    }

    std::uint64_t record(std::string body = "hello") {
        serving::Exchange one;
        one.request = {
            "POST",
            "/orders?x=1",
            {{"Host", "localhost:3000"}, {"Authorization", "Bearer t0ps3cret"}},
            std::move(body),
            "127.0.0.1"};
        one.status = 502;
        one.route = "POST /orders";
        one.api = "Api";
        one.error = "no password but hunter2hunter2";
        one.response_headers = {{"Set-Cookie", "sid=c00kievalue"}, {"X", "hunter2hunter2"}};
        one.response_body = invoke::keep("<script>alert(1)</script> c00kievalue");
        invoke::Request call;
        call.function = "It's";
        call.payload =
            R"-({"headers":{"authorization":"Bearer t0ps3cret"},"body":"it's hunter2hunter2"})-";
        one.calls.push_back(std::make_shared<invoke::CallTrace>(call));
        one.calls.back()->add_log(
            "password hunter2hunter2\nREPORT RequestId: r\tMax Memory Used: 45 MB\n");
        invoke::Response reply;
        reply.payload = "null";
        reply.function_error = "Unhandled";
        one.calls.back()->end(
            {std::chrono::milliseconds(1), {}, std::chrono::milliseconds(5), false}, reply);
        one.replayer = replayer_;
        return console_->recorder()->add(std::move(one));
    }

    std::vector<RouteLine> routes_{
        {"Api", "HTTP API", "POST", "/orders", "Fn", "function", "Auth: function A", ""}};
    std::string sent_;
    int caught_up_ = 0;
    std::shared_ptr<Console> console_ =
        std::make_shared<Console>(serving::PageGuard({"build.example.com"}), "it's.yaml");
    std::shared_ptr<FakeReplayer> replayer_ = std::make_shared<FakeReplayer>(*console_->recorder());
};

TEST_F(ConsoleTest, ServesItsFilesAndNothingBesideThem) {
    EXPECT_FALSE(Console::takes({"GET", "/", {}, {}, "127.0.0.1"}));
    EXPECT_FALSE(Console::takes({"GET", "/_samara2/", {}, {}, "127.0.0.1"}));
    EXPECT_TRUE(Console::takes({"GET", "/_samara?x=1", {}, {}, "127.0.0.1"}));
    const auto page = ask("GET", "/_samara/");
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.body, HasSubstr("<main>"));
    EXPECT_THAT(page.body, Not(HasSubstr("<script>")));
    EXPECT_THAT(page.body, Not(HasSubstr("style=")));
    EXPECT_THAT(*net::find_header(page.headers, "Content-Type"), HasSubstr("text/html"));
    for (const char* file : {"page.css", "page.js", "request.js", "icon.svg"}) {
        EXPECT_EQ(ask("GET", std::string("/_samara/") + file).status, 200) << file;
    }
    EXPECT_EQ(ask("GET", "/_samara").status, 308);
    EXPECT_EQ(ask("GET", "/_samara/other").status, 404);
    EXPECT_EQ(ask("GET", "/_samara/../etc/passwd").status, 404);
    EXPECT_EQ(ask("POST", "/_samara/").status, 405);
    EXPECT_EQ(ask("PUT", "/_samara/requests").status, 405);
    EXPECT_EQ(ask("GET", "/_samara/requests/1/replay").status, 404);
}

TEST_F(ConsoleTest, EveryAnswerKeepsOtherPagesOut) {
    record();
    for (const char* path : {"", "page.js", "requests/1", "other", "state"}) {
        const auto response = ask("GET", std::string("/_samara/") + path);
        const std::string* policy = net::find_header(response.headers, "Content-Security-Policy");
        ASSERT_NE(policy, nullptr) << path;
        EXPECT_TRUE(policy->starts_with("default-src 'self';"));
        EXPECT_THAT(*policy, Not(HasSubstr("unsafe")));
        EXPECT_EQ(*net::find_header(response.headers, "X-Frame-Options"), "DENY");
        EXPECT_EQ(*net::find_header(response.headers, "X-Content-Type-Options"), "nosniff");
        EXPECT_EQ(*net::find_header(response.headers, "Cache-Control"), "no-store");
    }
}

TEST_F(ConsoleTest, OtherPagesNamesAndMachinesAreRefused) {
    const auto status = [&](net::HttpHeaders headers, std::string from = "127.0.0.1") {
        return ask("GET", "/_samara/state", {}, std::move(headers), std::move(from)).status;
    };
    EXPECT_EQ(status({{"Host", "localhost:3000"}}), 200);
    EXPECT_EQ(status({{"Host", "build.example.com"}}), 200);
    EXPECT_EQ(status({{"Host", "evil.example.com"}}), 403);
    EXPECT_EQ(status({{"Host", "localhost:3000"}, {"Origin", "https://evil.example.com"}}), 403);
    EXPECT_EQ(status({{"Host", "localhost:3000"}, {"Origin", "http://localhost:3000"}}), 200);
    EXPECT_EQ(status({{"Host", "localhost:3000"}, {"Sec-Fetch-Site", "cross-site"}}), 403);
    EXPECT_EQ(status({{"Host", "localhost:3000"}, {"Sec-Fetch-Site", "same-origin"}}), 200);
    EXPECT_EQ(status({{"Host", "localhost:3000"}}, "192.0.2.7"), 403);
    EXPECT_EQ(status({{"Host", "localhost:3000"}}, "127.0.0.2"), 200);
}

TEST_F(ConsoleTest, TellsWhatIsServed) {
    const auto state = data::read_json(ask("GET", "/_samara/state").body, "state");
    ASSERT_TRUE(state);
    const data::Value& route = state->find("routes")->as_list()->front();
    EXPECT_EQ(data::text_of(route, "protection"), "Auth: function A");
    const data::Value& function = state->find("functions")->as_list()->front();
    EXPECT_EQ(data::text_of(function, "memoryMb"), "256");
    EXPECT_EQ(data::text_of(function, "warm"), "1");
    EXPECT_EQ(data::text_of(function, "busy"), "2");
}

TEST_F(ConsoleTest, ARequestIsShownWithoutItsSecrets) {
    record();
    const std::string text = ask("GET", "/_samara/requests/1").body;
    for (const char* secret : {"t0ps3cret", "hunter2hunter2", "c00kievalue"}) {
        EXPECT_THAT(text, Not(HasSubstr(secret)));
        EXPECT_THAT(ask("GET", "/_samara/requests").body, Not(HasSubstr(secret)));
    }
    const auto details = data::read_json(text, "details");
    ASSERT_TRUE(details) << text;
    EXPECT_EQ(data::text_of(*details, "status"), "502");
    EXPECT_EQ(data::text_of(*details, "function"), "It's");
    const data::Value& call = details->find("calls")->as_list()->front();
    EXPECT_EQ(data::text_of(call, "memoryUsedMb"), "45");
    EXPECT_EQ(data::text_of(call, "functionError"), "Unhandled");
    EXPECT_EQ(data::text_of(call, "runMs"), "5.0");
    EXPECT_EQ(
        data::text_of(call, "command"),
        R"-(printf %s '{"headers":{"authorization":"(hidden:authorization)"},"body":"it'\''s (hidden:DB_PASSWORD)"}')-"
        R"-( | samara local invoke -t 'it'\''s.yaml' 'It'\''s' --event -)-");
    EXPECT_EQ(
        data::text_of(*details->find("response")->find("body"), "text"),
        "<script>alert(1)</script> (hidden:Set-Cookie)");
}

TEST_F(ConsoleTest, ABinaryBodyIsShownInBase64) {
    record(std::string("\xff\x00\x01", 3));
    const auto details = data::read_json(ask("GET", "/_samara/requests/1").body, "details");
    EXPECT_EQ(data::text_of(*details->find("request")->find("body"), "base64"), "/wAB");
    record(std::string("\xff hunter2hunter2"));
    EXPECT_THAT(ask("GET", "/_samara/requests/2").body, HasSubstr("(hidden:binary)"));
}

TEST_F(ConsoleTest, AReplaySendsWhatIsKept) {
    record();
    const auto response = ask("POST", "/_samara/requests/1/replay");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, R"-({"id":2})-");
    EXPECT_EQ(caught_up_, 1);
    EXPECT_EQ(*net::find_header(replayer_->last.headers, "Authorization"), "Bearer t0ps3cret");
    const auto again = data::read_json(ask("GET", "/_samara/requests/2").body, "details");
    EXPECT_EQ(data::text_of(*again, "replayOf"), "1");
    ask("POST", "/_samara/requests/1/replay", R"-({"target": "/other"})-");
    EXPECT_EQ(replayer_->last.target, "/other");
    EXPECT_EQ(ask("POST", "/_samara/requests/1/replay", "{").status, 400);
    EXPECT_EQ(ask("POST", "/_samara/requests/99/replay").status, 404);
    replayer_.reset();
    EXPECT_EQ(ask("POST", "/_samara/requests/1/replay").status, 410);
}

TEST_F(ConsoleTest, SendsToAConnection) {
    EXPECT_EQ(ask("POST", "/_samara/connections/id%3D1", "hi").status, 200);
    EXPECT_EQ(sent_, "id=1: hi");
    EXPECT_EQ(ask("POST", "/_samara/connections/gone", "hi").status, 410);
    EXPECT_EQ(ask("GET", "/_samara/connections/gone").status, 405);
}

TEST_F(ConsoleTest, TellsChangesAndEndsWithTheServer) {
    record();
    auto response = ask("GET", "/_samara/updates");
    EXPECT_EQ(*net::find_header(response.headers, "Content-Type"), "text/event-stream");
    std::mutex mutex;
    std::condition_variable changed;
    std::string events;
    const auto has = [&](std::string_view text) {
        std::unique_lock lock(mutex);
        return changed.wait_for(
            lock, std::chrono::seconds(20), [&] { return events.find(text) != std::string::npos; });
    };
    std::thread viewer([&] {
        EXPECT_TRUE(response.stream([&](std::string bytes) {
            const std::scoped_lock lock(mutex);
            events += bytes;
            changed.notify_all();
            return true;
        }));
    });
    EXPECT_TRUE(has("event: routes\ndata: [{"));
    EXPECT_TRUE(has(R"-(event: requests
data: [{"id":1,)-"));
    record();
    EXPECT_TRUE(has(R"-([{"id":2,)-"));
    ask("DELETE", "/_samara/requests");
    record();
    EXPECT_TRUE(has(R"-([{"id":3,)-"));
    console_->stop();
    viewer.join();
    const std::scoped_lock lock(mutex);
    EXPECT_THAT(events, Not(HasSubstr("t0ps3cret")));
    std::size_t clears = 0;
    for (std::size_t at = 0; (at = events.find("event: clear", at)) != events.npos; ++at) {
        ++clears;
    }
    EXPECT_EQ(clears, 2U) << "at the beginning, and where they were deleted";
    EXPECT_EQ(ask("GET", "/_samara/updates").status, 503);
}

TEST_F(ConsoleTest, AViewerThatIsGoneMakesRoom) {
    std::vector<net::HttpResponse> open;
    for (std::size_t i = 0; i < Console::most_viewers; ++i) {
        open.push_back(ask("GET", "/_samara/updates"));
    }
    EXPECT_EQ(ask("GET", "/_samara/updates").status, 503);
    EXPECT_FALSE(open.back().stream([](const std::string&) { return false; }));
    open.pop_back();
    EXPECT_EQ(ask("GET", "/_samara/updates").status, 200);
}

TEST(ConsoleStartTest, AnswersBeforeThereIsSomethingToShow) {
    const auto console = std::make_shared<Console>(serving::PageGuard());
    EXPECT_EQ(console->handle({"GET", "/_samara/", {}, {}, "127.0.0.1"}).status, 200);
    EXPECT_EQ(console->handle({"GET", "/_samara/state", {}, {}, "127.0.0.1"}).status, 503);
}

} // namespace
} // namespace samara::console
