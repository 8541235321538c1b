#include "rie/telemetry.h"
#include "unit/rie/fake_host.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::rie {
namespace {

using namespace std::chrono_literals;
using test::FakeCourier;
using test::FakeHost;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::string_view all_to_http =
    R"({"schemaVersion": "2022-12-13", "types": ["platform", "function", "extension"],
        "buffering": {"maxItems": 1000, "maxBytes": 262144, "timeoutMs": 100},
        "destination": {"protocol": "HTTP", "URI": "http://sandbox.localdomain:4243/in"}})";

class TelemetryTest : public testing::Test {
protected:
    HttpReply
    subscribe(std::string_view body = all_to_http, Telemetry::Api api = Telemetry::Api::telemetry) {
        return telemetry_.subscribe(api, "collector", body);
    }

    FakeHost host_;
    Settings settings_ = *read_settings({});
    PlatformLog log_{settings_, host_};
    FakeCourier courier_;
    Telemetry telemetry_{courier_, log_};
};

TEST_F(TelemetryTest, ASubscriberGetsEverythingInOrderFromTheBeginning) {
    log_.init_started("init");
    EXPECT_EQ(subscribe().status, 200U);
    log_.invoke_started("id-1", "Root=1");
    log_.output(RecordKind::function, "a line\n");
    EXPECT_THAT(courier_.batches, IsEmpty());
    EXPECT_THAT(courier_.delays, ElementsAre(100ms));
    courier_.fire();
    ASSERT_THAT(courier_.batches, SizeIs(1));
    const std::string& batch = courier_.batches.front();
    EXPECT_THAT(
        batch, StartsWith(R"([{"time":"2023-11-14T23:13:20.000Z","type":"platform.initStart",)"));
    std::size_t last = 0;
    for (const char* type :
         {"platform.initStart",
          "platform.telemetrySubscription",
          "platform.start",
          R"("type":"function","record":"a line")"}) {
        const std::size_t found = batch.find(type);
        EXPECT_NE(found, std::string::npos) << type;
        EXPECT_GE(found, last) << type;
        last = found;
    }
    const auto& to = std::get<HttpDestination>(courier_.destinations.front());
    EXPECT_EQ(to.port, 4243);
    EXPECT_EQ(to.target, "/in");
}

