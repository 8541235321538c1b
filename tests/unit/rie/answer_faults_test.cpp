// Whatever goes wrong, however far an answer has come: each fault in each state of an answer, on
// the state machine and on the real program. What was streamed reaches the caller, the reason is
// named, and the next call is served.
#include "rie/emulator.h"
#include "rie/invoke_api.h"
#include "rie/runtime_api.h"
#include "support/rie/rie_process.h"
#include "support/source_tree.h"
#include "unit/rie/fake_host.h"

#include <csignal>
#include <deque>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace samara::rie {
namespace {

using namespace std::chrono_literals;
using samara::test::RieProcess;
using samara::test::RieSetup;
using test::FakeCourier;
using test::FakeHost;
using test::Recorded;
using test::RecordingExchange;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

enum class Fault : std::uint8_t {
    timeout,
    crash,
    exit,
    out_of_memory,
    extension_fault,
    hang_up,
    client_gone,
    shutdown
};
enum class State : std::uint8_t { none, headers, streaming, trailer };

std::string name_of(Fault fault) {
    switch (fault) {
    case Fault::timeout:
        return "Timeout";
    case Fault::crash:
        return "Crash";
    case Fault::exit:
        return "Exit";
    case Fault::out_of_memory:
        return "OutOfMemory";
    case Fault::extension_fault:
        return "ExtensionFault";
    case Fault::hang_up:
        return "HangUp";
    case Fault::client_gone:
        return "ClientGone";
    case Fault::shutdown:
        return "Shutdown";
    }
    return "";
}

std::string name_of(State state) {
    switch (state) {
    case State::none:
        return "None";
    case State::headers:
        return "Headers";
    case State::streaming:
        return "Streaming";
    case State::trailer:
        return "Trailer";
    }
    return "";
}

/// What a caller is told.
std::string error_type(Fault fault) {
    switch (fault) {
    case Fault::timeout:
        return "Sandbox.Timedout";
    case Fault::crash:
    case Fault::exit:
        return "Runtime.ExitError";
    case Fault::out_of_memory:
        return "Runtime.OutOfMemory";
    case Fault::extension_fault:
        return "Extension.Crash";
    case Fault::hang_up:
        return "Runtime.TruncatedResponse";
    case Fault::client_gone:
        return "";
    case Fault::shutdown:
        return "ServiceException";
    }
    return "";
}

using Row = std::tuple<Fault, State>;

template <class Info>
std::string name_row(const Info& row) {
    return name_of(std::get<0>(row.param)) + "In" + name_of(std::get<1>(row.param));
}

// ---- the state machine ----

class AnswerStates : public testing::TestWithParam<Row> {
protected:
    AnswerStates() {
        host_.events = &emulator_;
        host_.extensions = {"collector"};
        emulator_.start();
        runtime_process_ = 2; // the extension is the first that is started
    }

    Recorded& request(
        EmulatorApi& service,
        std::string method,
        std::string path,
        std::string body,
        Headers head) {
        Recorded& recorded = recorded_.emplace_back();
        HttpRequest request{
            std::move(method), std::move(path), std::move(head), std::move(body), {}};
        const auto exchange = std::make_shared<RecordingExchange>(recorded);
        sink_ = service.open(request, exchange);
        if (!sink_ && recorded.status == 0) {
            service.serve(std::move(request), exchange);
        }
        return recorded;
    }

    // An environment in which everyone waits for a call.
    void make_ready() {
        const Recorded& registered = request(
            runtime_api_,
            "POST",
            "/2020-01-01/extension/register",
            R"({"events":["INVOKE"]})",
            {{"Lambda-Extension-Name", "collector"}});
        extension_ = net::header_text(registered.headers, "Lambda-Extension-Identifier");
        extension_next();
        next_ = &request(runtime_api_, "GET", "/2018-06-01/runtime/invocation/next", {}, {});
    }

    void extension_next() {
        request(
            runtime_api_,
            "GET",
            "/2020-01-01/extension/event/next",
            {},
            {{"Lambda-Extension-Identifier", extension_}});
    }

