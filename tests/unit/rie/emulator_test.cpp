#include "rie/emulator.h"
#include "rie/invoke_api.h"
#include "rie/runtime_api.h"
#include "unit/rie/fake_host.h"

#include <deque>

#include <gmock/gmock.h>

namespace samara::rie {
namespace {

using namespace std::chrono_literals;
using test::FakeCourier;
using test::FakeHost;
using test::Recorded;
using test::RecordingExchange;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class EmulatorTest : public testing::Test {
protected:
    EmulatorTest() { host_.events = &emulator_; }

    // One request to the Runtime API; its answer is filled in when it comes.
    Recorded&
    runtime(std::string method, std::string path, std::string body = {}, Headers headers = {}) {
        return request(
            runtime_api_,
            std::move(method),
            "/2018-06-01/runtime/" + path,
            std::move(body),
            std::move(headers));
    }

    Recorded&
    extension(std::string method, std::string path, std::string body = {}, Headers headers = {}) {
        return request(
            runtime_api_,
            std::move(method),
            "/2020-01-01/extension/" + path,
            std::move(body),
            std::move(headers));
    }

    Recorded& invoke(std::string body, Headers headers = {}) {
        return request(
            invoke_api_,
            "POST",
            "/2015-03-31/functions/function/invocations",
            std::move(body),
            std::move(headers));
    }

    Recorded& request(
        EmulatorApi& service,
        std::string method,
        std::string path,
        std::string body,
        Headers headers) {
        Recorded& recorded = recorded_.emplace_back();
        service.serve(
            {std::move(method), std::move(path), std::move(headers), std::move(body), {}},
            std::make_shared<RecordingExchange>(recorded));
        return recorded;
    }

    static std::string id_of(const Recorded& next) {
        return std::string(net::header_text(next.headers, "Lambda-Runtime-Aws-Request-Id"));
    }

    static std::string extension_id(const Recorded& registered) {
        return std::string(net::header_text(registered.headers, "Lambda-Extension-Identifier"));
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
};

TEST_F(EmulatorTest, AnInvocationGoesFromCallerToRuntimeAndBack) {
    emulator_.start();
    host_.pass(80ms);
    Recorded& next = runtime("GET", "invocation/next");
    EXPECT_EQ(next.status, 0U);
    Recorded& call = invoke(R"({"a":1})", {{"X-Amzn-Trace-Id", "Root=1-a-b"}});
    ASSERT_EQ(next.status, 200U);
    EXPECT_EQ(next.body, R"({"a":1})");
    EXPECT_EQ(net::header_text(next.headers, "Lambda-Runtime-Trace-Id"), "Root=1-a-b");
    EXPECT_EQ(
        net::header_text(next.headers, "Lambda-Runtime-Deadline-Ms"),
        std::to_string(1'700'000'000'000 + 3'600'000 + 80 + 2'000));
    host_.pass(5ms);
    host_.unread = "from the function\n";
    EXPECT_EQ(runtime("POST", "invocation/" + id_of(next) + "/response", "42").status, 202U);
    EXPECT_EQ(call.status, 200U);
    EXPECT_EQ(call.body, "42");
    EXPECT_EQ(net::header_text(call.headers, "X-Amzn-RequestId"), id_of(next));
    EXPECT_EQ(net::header_text(call.headers, "X-Amz-Function-Error"), "");
    EXPECT_THAT(host_.log, HasSubstr("\nfrom the function\nEND RequestId: " + id_of(next)));
    EXPECT_THAT(host_.log, HasSubstr("Duration: 5.00 ms\tBilled Duration: 85 ms"));
    EXPECT_FALSE(host_.timer);
}

TEST_F(EmulatorTest, CallsWaitInLine) {
    emulator_.start();
    Recorded& first = invoke("1");
    Recorded& second = invoke("2");
    Recorded& next = runtime("GET", "invocation/next");
    EXPECT_EQ(next.body, "1");
    runtime("POST", "invocation/" + id_of(next) + "/response", "\"one\"");
    EXPECT_EQ(first.body, "\"one\"");
    EXPECT_EQ(second.status, 0U);
    Recorded& again = runtime("GET", "invocation/next");
    EXPECT_EQ(again.body, "2");
    runtime("POST", "invocation/" + id_of(again) + "/response", "\"two\"");
    EXPECT_EQ(second.body, "\"two\"");
}

TEST_F(EmulatorTest, AWrongRequestIdIsRefusedAndDoesNotEndTheCall) {
    emulator_.start();
    Recorded& next = runtime("GET", "invocation/next");
    Recorded& call = invoke("{}");
    Recorded& wrong = runtime("POST", "invocation/not-mine/response", "1");
    EXPECT_EQ(wrong.status, 400U);
    EXPECT_EQ(
        wrong.body, R"({"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"})");
    EXPECT_EQ(call.status, 0U);
    runtime("POST", "invocation/" + id_of(next) + "/response", "2");
    EXPECT_EQ(call.body, "2");
}

TEST_F(EmulatorTest, ASecondAnswerIsRefused) {
    emulator_.start();
    Recorded& next = runtime("GET", "invocation/next");
    Recorded& call = invoke("{}");
    runtime("POST", "invocation/" + id_of(next) + "/response", "1");
    Recorded& second = runtime("POST", "invocation/" + id_of(next) + "/response", "2");
    EXPECT_EQ(second.status, 403U);
    EXPECT_THAT(second.body, HasSubstr(R"("errorType":"InvalidStateTransition")"));
    EXPECT_EQ(call.body, "1");
}

TEST_F(EmulatorTest, AskingForTheNextEventInTheMiddleOfACallIsRefused) {
    emulator_.start();
    runtime("GET", "invocation/next");
    invoke("{}");
    Recorded& early = runtime("GET", "invocation/next");
    EXPECT_EQ(early.status, 403U);
    EXPECT_THAT(early.body, HasSubstr(R"("errorType":"InvalidStateTransition")"));
}

TEST_F(EmulatorTest, AnErrorOfTheFunctionIsPassedOnAsItIs) {
    emulator_.start();
    Recorded& next = runtime("GET", "invocation/next");
    Recorded& call = invoke("{}");
    const std::string document = R"({"errorMessage":"boom","errorType":"ValueError"})";
    runtime(
        "POST",
        "invocation/" + id_of(next) + "/error",
        document,
        {{"Lambda-Runtime-Function-Error-Type", "ValueError"}});
    EXPECT_EQ(call.status, 200U);
    EXPECT_EQ(call.body, document);
    EXPECT_EQ(net::header_text(call.headers, "X-Amz-Function-Error"), "Unhandled");
    EXPECT_THAT(host_.log, Not(HasSubstr("Status:")));
    EXPECT_THAT(host_.actions, ElementsAre("start runtime")); // and goes on
}

TEST_F(EmulatorTest, ATimeoutKillsTheRuntimeAndTheNextCallGetsAFreshOne) {
    emulator_.start();
    Recorded& next = runtime("GET", "invocation/next");
    Recorded& call = invoke("{}");
    host_.pass(1999ms);
    EXPECT_EQ(call.status, 0U);
    host_.pass(1ms);
    EXPECT_EQ(
        call.body,
        R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: )" + id_of(next) +
            R"( Error: Task timed out after 2.00 seconds"})");
    EXPECT_EQ(net::header_text(call.headers, "X-Amz-Function-Error"), "Unhandled");
    EXPECT_THAT(host_.log, HasSubstr(id_of(next) + " Task timed out after 2.00 seconds\n"));
    EXPECT_THAT(host_.log, HasSubstr("\tDuration: 2000.00 ms\tBilled Duration: 2000 ms\t"));
    EXPECT_THAT(host_.actions, ElementsAre("start runtime", "kill all"));
    Recorded& again = invoke("3");
    EXPECT_THAT(host_.actions, ElementsAre("start runtime", "kill all", "start runtime"));
    Recorded& fresh = runtime("GET", "invocation/next");
    EXPECT_EQ(fresh.body, "3");
    runtime("POST", "invocation/" + id_of(fresh) + "/response", "4");
    EXPECT_EQ(again.body, "4");
}

struct EndCase {
    ProcessEnd end;
    std::string type;
    std::string message;
};

class EndTest : public EmulatorTest, public testing::WithParamInterface<EndCase> {};

TEST_P(EndTest, IsToldInLambdasWords) {
    emulator_.start();
    Recorded& next = runtime("GET", "invocation/next");
    Recorded& call = invoke("{}");
    emulator_.on_exit(host_.last_process, GetParam().end);
    EXPECT_EQ(
        call.body,
        R"({"errorType":")" + GetParam().type + R"(","errorMessage":"RequestId: )" + id_of(next) +
            " Error: " + GetParam().message + R"("})");
    EXPECT_THAT(host_.log, HasSubstr("\tError Type: " + GetParam().type));
}

INSTANTIATE_TEST_SUITE_P(
    Runtime,
    EndTest,
    testing::Values(
        EndCase{{1, 0, false}, "Runtime.ExitError", "Runtime exited with error: exit status 1"},
        EndCase{{0, 0, false}, "Runtime.ExitError", "Runtime exited without providing a reason"},
        EndCase{{0, 9, false}, "Runtime.ExitError", "Runtime exited with error: signal: killed"},
        EndCase{
            {0, 11, false},
            "Runtime.ExitError",
            "Runtime exited with error: signal: segmentation fault"},
        EndCase{{0, 9, true}, "Runtime.OutOfMemory", "Runtime exited with error: signal: killed"}));

TEST_F(EmulatorTest, CallsThatWaitHoldNoMoreThanTheyMay) {
    emulator_.start();
    runtime("GET", "invocation/next");
    invoke("1"); // it runs, the others wait
    const std::string large(6 * 1024 * 1024, '1');
    int waiting = 0;
    while (true) {
        const Recorded& call =
            invoke(large, {{"X-Amz-Invocation-Type", waiting % 2 ? "Event" : ""}});
        if (call.status == 429) {
            EXPECT_EQ(
                net::header_text(call.headers, "X-Amzn-ErrorType"), "TooManyRequestsException");
            break;
        }
        ASSERT_LT(++waiting, 100);
    }
    EXPECT_EQ(waiting, 10); // of 64 MB
}

TEST_F(EmulatorTest, ARequestIdThatIsNoneIsReplaced) {
    emulator_.start();
    Recorded& next = runtime("GET", "invocation/next");
    invoke("{}", {{"X-Amzn-RequestId", R"(","evil":")"}});
    EXPECT_THAT(id_of(next), testing::MatchesRegex("[0-9a-f-]{36}"));
}

TEST_F(EmulatorTest, ManyCallsOfARuntimeThatCannotStartAreAllAnswered) {
    host_.runtime_error = "no such file";
    host_.extensions = {"collector"};
    emulator_.start(); // the extension has to register first, so all of them wait
    std::vector<Recorded*> calls;
    for (int i = 0; i < 3'000; ++i) {
        calls.push_back(&invoke("{}"));
    }
    extension("POST", "register", R"({"events":[]})", {{"Lambda-Extension-Name", "collector"}});
    host_.extensions.clear();
    host_.pass(2s);
    host_.pass(2s);
    for (const Recorded* call : calls) {
        ASSERT_EQ(call->status, 200U);
    }
}

// What an init that fails once more wrote is kept back, and shown when it says something new.
TEST_F(EmulatorTest, ASecondInitShowsWhatIsNew) {
    const Headers type{{"Lambda-Runtime-Function-Error-Type", "X"}};
    for (const std::string second : {"same", "other"}) {
        Emulator& emulator = emulator_;
        host_.log.clear();
        emulator.start();
        emulator.on_output(host_.last_process, "first try\n");
        runtime("POST", "init/error", "same", type);
        invoke("{}");
        emulator.on_output(host_.last_process, "second try\n");
        EXPECT_THAT(host_.log, Not(HasSubstr("second try")));
        runtime("POST", "init/error", second, type);
        EXPECT_EQ(host_.log.find("second try") != std::string::npos, second == "other");
    }
    host_.log.clear();
    emulator_.start();
    runtime("POST", "init/error", "same", type);
    invoke("{}");
    emulator_.on_output(host_.last_process, "second try\n");
    runtime("GET", "invocation/next");
    EXPECT_THAT(host_.log, HasSubstr("second try\nSTART")); // it succeeds
}

TEST_F(EmulatorTest, AFailedInitIsTriedAgainByTheCallAndThenTold) {
    emulator_.start();
    const std::string document = R"({"errorType":"Runtime.ImportModuleError"})";
    const Headers type{{"Lambda-Runtime-Function-Error-Type", "Runtime.ImportModuleError"}};
    host_.pass(12ms);
    runtime("POST", "init/error", document, type);
    EXPECT_EQ(
        host_.log,
        "INIT_REPORT Init Duration: 12.00 ms\tPhase: init\tStatus: error\t"
        "Error Type: Runtime.ImportModuleError\n");
    Recorded& call = invoke("{}");
    EXPECT_EQ(call.status, 0U);
    runtime("POST", "init/error", document, type);
    EXPECT_EQ(call.body, document);
    EXPECT_EQ(net::header_text(call.headers, "X-Amz-Function-Error"), "Unhandled");
    EXPECT_THAT(host_.log, HasSubstr("Phase: invoke\tStatus: error"));
    EXPECT_THAT(
        host_.actions, ElementsAre("start runtime", "kill all", "start runtime", "kill all"));
}

TEST_F(EmulatorTest, InitHasTenSeconds) {
    emulator_.start();
    host_.pass(9'999ms);
    EXPECT_THAT(host_.actions, ElementsAre("start runtime"));
    host_.pass(1ms);
    EXPECT_EQ(host_.log, "INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout\n");
    EXPECT_THAT(host_.actions, ElementsAre("start runtime", "kill all"));
}

TEST_F(EmulatorTest, ARuntimeThatCannotBeStartedIsAnInvalidEntrypoint) {
    host_.runtime_error = "cannot run /var/task/bootstrap: Exec format error";
    emulator_.start();
    Recorded& call = invoke("{}");
    EXPECT_THAT(call.body, HasSubstr(R"("errorType":"Runtime.InvalidEntrypoint")"));
    EXPECT_THAT(call.body, HasSubstr("Exec format error"));
}

TEST_F(EmulatorTest, AnAsynchronousCallIsAcceptedAtOnceAndRunsAllTheSame) {
    emulator_.start();
    Recorded& call = invoke("{}", {{"X-Amz-Invocation-Type", "Event"}});
    EXPECT_EQ(call.status, 202U);
    EXPECT_EQ(runtime("GET", "invocation/next").status, 200U);
}

TEST_F(EmulatorTest, ADryRunRunsNothing) {
    emulator_.start();
    EXPECT_EQ(invoke("{}", {{"X-Amz-Invocation-Type", "DryRun"}}).status, 204U);
    EXPECT_EQ(runtime("GET", "invocation/next").status, 0U);
}

TEST_F(EmulatorTest, TheClientContextReachesTheRuntimeDecoded) {
    emulator_.start();
    Recorded& next = runtime("GET", "invocation/next");
    invoke("{}", {{"X-Amz-Client-Context", "eyJhIjoKMX0="}});
    EXPECT_EQ(net::header_text(next.headers, "Lambda-Runtime-Client-Context"), R"({"a": 1})");
    // The last two are JSON but for a NUL and an escape.
    for (const char* refused : {"%", "eyJhIjoiACJ9", "eyJhIjoiG1sySiJ9"}) {
        EXPECT_EQ(invoke("{}", {{"X-Amz-Client-Context", refused}}).status, 400U) << refused;
    }
}

TEST_F(EmulatorTest, ShuttingDownWithoutExtensionsIsImmediate) {
    emulator_.start();
    runtime("GET", "invocation/next");
    Recorded& call = invoke("{}");
    emulator_.shut_down();
    EXPECT_TRUE(host_.stopped);
    EXPECT_THAT(host_.actions, Contains("kill all"));
    EXPECT_EQ(call.status, 503U);
}

class ExtensionTest : public EmulatorTest {
protected:
    // An environment with one external extension that wants all events, up to its first event/next.
    std::string start_with_extension() {
        host_.extensions = {"collector"};
        emulator_.start();
        Recorded& registered = extension(
            "POST",
            "register",
            R"({"events":["INVOKE","SHUTDOWN"]})",
            {{"Lambda-Extension-Name", "collector"}});
        EXPECT_EQ(registered.status, 200U) << registered.body;
        return extension_id(registered);
    }

    Recorded& extension_next(const std::string& id) {
        return extension("GET", "event/next", {}, {{"Lambda-Extension-Identifier", id}});
    }
};

TEST_F(ExtensionTest, TheRuntimeStartsOnceExtensionsHaveRegistered) {
    host_.extensions = {"collector"};
    emulator_.start();
    EXPECT_THAT(host_.actions, ElementsAre("start /opt/extensions/collector"));
    Recorded& registered = extension(
        "POST",
        "register",
        R"({"events":["INVOKE"]})",
        {{"Lambda-Extension-Name", "collector"}, {"Lambda-Extension-Accept-Feature", "accountId"}});
    EXPECT_EQ(
        registered.body,
        R"({"functionName":"test_function","functionVersion":"$LATEST",)"
        R"("handler":"","accountId":"123456789012"})");
    EXPECT_THAT(host_.actions, ElementsAre("start /opt/extensions/collector", "start runtime"));
}

TEST_F(ExtensionTest, ACallWaitsForTheExtensionsInitAndEndsWithTheirWork) {
    const std::string id = start_with_extension();
    Recorded& next = runtime("GET", "invocation/next");
    Recorded& call = invoke("{}");
    EXPECT_EQ(next.status, 0U); // the extension has not asked for events yet
    Recorded& event = extension_next(id);
    ASSERT_EQ(next.status, 200U);
    EXPECT_THAT(event.body, StartsWith(R"({"eventType":"INVOKE","deadlineMs":)"));
    EXPECT_THAT(event.body, HasSubstr(id_of(next)));
    runtime("POST", "invocation/" + id_of(next) + "/response", "1");
    EXPECT_EQ(call.status, 0U);
    extension_next(id);
    EXPECT_EQ(call.status, 200U);
    EXPECT_THAT(
        host_.log,
        HasSubstr("EXTENSION\tName: collector\tState: Ready\tEvents: "
                  "[\"INVOKE\",\"SHUTDOWN\"]\n"));
}

TEST_F(ExtensionTest, ShutdownGivesTheRuntimeThenTheExtensionsTheirTime) {
    const std::string id = start_with_extension();
    runtime("GET", "invocation/next");
    Recorded& event = extension_next(id);
    emulator_.shut_down();
    EXPECT_THAT(host_.actions, Contains("terminate 2")); // the runtime, the second to be started
    EXPECT_EQ(event.status, 0U);
    host_.pass(300ms);
    EXPECT_THAT(event.body, StartsWith(R"({"eventType":"SHUTDOWN","shutdownReason":"spindown",)"));
    EXPECT_FALSE(host_.stopped);
    host_.pass(1'699ms);
    EXPECT_FALSE(host_.stopped);
    host_.pass(1ms);
    EXPECT_TRUE(host_.stopped);
    EXPECT_THAT(host_.actions, Contains("kill all"));
}

TEST_F(ExtensionTest, ShutdownEndsAsSoonAsTheExtensionsHave) {
    const std::string id = start_with_extension();
    runtime("GET", "invocation/next");
    extension_next(id);
    emulator_.shut_down();
    emulator_.on_exit(2, {});
    emulator_.on_exit(1, {});
    EXPECT_TRUE(host_.stopped);
}

TEST_F(ExtensionTest, ATimeoutIsAReasonForShutdown) {
    const std::string id = start_with_extension();
    runtime("GET", "invocation/next");
    extension_next(id);
    Recorded& call = invoke("{}");
    Recorded& event = extension_next(id);
    host_.pass(2s);
    EXPECT_THAT(call.body, HasSubstr("Sandbox.Timedout"));
    emulator_.on_exit(2, {0, 15, false});
    EXPECT_THAT(event.body, HasSubstr(R"("shutdownReason":"timeout")"));
}

TEST_F(ExtensionTest, OneThatIsBusyGetsItsShutdownWhenItAsks) {
    const std::string id = start_with_extension();
    runtime("GET", "invocation/next");
    extension_next(id);
    invoke("{}");
    host_.pass(2s); // the call times out while the extension works on it
    emulator_.on_exit(2, {0, 15, false});
    EXPECT_THAT(extension_next(id).body, HasSubstr(R"("shutdownReason":"timeout")"));
}

TEST_F(ExtensionTest, OneThatCrashesFailsTheCall) {
    const std::string id = start_with_extension();
    runtime("GET", "invocation/next");
    extension_next(id);
    Recorded& call = invoke("{}");
    emulator_.on_exit(1, {7, 0, false});
    EXPECT_THAT(call.body, HasSubstr(R"("errorType":"Extension.Crash")"));
    EXPECT_THAT(call.body, HasSubstr("exit status 7"));
}

TEST_F(ExtensionTest, RegistrationIsChecked) {
    start_with_extension();
    EXPECT_EQ(extension("POST", "register", "[]", {{"Lambda-Extension-Name", "x"}}).status, 400U);
    EXPECT_EQ(extension("POST", "register", R"({"events":[]})").status, 403U);
    EXPECT_THAT(
        extension(
            "POST", "register", R"({"events":["SHUTDOWN"]})", {{"Lambda-Extension-Name", "inner"}})
            .body,
        HasSubstr("Extension.InvalidEventType"));
    EXPECT_THAT(extension("GET", "event/next").body, HasSubstr("Extension.MissingHeader"));
    EXPECT_THAT(
        extension("GET", "event/next", {}, {{"Lambda-Extension-Identifier", "nobody"}}).body,
        HasSubstr("Extension.UnknownExtensionIdentifier"));
}

TEST_F(ExtensionTest, NoneMayRegisterOnceInitIsOver) {
    emulator_.start();
    runtime("GET", "invocation/next");
    EXPECT_THAT(
        extension("POST", "register", R"({"events":[]})", {{"Lambda-Extension-Name", "late"}}).body,
        HasSubstr("Extension.RegistrationClosed"));
}

} // namespace
} // namespace samara::rie