TEST_F(TelemetryTest, WhatIsKeptForSubscribersToComeIsBounded) {
    for (int i = 0; i < 40; ++i) {
        log_.output(RecordKind::function, std::string(200'000, 'x') + "\n");
    }
    subscribe();
    courier_.fire();
    std::size_t bytes = 0;
    while (!courier_.answers.empty()) {
        courier_.answer(true);
        courier_.fire();
    }
    for (const std::string& batch : courier_.batches) {
        bytes += batch.size();
    }
    EXPECT_GT(bytes, 3'800'000U);
    EXPECT_LT(bytes, 4'300'000U);
}

TEST_F(TelemetryTest, ListensWhileSomebodySubscribesOrMay) {
    EXPECT_TRUE(telemetry_.listens());
    log_.close_subscriptions();
    EXPECT_FALSE(telemetry_.listens());
    log_.reset(); // it starts over
    EXPECT_TRUE(telemetry_.listens());
    subscribe();
    log_.close_subscriptions();
    EXPECT_TRUE(telemetry_.listens());
}

TEST_F(TelemetryTest, OnlyTheTypesAskedForAreSent) {
    subscribe(R"({"types": ["function"], "destination": {"protocol": "TCP", "port": 4244}})");
    log_.invoke_started("id-1", "Root=1");
    log_.output(RecordKind::extension, "of the extension\n");
    log_.output(RecordKind::function, "one\ntwo\n");
    courier_.fire();
    ASSERT_THAT(courier_.batches, SizeIs(1));
    EXPECT_EQ(
        courier_.batches.front(),
        "{\"time\":\"2023-11-14T23:13:20.000Z\",\"type\":\"function\",\"record\":\"one\"}\n"
        "{\"time\":\"2023-11-14T23:13:20.000Z\",\"type\":\"function\",\"record\":\"two\"}\n");
}

TEST_F(TelemetryTest, TheLogsApiHasItsOwnEvents) {
    subscribe(all_to_http, Telemetry::Api::logs);
    log_.init_started("init");
    InvokeReport report;
    report.request_id = "id-1";
    log_.invoke_ended(report);
    courier_.fire();
    ASSERT_THAT(courier_.batches, SizeIs(1));
    EXPECT_THAT(courier_.batches.front(), HasSubstr("platform.logsSubscription"));
    EXPECT_THAT(
        courier_.batches.front(),
        HasSubstr(R"("type":"platform.end","record":{"requestId":"id-1"})"));
    EXPECT_THAT(courier_.batches.front(), Not(HasSubstr("platform.initStart")));
}

TEST_F(TelemetryTest, AFullBufferIsSentAtOnceAndBatchesDoNotOvertakeEachOther) {
    subscribe();
    for (int i = 0; i < 2'500; ++i) {
        log_.output(RecordKind::function, fmt::format("{}\n", i));
    }
    EXPECT_THAT(courier_.batches, SizeIs(1));
    courier_.answer(true);
    ASSERT_THAT(courier_.batches, SizeIs(2));
    EXPECT_THAT(courier_.batches[0], HasSubstr("\"998\"}]")); // 1,000 with the subscription's
    EXPECT_THAT(
        courier_.batches[1],
        HasSubstr("[{\"time\":\"2023-11-14T23:13:20.000Z\",\"type\":"
                  "\"function\",\"record\":\"999\"}"));
}

TEST_F(TelemetryTest, ABatchThatIsRefusedIsTriedAgain) {
    subscribe();
    courier_.fire();
    courier_.answer(false);
    courier_.fire();
    ASSERT_THAT(courier_.batches, SizeIs(2));
    EXPECT_EQ(courier_.batches[0], courier_.batches[1]);
}

TEST_F(TelemetryTest, WhatCouldNotBeDeliveredIsTold) {
    subscribe();
    courier_.fire();
    for (int attempt = 0; attempt < 5; ++attempt) {
        courier_.answer(false);
        courier_.fire();
    }
    log_.output(RecordKind::function, "later\n");
    courier_.fire();
    courier_.answer(true);
    courier_.fire();
    EXPECT_THAT(
        courier_.batches.back(),
        HasSubstr(R"("type":"platform.logsDropped","record":{"reason":"Consumer)"));
    EXPECT_THAT(courier_.batches.back(), HasSubstr(R"("droppedRecords":1)"));
}

TEST_F(TelemetryTest, AnEndingEnvironmentFlushes) {
    subscribe();
    bool flushed = false;
    log_.flush([&] { flushed = true; });
    EXPECT_THAT(courier_.batches, SizeIs(1));
    EXPECT_FALSE(flushed);
    courier_.answer(true);
    EXPECT_TRUE(flushed);
}

TEST_F(TelemetryTest, RequestsAreChecked) {
    for (const auto& [body, message] : std::vector<std::pair<std::string, std::string>>{
             {"[]", "no JSON object"},
             {R"({"types": ["all"]})", "types must list"},
             {R"({"types": ["function"]})", "destination is missing"},
             {R"({"types": ["function"], "destination": {"protocol": "UDP"}})", "HTTP or TCP"},
             {R"({"types": ["function"], "destination": {"protocol": "TCP", "port": 0}})",
              "not a port"},
             {R"({"types": ["function"], "destination": {"protocol": "HTTP", "URI":
                 "http://example.com/"}})",
              "sandbox.localdomain"},
             {R"({"types": ["function"], "buffering": {"maxItems": 1}, "destination":
                 {"protocol": "TCP", "port": 1}})",
              "maxItems must be from 1000 to 10000"}}) {
        const HttpReply reply = subscribe(body);
        EXPECT_EQ(reply.status, 400U) << body;
        EXPECT_THAT(reply.body, HasSubstr(message));
    }
}

} // namespace
} // namespace samara::rie