    Recorded& invoke() {
        return request(
            invoke_api_,
            "POST",
            "/2021-11-15/functions/function/response-streaming-invocations",
            "{}",
            {});
    }

    // The runtime's connection, with the answer as far as the state says.
    std::shared_ptr<BodySink> bring_to(State state) {
        if (state == State::none) {
            return nullptr;
        }
        request(
            runtime_api_,
            "POST",
            fmt::format(
                "/2018-06-01/runtime/invocation/{}/response",
                net::header_text(next_->headers, "Lambda-Runtime-Aws-Request-Id")),
            {},
            {{"Lambda-Runtime-Function-Response-Mode", "streaming"}});
        const std::shared_ptr<BodySink> sink = std::exchange(sink_, nullptr);
        if (state != State::headers) {
            sink->on_bytes("first", [] {});
        }
        if (state == State::trailer) {
            sink->on_end({}); // the answer is complete, the extension is still at work
        }
        return sink;
    }

    void happen(Fault fault, const std::shared_ptr<BodySink>& sink) {
        switch (fault) {
        case Fault::timeout:
            host_.pass(2s);
            break;
        case Fault::crash:
            emulator_.on_exit(runtime_process_, {0, SIGSEGV, false});
            break;
        case Fault::exit:
            emulator_.on_exit(runtime_process_, {1, 0, false});
            break;
        case Fault::out_of_memory:
            emulator_.on_exit(runtime_process_, {0, SIGKILL, true});
            break;
        case Fault::extension_fault:
            emulator_.on_exit(1, {1, 0, false});
            break;
        case Fault::hang_up:
            if (sink && std::get<1>(GetParam()) != State::trailer) {
                sink->on_abort();
            }
            host_.pass(500ms);
            break;
        case Fault::client_gone:
            break; // the connection's affair: the emulator is not told
        case Fault::shutdown:
            emulator_.shut_down();
            break;
        }
    }

