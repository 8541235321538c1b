// The real program with a real runtime process behind real sockets.
#include "base/base64.h"
#include "data/read.h"
#include "support/rie/rie_process.h"
#include "support/source_tree.h"

#include <atomic>
#include <csignal>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <sys/stat.h>
#include <unistd.h>

namespace samara::rie {
namespace {

using namespace std::chrono_literals;
using test::Answer;
using test::RieProcess;
using test::RieSetup;
using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr std::size_t largest = 6 * 1024 * 1024 + 100;

RieSetup scripted(std::map<std::string, std::string> environment = {}) {
    return {
        {"/usr/bin/python3", test::source_path("tests/support/rie/scripted_runtime.py")},
        std::move(environment)};
}

std::string script(std::string_view steps) {
    return fmt::format(R"({{"do": [{}]}})", steps);
}

bool gone(pid_t process) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (::kill(process, 0) == 0) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

pid_t read_pid(const std::filesystem::path& file) {
    pid_t process = 0;
    std::ifstream(file) >> process;
    return process;
}

struct FaultCase {
    std::string name;
    std::string steps;
    std::string body; ///< a regular expression
    std::string log;  ///< part of it
};

// What GoogleTest prints of a row.
void PrintTo(const FaultCase& row, std::ostream* out) {
    *out << row.name;
}

class Fault : public testing::TestWithParam<FaultCase> {};

// One row a way to go wrong; after each the environment answers the next call.
TEST_P(Fault, IsToldAndSurvived) {
    RieProcess rie(scripted({{"AWS_LAMBDA_FUNCTION_TIMEOUT", "1"}}));
    const Answer answer = rie.invoke(script(GetParam().steps));
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, ContainsRegex(GetParam().body));
    EXPECT_EQ(answer.header("X-Amz-Function-Error"), "Unhandled");
    const std::string id = answer.header("X-Amzn-RequestId");
    EXPECT_TRUE(rie.log_has(fmt::format("END RequestId: {}\nREPORT RequestId: {}\t", id, id)));
    EXPECT_THAT(rie.log(), HasSubstr(fmt::format("START RequestId: {} Version: $LATEST\n", id)));
    EXPECT_THAT(rie.log(), HasSubstr(GetParam().log));
    const Answer next = rie.invoke(R"({"still": "here"})");
    EXPECT_EQ(next.body, R"({"still": "here"})");
    EXPECT_EQ(next.header("X-Amz-Function-Error"), "");
}

INSTANTIATE_TEST_SUITE_P(
    Runtime,
    Fault,
    testing::Values(
        FaultCase{
            "Exits",
            R"(["exit", 1])",
            R"(^[{]"errorType":"Runtime.ExitError","errorMessage":"RequestId: [0-9a-f-]{36} )"
            R"(Error: Runtime exited with error: exit status 1"}$)",
            "Error: Runtime exited with error: exit status 1\nRuntime.ExitError\n"},
        FaultCase{
            "ExitsWithZero",
            R"(["exit", 0])",
            "Error: Runtime exited without providing a reason\"",
            "Error Type: Runtime.ExitError"},
        FaultCase{
            "IsKilled",
            R"(["kill", "SIGKILL"])",
            "Error: Runtime exited with error: signal: killed\"",
            "Runtime.ExitError"},
        FaultCase{
            "Segfaults",
            R"(["kill", "SIGSEGV"])",
            "Error: Runtime exited with error: signal: segmentation fault\"",
            "Runtime.ExitError"},
        FaultCase{
            "Sleeps",
            R"(["sleep", 60])",
            R"("errorType":"Sandbox.Timedout".*Error: Task timed out after 1.00 seconds")",
            "\tDuration: 1000.00 ms\tBilled"},
        FaultCase{
            "HangsUp",
            R"(["hang up"], ["sleep", 60])",
            "Task timed out after 1.00 seconds",
            "Status: timeout"},
        FaultCase{
            "ReportsAnError",
            R"(["error", "Mine", "{\"errorType\": \"Mine\"}"])",
            R"(^[{]"errorType": "Mine"}$)",
            "REPORT"},
        FaultCase{
            "AnswersTooMuch",
            fmt::format(R"(["respond bytes", {}])", largest + 1),
            R"(^[{]"errorType":"Function.ResponseSizeTooLarge",.*6291556 bytes)",
            "REPORT"}),
    [](const auto& row) { return row.param.name; });

