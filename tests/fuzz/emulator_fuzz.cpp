// Calls of all three APIs of the emulator (Invoke, Runtime, Extensions and Telemetry) in any order
// and with any content, between processes that end and time that passes. Whatever comes in: every
// call is answered once, and the emulator can be stopped.

#include "rie/emulator.h"
#include "rie/invoke_api.h"
#include "rie/runtime_api.h"
#include "rie/telemetry.h"
#include "unit/rie/fake_host.h"

#include <csignal>
#include <cstdlib>
#include <deque>

namespace {

using namespace samara::rie;
using namespace std::chrono_literals;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

/// What became of one request. Steps that do not follow from those before are a mistake.
struct Outcome {
    enum class Stage : std::uint8_t { waiting, open, ended };
    Stage stage = Stage::waiting;
    bool released = false;
    bool is_call = false;
    Headers headers;
};

class StrictExchange : public Exchange {
public:
    explicit StrictExchange(Outcome& outcome) : outcome_(outcome) {}

    StrictExchange(const StrictExchange&) = delete;
    StrictExchange& operator=(const StrictExchange&) = delete;
    StrictExchange(StrictExchange&&) = delete;
    StrictExchange& operator=(StrictExchange&&) = delete;

    ~StrictExchange() override { outcome_.released = true; }

    void reply(HttpReply reply) override {
        require(outcome_.stage == Outcome::Stage::waiting);
        require(reply.status >= 200 && reply.status <= 599);
        require_headers(reply.headers);
        outcome_.stage = Outcome::Stage::ended;
        outcome_.headers = std::move(reply.headers);
    }

    void begin(HttpReply head) override {
        require(outcome_.stage == Outcome::Stage::waiting);
        require_headers(head.headers);
        outcome_.stage = Outcome::Stage::open;
    }

    void write(std::string /*bytes*/, std::function<void()> written) override {
        require(outcome_.stage == Outcome::Stage::open);
        written();
    }

    void finish(Headers trailers) override {
        require(outcome_.stage == Outcome::Stage::open);
        require_headers(trailers);
        outcome_.stage = Outcome::Stage::ended;
    }

    void abort() override { outcome_.stage = Outcome::Stage::ended; }

private:
    // No value can end its line.
    static void require_headers(const Headers& headers) {
        for (const Header& header : headers) {
            require(header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
        }
    }

    Outcome& outcome_;
};

class Input {
public:
    Input(const std::uint8_t* bytes, std::size_t size)
        : rest_(reinterpret_cast<const char*>(bytes), size) {}

    [[nodiscard]] bool empty() const { return rest_.empty(); }

    std::uint8_t byte() {
        if (rest_.empty()) {
            return 0;
        }
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }

    std::string text() {
        const std::string_view taken = rest_.substr(0, byte());
        rest_.remove_prefix(std::min(taken.size(), rest_.size()));
        return std::string(taken);
    }

    template <std::size_t size>
    std::string one_of(const std::array<std::string_view, size>& choices) {
        const std::uint8_t choice = byte();
        return choice < size ? std::string(choices[choice]) : header_text();
    }