    FakeHost host_;
    Settings settings_ = *read_settings({{"AWS_LAMBDA_FUNCTION_TIMEOUT", "2"}});
    PlatformLog log_{settings_, host_};
    Emulator emulator_{settings_, host_, log_};
    FakeCourier courier_;
    Telemetry telemetry_{courier_, log_};
    RuntimeApi runtime_api_{emulator_, telemetry_, settings_.limits};
    InvokeApi invoke_api_{emulator_, settings_.limits};
    std::deque<Recorded> recorded_;
    std::shared_ptr<BodySink> sink_;
    std::string extension_;
    Recorded* next_ = nullptr;
    ProcessId runtime_process_ = 0;
};

TEST_P(AnswerStates, EndOnceAndLeaveNothingBehind) {
    const Fault fault = std::get<0>(GetParam());
    const State state = std::get<1>(GetParam());
    make_ready();
    Recorded& call = invoke();
    ASSERT_EQ(next_->status, 200U);
    const std::shared_ptr<BodySink> sink = bring_to(state);
    happen(fault, sink);
    // The connection goes on for a while: with what is still under way, and then with its end.
    if (sink && state != State::trailer && fault != Fault::hang_up) {
        sink->on_bytes("late", [] {});
        sink->on_abort();
    }
    host_.pass(500ms);
    if (fault == Fault::hang_up || fault == Fault::client_gone) {
        extension_next();
    }
    if (fault == Fault::client_gone && state == State::none) {
        host_.pass(2s);
    }
    host_.pass(2s); // phases of a shutdown
    host_.pass(2s);

    const bool answered = state == State::trailer;
    ASSERT_TRUE(call.finished) << call.body;
    EXPECT_FALSE(call.aborted);
    const std::string type(net::header_text(call.trailers, "Lambda-Runtime-Function-Error-Type"));
    if (answered) {
        EXPECT_EQ(call.body, "first");
        EXPECT_EQ(type, "");
    } else if (state == State::none) {
        EXPECT_THAT(call.body, HasSubstr(R"("errorType")"));
    } else if (fault == Fault::client_gone) {
        EXPECT_EQ(type, "Runtime.TruncatedResponse"); // the connection above broke off
    } else {
        EXPECT_EQ(type, error_type(fault));
        EXPECT_NE(net::header_text(call.trailers, "Lambda-Runtime-Function-Error-Body"), "");
    }
    if (state == State::streaming) {
        EXPECT_THAT(call.body, testing::StartsWith("first"));
    }
    EXPECT_EQ(host_.stopped, fault == Fault::shutdown);
}

INSTANTIATE_TEST_SUITE_P(
    Faults,
    AnswerStates,
    testing::Combine(
        testing::Values(
            Fault::timeout,
            Fault::crash,
            Fault::exit,
            Fault::out_of_memory,
            Fault::extension_fault,
            Fault::hang_up,
            Fault::client_gone,
            Fault::shutdown),
        testing::Values(State::none, State::headers, State::streaming, State::trailer)),
    [](const auto& row) { return name_row(row); });

// ---- the real program ----

/// A caller of the streaming API that sees the bytes of the answer as they come.
class StreamCaller {
public:
    StreamCaller(const std::filesystem::path& path, std::string_view payload)
        : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(
            ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
            0);
        const timeval patience{20, 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        const std::string request = fmt::format(
            "POST /2021-11-15/functions/function/response-streaming-invocations HTTP/1.1\r\n"
            "Host: x\r\nTE: trailers\r\nContent-Length: {}\r\n\r\n{}",
            payload.size(),
            payload);
        EXPECT_EQ(
            ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
    }

    /// Until `text` has come; false when the connection ended without it.
    bool sees(std::string_view text) {
        while (answer_.find(text) == std::string::npos) {
            std::array<char, 4096> bytes{};
            const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
            if (count <= 0) {
                return false;
            }
            answer_.append(bytes.data(), static_cast<std::size_t>(count));
        }
        return true;
    }

    /// All of a chunked answer with its trailers, or of one with a length.
    void read_all() {
        if (sees("\r\n\r\n") && answer_.find("chunked") != std::string::npos) {
            sees("\r\n0\r\n") && sees_after("\r\n0\r\n", "\r\n\r\n");
        } else {
            sees("}");
        }
    }

    void leave() { socket_.reset(); }

    [[nodiscard]] const std::string& answer() const { return answer_; }

private:
    bool sees_after(std::string_view first, std::string_view text) {
        const std::size_t from = answer_.find(first) + 3;
        while (answer_.find(text, from) == std::string::npos) {
            if (!sees_more()) {
                return false;
            }
        }
        return true;
    }

    bool sees_more() {
        std::array<char, 4096> bytes{};
        const ssize_t count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
        answer_.append(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        return count > 0;
    }

    os::UniqueFd socket_;
    std::string answer_;
};

/// What the function does once its answer is in that state.
std::string fault_step(Fault fault, const std::string& flag) {
    switch (fault) {
    case Fault::crash:
        return R"(["kill", "SIGSEGV"])";
    case Fault::exit:
        return R"(["exit", 1])";
    case Fault::out_of_memory: // as the kernel does it
        return R"(["kill", "SIGKILL"])";
    case Fault::hang_up:
        return R"(["hang up"], ["sleep", 0])"; // what follows fails and ends the runtime
    case Fault::client_gone:
        return fmt::format(R"(["wait for", "{}"])", flag);
    default:
        return R"(["sleep", 60])";
    }
}

std::string payload_for(State state, const std::string& step) {
    const std::string here = R"(["log", "here\n"], )" + step;
    switch (state) {
    case State::none:
        return fmt::format(R"({{"do": [{}, ["stream", ["late"]]]}})", here);
    case State::headers:
        return fmt::format(R"({{"do": [["stream", [{}, "late"]]]}})", here);
    case State::streaming:
        return fmt::format(R"({{"do": [["stream", ["first", {}, "late"]]]}})", here);
    case State::trailer:
        return fmt::format(
            R"({{"do": [["stream", ["first", "begin trailers", {}], "X: y\r\n"]]}})", here);
    }
    return "";
}

/// An extension that ends with status 1 when the file $FAULT appears.
constexpr std::string_view extension_program = R"(#!/usr/bin/python3
import http.client, os, threading, time
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
api.request("POST", "/2020-01-01/extension/register", '{"events":[]}',
            {"Lambda-Extension-Name": os.path.basename(__file__)})
answer = api.getresponse()
answer.read()
def watch():
    while not os.path.exists(os.environ["FAULT"]):
        time.sleep(0.002)
    os._exit(1)
threading.Thread(target=watch, daemon=True).start()
api.request("GET", "/2020-01-01/extension/event/next", None,
            {"Lambda-Extension-Identifier": answer.headers["Lambda-Extension-Identifier"]})
api.getresponse()
)";

class RealAnswers : public testing::TestWithParam<Row> {};

TEST_P(RealAnswers, EndOnceAndTheNextCallIsServed) {
    const Fault fault = std::get<0>(GetParam());
    const State state = std::get<1>(GetParam());
    auto folder = os::TempDir::create("answer");
    ASSERT_TRUE(folder);
    const std::string flag = (folder->path() / "flag").string();
    RieSetup setup{
        {"/usr/bin/python3", samara::test::source_path("tests/support/rie/scripted_runtime.py")},
        {{"AWS_LAMBDA_FUNCTION_TIMEOUT", fault == Fault::timeout ? "1" : "30"}, {"FAULT", flag}}};
    if (fault == Fault::extension_fault) {
        const auto program = folder->path() / "extensions" / "faulty";
        std::filesystem::create_directory(program.parent_path());
        std::ofstream(program) << extension_program;
        ::chmod(program.c_str(), 0755);
        setup.options = {"--extensions", program.parent_path().string()};
    }
    RieProcess rie(setup);
    StreamCaller caller(rie.socket(), payload_for(state, fault_step(fault, flag)));
    ASSERT_TRUE(rie.log_has("here\n")) << rie.log();
    if (state == State::streaming || state == State::trailer) {
        ASSERT_TRUE(caller.sees("\r\n5\r\nfirst\r\n")) << caller.answer() << rie.log();
    } else if (state == State::headers) {
        ASSERT_TRUE(caller.sees("\r\n\r\n"));
    }
    if (fault == Fault::client_gone) {
        caller.leave();
    }
    if (fault == Fault::client_gone || fault == Fault::extension_fault) {
        std::ofstream(flag) << "go";
    } else if (fault == Fault::shutdown) {
        rie.signal(SIGTERM);
    }
    if (fault != Fault::client_gone) {
        caller.read_all();
        const std::string type =
            fault == Fault::out_of_memory ? "Runtime.ExitError" : error_type(fault);
        if (state == State::none && fault == Fault::hang_up) {
            EXPECT_THAT(caller.answer(), HasSubstr("\r\nlate\r\n")); // over a new connection
        } else if (state == State::none) {
            EXPECT_THAT(caller.answer(), HasSubstr(fmt::format(R"("errorType":"{}")", type)));
        } else {
            EXPECT_THAT(
                caller.answer(),
                ContainsRegex(fmt::format(
                    "\r\n0\r\nLambda-Runtime-Function-Error-Type: {}\r\n"
                    "Lambda-Runtime-Function-Error-Body: [A-Za-z0-9+/=]+\r\n\r\n$",
                    fault == Fault::hang_up ? "Runtime.(ExitError|TruncatedResponse)" : type)));
        }
    }
    if (fault == Fault::shutdown) {
        EXPECT_TRUE(rie.wait().success());
        return;
    }
    if (fault == Fault::extension_fault) {
        std::filesystem::remove(flag);
    }
    const samara::test::Answer next = rie.invoke(R"({"still": "here"})");
    EXPECT_EQ(next.body, R"({"still": "here"})") << rie.log();
    const os::ExitStatus status = rie.stop();
    EXPECT_TRUE(status.success()) << os::to_string(status) << rie.log();
}

INSTANTIATE_TEST_SUITE_P(
    Faults,
    RealAnswers,
    testing::Combine(
        testing::Values(
            Fault::timeout,
            Fault::crash,
            Fault::exit,
            Fault::out_of_memory,
            Fault::extension_fault,
            Fault::hang_up,
            Fault::client_gone,
            Fault::shutdown),
        testing::Values(State::none, State::headers, State::streaming, State::trailer)),
    [](const auto& row) { return name_row(row); });

} // namespace
} // namespace samara::rie