TEST(SamaraRie, LogIsInOrderAndInLambdasFormat) {
    RieProcess rie(scripted({{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"}}));
    rie.invoke(script(R"(["log", "out\n"], ["log stderr", "err\n"], ["respond", "1"])"));
    rie.invoke(script(R"(["log", "again\n"], ["respond", "1"])"));
    ASSERT_TRUE(rie.log_has("again\nEND"));
    rie.stop();
    EXPECT_THAT(
        rie.log(),
        testing::MatchesRegex(
            "START RequestId: [0-9a-f-]{36} Version: \\$LATEST\n"
            "out\n"
            "err\n"
            "END RequestId: [0-9a-f-]{36}\n"
            "REPORT RequestId: [0-9a-f-]{36}\tDuration: [0-9]+\\.[0-9]{2} ms\t"
            "Billed Duration: [0-9]+ ms\tMemory Size: 512 MB\tMax Memory Used: [0-9]+ MB\t"
            "Init Duration: [0-9]+\\.[0-9]{2} ms\t\n"
            "START RequestId: [0-9a-f-]{36} Version: \\$LATEST\n"
            "again\n"
            "END RequestId: [0-9a-f-]{36}\n"
            "REPORT RequestId: [0-9a-f-]{36}\tDuration: [0-9]+\\.[0-9]{2} ms\t"
            "Billed Duration: [0-9]+ ms\tMemory Size: 512 MB\tMax Memory Used: [0-9]+ MB\t\n"));
}

TEST(SamaraRie, TheStartOfACallThatLastsIsInTheLogMeanwhile) {
    RieProcess rie(scripted());
    rie.invoke(script(R"(["respond", "1"])"));
    const std::string before = rie.log();
    std::thread caller([&] { rie.invoke(script(R"(["sleep", 60])")); });
    EXPECT_TRUE(rie.log_has(before + "START RequestId: "));
    rie.stop();
    caller.join();
}

TEST(SamaraRie, TheRuntimeGetsEveryHeader) {
    RieProcess rie(scripted({{"AWS_LAMBDA_FUNCTION_NAME", "Thumbs"}, {"AWS_REGION", "eu-west-1"}}));
    const Answer answer = rie.invoke(
        script(R"(["respond headers"])"),
        {{"X-Amz-Client-Context", base::base64_encode(R"({"custom":{}})")},
         {"X-Amzn-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793"}});
    const auto headers = data::read_json(answer.body, "headers");
    ASSERT_TRUE(headers) << answer.body;
    const auto text = [&](std::string_view name) {
        const data::Value* value = headers->find(name);
        return value == nullptr ? "" : std::string(value->text());
    };
    EXPECT_EQ(text("Lambda-Runtime-Aws-Request-Id"), answer.header("X-Amzn-RequestId"));
    EXPECT_EQ(
        text("Lambda-Runtime-Invoked-Function-Arn"),
        "arn:aws:lambda:eu-west-1:123456789012:function:Thumbs");
    EXPECT_EQ(text("Lambda-Runtime-Trace-Id"), "Root=1-5759e988-bd862e3fe1be46a994272793");
    EXPECT_EQ(text("Lambda-Runtime-Client-Context"), R"({"custom":{}})");
    EXPECT_THAT(text("Lambda-Runtime-Deadline-Ms"), testing::MatchesRegex("[0-9]{13}"));
}

TEST(SamaraRie, TheRuntimeApiRefusesWhatIsOutOfTurn) {
    RieProcess rie(scripted());
    const Answer answer = rie.invoke(script(
        R"(["respond to", "00000000-0000-4000-8000-000000000000", "1"], ["get", "invocation/next"],)"
        R"(["get", "nothing/here"], ["init error", "X", "{}"], ["respond statuses"])"));
    for (
        const char* part :
        {R"([400, "{\"errorMessage\":\"Invalid request ID\",\"errorType\":\"InvalidRequestID\"}"])",
         R"([403, "{\"errorMessage\":\"State transition)",
         "[404, "}) {
        EXPECT_THAT(answer.body, HasSubstr(part));
    }
}

TEST(SamaraRie, ASecondAnswerDoesNoHarm) {
    RieProcess rie(scripted());
    EXPECT_EQ(rie.invoke(script(R"(["respond", "1"], ["respond", "2"])")).body, "1");
    EXPECT_THAT(
        rie.invoke(script(R"(["respond statuses"])")).body, HasSubstr("InvalidStateTransition"));
}

TEST(SamaraRie, TheLogTailIsInTheAnswerWhenAskedFor) {
    RieProcess rie(scripted());
    const std::string steps = R"(["flood", 131072], ["log", "last words\n"], ["respond", "1"])";
    const Answer answer = rie.invoke(script(steps), {{"X-Amz-Log-Type", "Tail"}});
    const auto tail = base::base64_decode(answer.header("X-Amz-Log-Result"));
    ASSERT_TRUE(tail);
    EXPECT_EQ(tail->size(), 4096U);
    EXPECT_THAT(*tail, HasSubstr("last words\nEND RequestId: "));
    EXPECT_THAT(*tail, EndsWith("ms\t\n"));
    EXPECT_EQ(rie.invoke(script(steps)).header("X-Amz-Log-Result"), "");
}

TEST(SamaraRie, PayloadsMayBeOfSixMegabytes) {
    RieProcess rie(scripted());
    std::string event = R"({"do": [["respond bytes", )" + std::to_string(largest) + R"(]], "x": ")";
    event += std::string(largest - event.size() - 2, 'x') + "\"}";
    EXPECT_EQ(rie.invoke(event).body.size(), largest);

    event += " ";
    const Answer refused = rie.invoke(event);
    EXPECT_EQ(refused.status, 413);
    EXPECT_EQ(refused.header("X-Amzn-ErrorType"), "RequestEntityTooLargeException");
    EXPECT_THAT(refused.body, HasSubstr("Request must be smaller than 6291456 bytes"));
    EXPECT_EQ(rie.invoke("{}").status, 200);
}

TEST(SamaraRie, NoLimitsLiftsThem) {
    RieSetup setup = scripted();
    setup.options = {"--no-limits"};
    RieProcess rie(setup);
    EXPECT_EQ(
        rie.invoke(script(fmt::format(R"(["respond bytes", {}])", largest * 2))).body.size(),
        largest * 2);
}

TEST(SamaraRie, AHundredMegabytesOfLogPass) {
    RieProcess rie(scripted({{"AWS_LAMBDA_FUNCTION_TIMEOUT", "60"}}));
    EXPECT_EQ(rie.invoke(script(R"(["flood", 104857600], ["respond", "1"])")).body, "1");
    ASSERT_TRUE(rie.log_has("REPORT RequestId"));
    EXPECT_GE(rie.log().size(), 104857600U);
}

TEST(SamaraRie, AResponseIsStreamedWhileTheFunctionGoesOn) {
    RieProcess rie(scripted());
    const auto flag = rie.folder() / "go";
    net::ClientRequest request;
    request.method = "POST";
    request.target = "/2021-11-15/functions/function/response-streaming-invocations";
    request.body =
        script(fmt::format(R"(["stream", ["first", "wait for {}", "second"]])", flag.string()));
    std::string received;
    request.body_sink = [&](std::string_view bytes) {
        received += bytes;
        std::ofstream(flag) << "go"; // the second piece is not written before the first is here
        return true;
    };
    const Answer answer = rie.send(request);
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(received, "firstsecond");
    EXPECT_EQ(answer.header("Content-Type"), "text/x-streamed");
    EXPECT_NE(answer.header("X-Amzn-RequestId"), "");
}

TEST(SamaraRie, AStreamIsCollectedForACallerOfTheOrdinaryApi) {
    RieProcess rie(scripted());
    const Answer answer = rie.invoke(script(R"(["stream", ["a", "b", "c"]])"));
    EXPECT_EQ(answer.body, "abc");
    EXPECT_EQ(answer.header("X-Amz-Function-Error"), "");
}

TEST(SamaraRie, AnErrorInTheTrailersIsTheAnswerOfTheOrdinaryApi) {
    RieProcess rie(scripted());
    const std::string document = R"({"errorType":"Mid"})";
    const Answer answer = rie.invoke(script(fmt::format(
        R"(["stream", ["a"], "Lambda-Runtime-Function-Error-Type: Mid\r\n)"
        R"(Lambda-Runtime-Function-Error-Body: {}\r\n"])",
        base::base64_encode(document))));
    EXPECT_EQ(answer.body, document);
    EXPECT_EQ(answer.header("X-Amz-Function-Error"), "Unhandled");
}

