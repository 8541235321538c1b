#include "invoke/environment_log.h"

#include <string>

#include <gtest/gtest.h>

namespace samara::invoke {
namespace {

std::shared_ptr<CallTrace> trace(std::string payload = "{}") {
    Request request;
    request.function = "Fn";
    request.payload = std::move(payload);
    return std::make_shared<CallTrace>(request);
}

base::Result<Response> answer(std::string request_id) {
    Response response;
    response.request_id = std::move(request_id);
    return response;
}

std::string log_of(const std::shared_ptr<CallTrace>& call) {
    return call->view().log.text;
}

TEST(CallTraceTest, KeepsTheBeginningOfEachTextAndTellsItsSize) {
    const auto call = trace(std::string(100'000, 'e'));
    Response response;
    response.payload = std::string(200'000, 'r');
    response.request_id = "id-1";
    for (int i = 0; i < 1000; ++i) {
        call->add_log(std::string(100, 'l'));
    }
    CallTrace::Times times;
    times.cold = true;
    call->end(times, response);
    const CallTrace::View view = call->view();
    EXPECT_EQ(view.event.text.size(), CallTrace::kept);
    EXPECT_EQ(view.event.size, 100'000U);
    EXPECT_EQ(view.result.text.size(), CallTrace::kept);
    EXPECT_EQ(view.log.text.size(), CallTrace::kept);
    EXPECT_EQ(view.log.size, 100'000U);
    EXPECT_TRUE(view.log.cut());
    EXPECT_TRUE(view.ended && view.times.cold);
    EXPECT_EQ(view.request_id, "id-1");
    EXPECT_EQ(call->size(), 3 * CallTrace::kept);
}

TEST(CallTraceTest, TellsWhyAFunctionWasNotRun) {
    const auto call = trace();
    call->end({}, base::fail("no interpreter"));
    EXPECT_NE(call->view().failure.find("no interpreter"), std::string::npos);
}

TEST(EnvironmentLogTest, OutputGoesToTheCallWhoseLineCameLast) {
    std::string passed;
    EnvironmentLog log([&](std::string_view bytes) { passed.append(bytes); });
    log.write("INIT says\n");
    const auto first = trace();
    const auto second = trace();
    log.begin(first);
    log.write("START RequestId: a Version: $LATEST\none\n");
    log.begin(second); // what the first one wrote last is still on its way
    log.write("END RequestId: a\nREPORT RequestId: a\nSTART RequestId: b Version: $LATEST\ntwo\n");
    EXPECT_EQ(
        log_of(first),
        "INIT says\nSTART RequestId: a Version: $LATEST\none\nEND RequestId: a\n"
        "REPORT RequestId: a\n");
    EXPECT_EQ(log_of(second), "START RequestId: b Version: $LATEST\ntwo\n");
    EXPECT_EQ(passed, log_of(first) + log_of(second));
}

TEST(EnvironmentLogTest, ALongLineIsPassedOnAsOne) {
    std::vector<std::string> passed;
    const std::string some(5000, 'x');
    {
        EnvironmentLog log([&](std::string_view bytes) { passed.emplace_back(bytes); });
        log.write("progress: ");
        log.write(".");
        EXPECT_EQ(passed, (std::vector<std::string>{"progress: ", "."})) << "at once";
        passed.clear();
        log.write("\nbefore\n" + some);
        log.write(some);
        EXPECT_EQ(passed, std::vector<std::string>{"\nbefore\n"});
        log.write("end\nnext");
        EXPECT_EQ(passed.back(), some + some + "end\nnext");
        log.write(some + "\n");
        EXPECT_EQ(passed.back(), some + "\n");
        passed.clear();
        const std::string much(600UL * 1024, 'y');
        log.write(much);
        log.write(much);
        EXPECT_EQ(passed, std::vector<std::string>{much + much}) << "no line is that long";
        log.write(some);
    }
    EXPECT_EQ(passed.back(), some) << "at the end";
}

TEST(EnvironmentLogTest, CallsAreDividedWhereAPieceEndsWithinALine) {
    EnvironmentLog log(nullptr);
    const auto first = trace();
    const auto second = trace();
    log.begin(first);
    log.begin(second);
    std::string both = "START RequestId: a Version: 1\n" + std::string(4090, 'x') + "\n";
    const std::size_t size = both.size();
    both += "START RequestId: b Version: 1\ntwo\n";
    log.write(both.substr(0, size + 10));
    log.write(both.substr(size + 10));
    EXPECT_EQ(log_of(first), both.substr(0, size));
    EXPECT_EQ(log_of(second), both.substr(size));
}

TEST(EnvironmentLogTest, JsonLogsAreDividedByTheirEvent) {
    EnvironmentLog log(nullptr);
    const auto first = trace();
    const auto second = trace();
    log.begin(first);
    log.write(R"({"time":"t","type":"platform.start","record":{"requestId":"a"}})"
              "\n1\n");
    log.begin(second);
    log.write(R"({"time":"t","type":"platform.report","record":{"requestId":"a"}})"
              "\n"
              R"({"time":"t","type":"platform.start","record":{"requestId":"b"}})"
              "\n2\n");
    EXPECT_NE(log_of(first).find("platform.report"), std::string::npos);
    EXPECT_EQ(log_of(second).find("platform.report"), std::string::npos);
    EXPECT_TRUE(log_of(second).ends_with("2\n"));
}

TEST(EnvironmentLogTest, OutputMayComeAfterTheNextCallsHaveBegun) {
    EnvironmentLog log(nullptr);
    const auto first = trace();
    const auto second = trace();
    const auto third = trace();
    log.begin(first);
    first->end({}, answer("a"));
    log.begin(second);
    second->end({}, answer("b"));
    log.begin(third);
    log.write("START RequestId: a Version: 1\none\nSTART RequestId: b Version: 1\ntwo\n");
    log.write("START RequestId: c Version: 1\nthree\n");
    EXPECT_EQ(log_of(first), "START RequestId: a Version: 1\none\n");
    EXPECT_EQ(log_of(second), "START RequestId: b Version: 1\ntwo\n");
    EXPECT_EQ(log_of(third), "START RequestId: c Version: 1\nthree\n");
}

TEST(EnvironmentLogTest, ACallThatDidNotReachTheFunctionGetsNoLog) {
    EnvironmentLog log(nullptr);
    const auto first = trace();
    const auto refused = trace();
    const auto third = trace();
    log.begin(first);
    log.write("START RequestId: a Version: 1\none\n");
    first->end({}, answer("a"));
    log.begin(refused);
    refused->end({}, answer("b"));
    log.begin(third);
    log.write("START RequestId: c Version: 1\nthree\n");
    EXPECT_EQ(log_of(refused), "");
    EXPECT_EQ(log_of(third), "START RequestId: c Version: 1\nthree\n");
}

TEST(EnvironmentLogTest, ALineThatAFunctionWritesItselfDividesNothing) {
    EnvironmentLog log(nullptr);
    const auto first = trace();
    log.begin(first);
    log.write("START RequestId: a Version: 1\nSTART RequestId: z\nmore\n");
    EXPECT_TRUE(log_of(first).ends_with("more\n"));
}

TEST(EnvironmentLogTest, ACallThatNobodyTracesEndsTheOneBefore) {
    EnvironmentLog log(nullptr);
    const auto first = trace();
    log.begin(first);
    log.write("START RequestId: a\none\n");
    log.begin(nullptr);
    log.write("START RequestId: b\ntwo\n");
    log.write("more\n");
    EXPECT_EQ(log_of(first), "START RequestId: a\none\n");
}

} // namespace
} // namespace samara::invoke
