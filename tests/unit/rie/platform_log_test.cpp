#include "rie/platform_log.h"
#include "unit/rie/fake_host.h"

#include <gmock/gmock.h>

namespace samara::rie {
namespace {

using test::FakeHost;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

class RecordCollector : public RecordListener {
public:
    [[nodiscard]] bool listens() const override { return listening; }

    void on_record(const Record& record) override {
        records.push_back(record.type + record.content);
    }

    void on_init_ended() override {}

    void on_flush(std::function<void()> /*flushed*/) override {}

    void on_reset() override {}

    bool listening = true;
    std::vector<std::string> records;
};

Settings settings_for(const Variables& variables) {
    return *read_settings(variables);
}

InvokeReport report() {
    InvokeReport made;
    made.request_id = "8f507cfc-8c0a-4b9d-8f5f-5b1f6c6f3d33";
    made.trace_id = "Root=1-2-3";
    made.duration_ms = 1.234;
    made.peak_memory = 35 * 1024 * 1024 - 5;
    return made;
}

TEST(PlatformLog, ReportIsLambdasLineToTheTab) {
    FakeHost host;
    const Settings settings = settings_for({});
    PlatformLog log(settings, host);
    InvokeReport cold = report();
    cold.init_ms = 80.119;
    log.invoke_ended(cold);
    EXPECT_EQ(
        host.log,
        "END RequestId: 8f507cfc-8c0a-4b9d-8f5f-5b1f6c6f3d33\n"
        "REPORT RequestId: 8f507cfc-8c0a-4b9d-8f5f-5b1f6c6f3d33\tDuration: 1.23 ms\t"
        "Billed Duration: 82 ms\tMemory Size: 128 MB\tMax Memory Used: 35 MB\t"
        "Init Duration: 80.12 ms\t\n");
}

TEST(PlatformLog, ReportOfAWarmCallHasNoInitDuration) {
    FakeHost host;
    const Settings settings = settings_for({});
    PlatformLog log(settings, host);
    log.invoke_ended(report());
    EXPECT_THAT(
        host.log,
        EndsWith("Billed Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 35 MB\t\n"));
}

TEST(PlatformLog, ShortCallsAreWrittenTogether) {
    for (const char* format : {"Text", "JSON"}) {
        FakeHost host;
        const Settings settings = settings_for({{"AWS_LAMBDA_LOG_FORMAT", format}});
        PlatformLog log(settings, host);
        log.invoke_started("id-1", "Root=1");
        EXPECT_EQ(host.log_writes, 0);
        EXPECT_THAT(host.log, EndsWith("\n"));
        log.invoke_ended(report());
        log.invoke_started("id-2", "Root=1");
        EXPECT_EQ(host.log_writes, 0);
        log.output(RecordKind::function, "a line\n");
        EXPECT_EQ(host.log_writes, 1) << "what the function says is not held back";
    }
}

TEST(PlatformLog, ALineInPiecesIsOneWrite) {
    FakeHost host;
    const Settings settings = settings_for({});
    PlatformLog log(settings, host);
    for (const char* piece : {"EVENT", " ", "{}"}) {
        log.output(RecordKind::function, piece);
    }
    EXPECT_EQ(host.log_writes, 0);
    log.output(RecordKind::function, "\n");
    EXPECT_EQ(host.log_writes, 1);
    EXPECT_EQ(host.log, "EVENT {}\n");
}

TEST(PlatformLog, RecordsAreForWhoListens) {
    FakeHost host;
    const Settings settings = settings_for({});
    PlatformLog log(settings, host);
    RecordCollector collector;
    log.listen(&collector);
    collector.listening = false;
    log.invoke_started("id-1", "Root=1");
    log.output(RecordKind::function, "a line\n");
    EXPECT_THAT(collector.records, testing::IsEmpty());
    collector.listening = true;
    log.output(RecordKind::function, "another\n");
    EXPECT_THAT(collector.records, ElementsAre(R"(function"another")"));
}

TEST(PlatformLog, ReportTellsTimeoutsAndCrashesApart) {
    FakeHost host;
    const Settings settings = settings_for({});
    PlatformLog log(settings, host);
    InvokeReport late = report();
    late.status = Status::timeout;
    late.error_type = "Sandbox.Timedout";
    log.invoke_ended(late);
    EXPECT_THAT(host.log, EndsWith("Max Memory Used: 35 MB\tStatus: timeout\n"));
    InvokeReport crashed = report();
    crashed.status = Status::error;
    crashed.error_type = "Runtime.ExitError";
    log.invoke_ended(crashed);
    EXPECT_THAT(host.log, EndsWith("\tStatus: error\tError Type: Runtime.ExitError\n"));
}

TEST(PlatformLog, JsonLogHasOnePlatformEventALine) {
    FakeHost host;
    const Settings settings = settings_for({{"AWS_LAMBDA_LOG_FORMAT", "JSON"}});
    PlatformLog log(settings, host);
    log.invoke_started("id-1", "Root=1");
    log.invoke_ended(report());
    EXPECT_THAT(
        host.log,
        testing::StartsWith(R"({"time":"2023-11-14T23:13:20.000Z","type":"platform.start",)"
                            R"("record":{"requestId":"id-1","version":"$LATEST",)"));
    EXPECT_THAT(
        host.log,
        HasSubstr(R"("metrics":{"durationMs":1.234,"billedDurationMs":2,)"
                  R"("memorySizeMB":128,"maxMemoryUsedMB":35})"));
    EXPECT_THAT(host.log, testing::Not(HasSubstr("START")));
}

TEST(PlatformLog, AnUnfinishedLineOfTheFunctionDoesNotRunIntoEnd) {
    FakeHost host;
    const Settings settings = settings_for({});
    PlatformLog log(settings, host);
    log.output(RecordKind::function, "no newline");
    log.invoke_ended(report());
    EXPECT_THAT(host.log, testing::StartsWith("no newline\nEND RequestId"));
}

TEST(PlatformLog, SubscribersGetTheFunctionsOutputByLines) {
    FakeHost host;
    const Settings settings = settings_for({});
    PlatformLog log(settings, host);
    RecordCollector collector;
    log.listen(&collector);
    log.output(RecordKind::function, "one\ntw");
    log.output(RecordKind::extension, "mine\n");
    log.output(RecordKind::function, "o\n");
    EXPECT_THAT(
        collector.records, ElementsAre("function\"one\"", "extension\"mine\"", "function\"two\""));
}

TEST(LogTail, KeepsTheLastBytes) {
    LogTail tail(4);
    tail.append("ab");
    EXPECT_EQ(tail.bytes(), "ab");
    tail.append("cde");
    EXPECT_EQ(tail.bytes(), "bcde");
    tail.append("0123456789");
    EXPECT_EQ(tail.bytes(), "6789");
    tail.append("x");
    tail.append("y");
    EXPECT_EQ(tail.bytes(), "89xy");
}

} // namespace
} // namespace samara::rie