TEST(SamaraRie, ConcurrentCallsAllAreAnswered) {
    RieProcess rie(scripted());
    std::atomic<int> right = 0;
    std::vector<std::thread> callers;
    callers.reserve(16);
    for (int i = 0; i < 16; ++i) {
        callers.emplace_back([&rie, &right, i] {
            const std::string payload = fmt::format(R"({{"n": {}}})", i);
            right += rie.invoke(payload).body == payload ? 1 : 0;
        });
    }
    for (std::thread& caller : callers) {
        caller.join();
    }
    EXPECT_EQ(right, 16);
}

TEST(SamaraRie, ATimeoutLeavesNoProcessOfTheFunction) {
    RieProcess rie(scripted({{"AWS_LAMBDA_FUNCTION_TIMEOUT", "1"}}));
    const auto file = rie.folder() / "pid";
    rie.invoke(script(fmt::format(R"(["spawn", "{}"], ["sleep", 60])", file.string())));
    const pid_t orphan = read_pid(file);
    ASSERT_GT(orphan, 0);
    EXPECT_TRUE(gone(orphan));
}

TEST(SamaraRie, TermEndsEverythingInOrder) {
    RieProcess rie(scripted());
    const auto file = rie.folder() / "pid";
    rie.invoke(script(fmt::format(R"(["spawn", "{}"], ["respond", "1"])", file.string())));
    const pid_t orphan = read_pid(file);
    ASSERT_GT(orphan, 0);
    const os::ExitStatus status = rie.stop();
    EXPECT_TRUE(status.success()) << os::to_string(status);
    EXPECT_TRUE(gone(orphan));
}