    /// What an HTTP parser lets through in a value.
    std::string header_text() {
        std::string value = text();
        std::erase_if(value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
        return value;
    }

private:
    std::string_view rest_;
};

constexpr std::array<std::string_view, 4> methods{"GET", "POST", "PUT", "DELETE"};
constexpr std::array<std::string_view, 10> bodies{
    "{}",
    R"({"events":["INVOKE","SHUTDOWN"]})",
    R"({"events":["INVOKE"]})",
    R"({"events":[]})",
    R"({"types":["platform","function"],"destination":{"protocol":"HTTP","URI":"http://sandbox:80"}})",
    R"({"types":["extension"],"buffering":{"maxItems":1000,"maxBytes":262144,"timeoutMs":25},)"
    R"("destination":{"protocol":"TCP","port":9}})",
    R"({"errorType":"A","errorMessage":"b"})",
    "",
    "1",
    "[[[[[[[[[[[["};
constexpr std::array<std::string_view, 15> paths{
    "/2018-06-01/runtime/invocation/next",
    "/2018-06-01/runtime/invocation/ID/response",
    "/2018-06-01/runtime/invocation/ID/error",
    "/2018-06-01/runtime/init/error",
    "/2018-06-01/runtime/restore/next",
    "/2018-06-01/runtime/restore/error",
    "/2020-01-01/extension/register",
    "/2020-01-01/extension/event/next",
    "/2020-01-01/extension/init/error",
    "/2020-01-01/extension/exit/error",
    "/2022-07-01/telemetry",
    "/2020-08-15/logs",
    "/2015-03-31/functions/function/invocations",
    "/2021-11-15/functions/function/response-streaming-invocations",
    "/ping"};

class World {
public:
    explicit World(std::uint8_t kind) {
        host_.events = &emulator_;
        if ((kind & 1U) != 0) {
            host_.extensions = {"one"};
        }
        if ((kind & 2U) != 0) {
            host_.extensions.emplace_back("two");
        }
        if ((kind & 4U) != 0) {
            host_.runtime_error = "no such file";
        }
        settings_.json_log = (kind & 8U) != 0;
        settings_.limits.payload = 600;
        settings_.limits.streamed_payload = 900;
        settings_.limits.queued = 6000;
        if ((kind & 16U) == 0) {
            emulator_.start();
        }
    }

    void step(Input& input) {
        constexpr std::uint8_t actions = 12;
        switch (input.byte() % actions) {
        case 0:
            request(input, "POST", std::string(paths[12 + input.byte() % 2]));
            break;
        case 1:
            request(input, "GET", std::string(paths[0]));
            break;
        case 2:
            request(input, "POST", std::string(paths[1 + input.byte() % 3]));
            break;
        case 3:
            request(input, "POST", std::string(paths[6]));
            break;
        case 4:
            request(input, "GET", std::string(paths[7]));
            break;
        case 5:
            request(input, input.one_of(methods), input.one_of(paths));
            break;
        case 6:
            stream(input);
            break;
        case 7:
            host_.pass(std::chrono::milliseconds(input.byte() * 20));
            break;
        case 8:
            if (host_.last_process > 0) {
                const std::uint8_t how = input.byte();
                emulator_.on_exit(
                    1 + input.byte() % host_.last_process,
                    {how % 3, how % 5 == 0 ? SIGKILL : 0, how % 10 == 0});
            }
            break;
        case 9:
            if (host_.last_process > 0) {
                emulator_.on_output(1 + input.byte() % host_.last_process, input.text());
            } else {
                host_.unread += input.text();
            }
            break;
        case 10:
            if (!courier_.answers.empty()) {
                courier_.answer(input.byte() % 2 == 0);
            } else {
                courier_.fire();
            }
            break;
        default:
            if (input.byte() == 'S') {
                emulator_.shut_down();
            }
        }
    }

    void end() {
        for (const auto& sink : std::exchange(sinks_, {})) {
            sink->on_abort();
        }
        emulator_.shut_down();
        for (int i = 0; i < 8 && !host_.stopped; ++i) {
            host_.pass(2s);
        }
        require(host_.stopped);
        for (const Outcome& outcome : outcomes_) {
            require(!outcome.is_call || outcome.stage == Outcome::Stage::ended);
        }
    }

private:
    void request(Input& input, std::string method, std::string path) {
        if (const std::size_t id = path.find("/ID/"); id != std::string::npos) {
            path.replace(id + 1, 2, input.byte() % 8 == 0 ? input.header_text() : last_id_);
        }
        HttpRequest request{std::move(method), std::move(path), headers(input), {}, {}};
        request.body = input.one_of(bodies);
        const bool invoke = request.path().starts_with("/2015") ||
                            request.path().starts_with("/2021") || request.path() == "/ping";
        EmulatorApi& service = invoke ? static_cast<EmulatorApi&>(invoke_api_)
                                      : static_cast<EmulatorApi&>(runtime_api_);
        Outcome& outcome = outcomes_.emplace_back();
        outcome.is_call = invoke;
        ExchangePtr exchange = std::make_shared<StrictExchange>(outcome);
        request.too_large = request.body.size() > service.body_limit(request);
        std::shared_ptr<BodySink> sink = service.open(request, exchange);
        if (sink) {
            sinks_.push_back(std::move(sink));
        } else if (outcome.stage == Outcome::Stage::waiting) {
            service.serve(std::move(request), std::move(exchange));
        }
        learn();
    }