TEST(SamaraRie, TermInTheMiddleOfACallAnswersIt) {
    RieProcess rie(scripted());
    std::thread stopper([&] {
        EXPECT_TRUE(rie.log_has("now\n"));
        rie.signal(SIGTERM);
    });
    const Answer answer = rie.invoke(script(R"(["log", "now\n"], ["sleep", 60])"));
    stopper.join();
    EXPECT_EQ(answer.status, 503);
    EXPECT_TRUE(rie.wait().success());
}

// What a function can send to its parent, short of what only a namespace keeps away.
TEST(SamaraRie, SignalsOfTheFunctionNeitherEndNorStopIt) {
#ifdef SAMARA_ADDRESS_SANITIZER // which handles faults itself
    constexpr bool faults = false;
#else
    constexpr bool faults = true;
#endif
    RieProcess rie(scripted());
    const Answer answer = rie.invoke(
        script(fmt::format(R"(["signal parent", {}], ["respond", "\"still here\""])", faults)));
    EXPECT_EQ(answer.body, "\"still here\"");
    EXPECT_EQ(rie.invoke(R"({"n": 2})").body, R"({"n": 2})");
    EXPECT_TRUE(rie.stop().success()); // from outside it ends
}

// Programs start with the signals' defaults: what the emulator passes over is its own affair.
TEST(SamaraRie, TheRuntimeIgnoresAndBlocksNoSignal) {
    RieSetup setup{{"/bin/sh", "-c", "grep -E 'Sig(Ign|Blk)' /proc/self/status; exec sleep 60"}};
    RieProcess rie(setup);
    EXPECT_TRUE(rie.log_has("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"));
}

// The sanitizer's search for leaks traces the program, which has to be dumpable for that.
#ifndef SAMARA_ADDRESS_SANITIZER
TEST(SamaraRie, TheFunctionCannotLookIntoIt) {
    if (::getuid() != 0) {
        GTEST_SKIP() << "needs root to run it as somebody else";
    }
    const auto folder = os::TempDir::create("rie-public");
    ASSERT_TRUE(folder);
    const std::filesystem::path program = folder->path() / "samara-rie";
    std::filesystem::copy_file(SAMARA_RIE, program);
    ::chmod(folder->path().c_str(), 0755);
    RieSetup setup{
        {"/bin/sh",
         "-c",
         "for f in mem environ maps fd/0; do "
         "head -c1 /proc/$PPID/$f >/dev/null 2>&1 && echo open $f || echo closed $f; done; "
         "cat /proc/$PPID/status | grep Uid; exec sleep 60"}};
    setup.program = {
        "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program.string()};
    ::chmod(folder->path().c_str(), 0755);
    RieProcess rie(setup);
    EXPECT_TRUE(rie.log_has("closed mem\nclosed environ\nclosed maps\nclosed fd/0\nUid:\t65534"))
        << rie.log();
}
#endif

TEST(SamaraRie, TheFunctionHasLambdasNumberOfDescriptors) {
    RieSetup setup{{"/bin/sh", "-c", "ulimit -n; ulimit -Hn; exec sleep 60"}};
    RieProcess rie(setup);
    EXPECT_TRUE(rie.log_has("1024\n1024\n"));
}

TEST(SamaraRie, AnInitErrorIsTriedAgainAndThenTheAnswer) {
    RieProcess rie(scripted(
        {{"INIT_SCRIPT",
          R"([["log", "starting\n"], ["init error", "Runtime.Mine", "{\"errorType\":\"Runtime.Mine\"}"], ["sleep", 60]])"}}));
    ASSERT_TRUE(rie.log_has("Phase: init\tStatus: error\tError Type: Runtime.Mine\n"));
    const Answer answer = rie.invoke("{}");
    EXPECT_EQ(answer.body, R"({"errorType":"Runtime.Mine"})");
    EXPECT_EQ(answer.header("X-Amz-Function-Error"), "Unhandled");
    EXPECT_TRUE(rie.log_has("Phase: invoke\tStatus: error\tError Type: Runtime.Mine\n"));
}

TEST(SamaraRie, AMissingBootstrapIsNamed) {
    RieSetup setup{{"/no/such/bootstrap"}};
    RieProcess rie(setup);
    const Answer answer = rie.invoke("{}");
    EXPECT_THAT(answer.body, HasSubstr(R"("errorType":"Runtime.InvalidEntrypoint")"));
    EXPECT_THAT(answer.body, HasSubstr("/no/such/bootstrap"));
}

TEST(SamaraRie, PathsAndMethodsThatAreNotThereAreRefused) {
    RieProcess rie(scripted());
    const Answer ping = rie.send({.method = "GET", .target = "/ping"});
    EXPECT_EQ(ping.status, 200);
    std::array<char, 256> host{};
    ASSERT_EQ(::gethostname(host.data(), host.size()), 0);
    EXPECT_EQ(ping.header("X-Samara-Host"), host.data());
    EXPECT_EQ(rie.send({.method = "GET", .target = "/elsewhere"}).status, 404);
    EXPECT_EQ(
        rie.send({.method = "GET", .target = "/2015-03-31/functions/function/invocations"}).status,
        405);
    EXPECT_EQ(rie.invoke("{}", {{"X-Amz-Invocation-Type", "Nonsense"}}).status, 400);
}

} // namespace
} // namespace samara::rie