    Headers headers(Input& input) {
        Headers headers;
        const std::uint8_t which = input.byte();
        if ((which & 1U) != 0) {
            headers.push_back({"Lambda-Runtime-Function-Response-Mode", "streaming"});
        }
        if ((which & 2U) != 0) {
            headers.push_back({"Lambda-Extension-Name", input.byte() % 4 == 0 ? "inner" : "one"});
        }
        if ((which & 4U) != 0) {
            headers.push_back({"Lambda-Extension-Identifier", extension_});
        }
        if ((which & 8U) != 0) {
            headers.push_back({"Lambda-Runtime-Function-Error-Type", input.header_text()});
        }
        if ((which & 16U) != 0) {
            constexpr std::array<std::string_view, 3> types{"Event", "DryRun", "RequestResponse"};
            headers.push_back({"X-Amz-Invocation-Type", input.one_of(types)});
        }
        if ((which & 32U) != 0) {
            headers.push_back({"X-Amz-Client-Context", input.header_text()});
            headers.push_back({"X-Amzn-Trace-Id", input.header_text()});
            headers.push_back({"X-Amzn-RequestId", input.header_text()});
            headers.push_back({"X-Amz-Log-Type", "Tail"});
        }
        return headers;
    }

    void stream(Input& input) {
        if (sinks_.empty()) {
            return;
        }
        const std::size_t which = input.byte() % sinks_.size();
        const std::shared_ptr<BodySink> sink = sinks_[which];
        const std::uint8_t what = input.byte() % 4;
        if (what < 2) {
            sink->on_bytes(input.text(), [] {});
            return;
        }
        sinks_.erase(sinks_.begin() + static_cast<std::ptrdiff_t>(which));
        if (what == 2) {
            sink->on_abort();
        } else {
            sink->on_end(
                {{"Lambda-Runtime-Function-Error-Type", input.header_text()},
                 {"Lambda-Runtime-Function-Error-Body", input.header_text()}});
        }
    }

    // The ids that the emulator gave away.
    void learn() {
        for (const Outcome& outcome : outcomes_) {
            const std::string_view id =
                samara::net::header_text(outcome.headers, "Lambda-Runtime-Aws-Request-Id");
            const std::string_view one =
                samara::net::header_text(outcome.headers, "Lambda-Extension-Identifier");
            last_id_ = id.empty() ? last_id_ : std::string(id);
            extension_ = one.empty() ? extension_ : std::string(one);
        }
    }

    std::deque<Outcome> outcomes_; // outlives the exchanges below
    samara::rie::test::FakeHost host_;
    Settings settings_ = *read_settings({{"AWS_LAMBDA_FUNCTION_TIMEOUT", "2"}});
    PlatformLog log_{settings_, host_};
    Emulator emulator_{settings_, host_, log_};
    samara::rie::test::FakeCourier courier_;
    Telemetry telemetry_{courier_, log_};
    RuntimeApi runtime_api_{emulator_, telemetry_, settings_.limits};
    InvokeApi invoke_api_{emulator_, settings_.limits};
    std::vector<std::shared_ptr<BodySink>> sinks_;
    std::string last_id_ = "none";
    std::string extension_ = "none";
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    Input input(bytes, size);
    World world(input.byte());
    while (!input.empty()) {
        world.step(input);
    }
    world.end();
    return 0;
}
