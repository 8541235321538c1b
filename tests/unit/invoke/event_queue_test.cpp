#include "data/read.h"
#include "invoke/event_queue.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

namespace samara::invoke {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view queue_arn = "arn:aws:sqs:us-east-1:123456789012:failures";
constexpr std::string_view topic_arn = "arn:aws:sns:us-east-1:123456789012:done";

// Functions that answer as the test says; waits are scaled to nothing unless it says otherwise.
class EventQueueTest : public testing::Test {
protected:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, std::vector<Request>> calls_;
    std::map<std::string, std::size_t> running_;
    std::map<std::string, std::size_t> most_running_;
    std::map<std::string, bool> held_;      // calls wait until this is false
    std::map<std::string, int> failing_;    // so many calls fail from now on
    std::map<std::string, int> throttling_; // so many calls are refused from now on
    std::map<std::string, EventHandling> handling_;
    bool throws_ = false; // the next call does
    std::vector<std::string> log_;
    os::TempDir folder_ = std::move(*os::TempDir::create("destinations"));
    os::Cancellation cancel_;
    std::size_t bytes_ = EventQueueOptions().bytes;
    std::unique_ptr<EventQueue> queue_;

    EventQueueTest() { handling_["Fn"].concurrency = 2; }

    ~EventQueueTest() override { queue_.reset(); }

    void start(double retry_scale = 0) {
        EventQueueOptions options;
        options.retry_scale = retry_scale;
        options.workers = 8;
        options.bytes = bytes_;
        options.destinations = folder_.path() / "records";
        queue_ = std::make_unique<EventQueue>(
            [this](const Request& request) { return run(request); },
            [this](const std::string& function) { return lookup(function); },
            options,
            base::Log([this](base::LogLevel /*level*/, std::string_view line) {
                const std::lock_guard lock(mutex_);
                log_.emplace_back(line);
                changed_.notify_all();
            }),
            cancel_);
    }

    std::optional<EventHandling> lookup(const std::string& function) {
        const std::lock_guard lock(mutex_);
        const auto found = handling_.find(function);
        return found == handling_.end() ? std::nullopt : std::optional(found->second);
    }

    base::Result<Response> run(const Request& request) {
        std::unique_lock lock(mutex_);
        if (std::exchange(throws_, false)) {
            throw std::bad_alloc();
        }
        Response response;
        if (int& left = throttling_[request.function]; left > 0) {
            --left;
            response.status = 429;
            return response;
        }
        calls_[request.function].push_back(request);
        const std::size_t now = ++running_[request.function];
        most_running_[request.function] = std::max(most_running_[request.function], now);
        changed_.notify_all();
        changed_.wait_for(
            lock, 10s, [&] { return !held_[request.function] || cancel_.cancelled(); });
        --running_[request.function];
        if (cancel_.cancelled()) {
            return base::fail("interrupted");
        }
        response.payload = R"("fine")";
        if (int& left = failing_[request.function]; left > 0) {
            --left;
            response.function_error = "Unhandled";
            response.payload = R"({"errorMessage":"on purpose"})";
        }
        return response;
    }

    std::string push(const std::string& function = "Fn") {
        Request request;
        request.function = function;
        request.payload = R"({"a":1})";
        request.type = InvocationType::event;
        return queue_->push(std::move(request)).value_or("");
    }

    template <class Condition>
    bool wait(Condition condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 10s, [&] { return condition(); });
    }

    bool wait_for_line(std::string_view text) {
        return wait([&] { return count_lines(text) > 0; });
    }

    std::ptrdiff_t count_lines(std::string_view text) const {
        return std::count_if(log_.begin(), log_.end(), [&](const std::string& line) {
            return line.find(text) != std::string::npos;
        });
    }

    data::Value record(std::string_view arn) {
        const auto text = os::read_file(DestinationFiles(folder_.path() / "records").file_of(arn));
        return data::read_json(text.value_or("null"), "record").value();
    }

    static std::string context(const data::Value& record, std::string_view name) {
        return data::scalar_text(*record.find("requestContext")->find(name));
    }
};

TEST_F(EventQueueTest, WhatACallThrowsIsTheEndOfItsEventAlone) {
    throws_ = true;
    start();
    push();
    EXPECT_TRUE(wait_for_line("an asynchronous event is lost, a fault in samara itself"));
    push();
    EXPECT_TRUE(wait([&] { return calls_["Fn"].size() == 1; }));
}

TEST_F(EventQueueTest, TakesNoMoreThanItMayHold) {
    bytes_ = 8 * 1024; // each event counts a kilobyte and its payload
    held_["Fn"] = true;
    start();
    int taken = 0;
    while (!push().empty()) {
        ASSERT_LT(++taken, 100);
    }
    EXPECT_EQ(taken, 7);
    {
        const std::lock_guard lock(mutex_);
        held_["Fn"] = false;
    }
    changed_.notify_all();
    ASSERT_TRUE(wait([&] { return calls_["Fn"].size() == 7; }));
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    std::string id;
    while ((id = push()).empty() && std::chrono::steady_clock::now() < deadline) {
    }
    EXPECT_NE(id, ""); // there is room again
}

TEST_F(EventQueueTest, RetriesAndTheirResultsCountAsOne) {
    bytes_ = 3 * 1024;
    failing_["Fn"] = 2;
    start();
    ASSERT_NE(push(), "");
    ASSERT_TRUE(wait([&] { return calls_["Fn"].size() == 3; }));
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    int taken = 0;
    {
        const std::lock_guard lock(mutex_);
        held_["Fn"] = true;
    }
    while (taken < 2 && std::chrono::steady_clock::now() < deadline) {
        taken += push().empty() ? 0 : 1;
    }
    EXPECT_EQ(taken, 2); // nothing is left of the first
    {
        const std::lock_guard lock(mutex_);
        held_["Fn"] = false;
    }
    changed_.notify_all();
}

TEST_F(EventQueueTest, RunsAnEventOnceAndRecordsItsSuccess) {
    handling_["Fn"].policy.on_success.arn = topic_arn;
    handling_["Fn"].policy.on_failure.arn = queue_arn;
    start();
    const std::string id = push();
    ASSERT_TRUE(wait_for_line("sns-done.jsonl"));
    EXPECT_EQ(calls_["Fn"].size(), 1U);
    EXPECT_EQ(calls_["Fn"][0].request_id, id);
    EXPECT_EQ(calls_["Fn"][0].type, InvocationType::request_response);
    const data::Value written = record(topic_arn);
    EXPECT_EQ(context(written, "requestId"), id);
    EXPECT_EQ(context(written, "condition"), "Success");
    EXPECT_EQ(context(written, "approximateInvokeCount"), "1");
    EXPECT_EQ(written.find("responsePayload")->text(), "fine");
    EXPECT_TRUE(record(queue_arn).is_null());
}

TEST_F(EventQueueTest, RetriesTwiceWithOneIdThenGivesUp) {
    handling_["Fn"].policy.on_failure.arn = queue_arn;
    handling_["Fn"].policy.dead_letter.arn = topic_arn;
    failing_["Fn"] = 100;
    start();
    const std::string id = push();
    ASSERT_TRUE(wait_for_line("sns-done.jsonl"));
    ASSERT_EQ(calls_["Fn"].size(), 3U);
    for (const Request& call : calls_["Fn"]) {
        EXPECT_EQ(call.request_id, id);
    }
    const data::Value written = record(queue_arn);
    EXPECT_EQ(context(written, "condition"), "RetriesExhausted");
    EXPECT_EQ(context(written, "approximateInvokeCount"), "3");
    EXPECT_EQ(written.find("responseContext")->find("functionError")->text(), "Unhandled");
    EXPECT_EQ(record(topic_arn).find("Body")->text(), R"({"a":1})");
}

TEST_F(EventQueueTest, ARetryThatSucceedsIsASuccess) {
    handling_["Fn"].policy.on_success.arn = topic_arn;
    failing_["Fn"] = 2;
    start();
    push();
    ASSERT_TRUE(wait_for_line("sns-done.jsonl"));
    EXPECT_EQ(context(record(topic_arn), "approximateInvokeCount"), "3");
}

TEST_F(EventQueueTest, KeepsToTheFunctionsOwnNumberOfRetries) {
    handling_["Fn"].policy.max_retries = 0;
    failing_["Fn"] = 1;
    start();
    push();
    EXPECT_TRUE(wait_for_line("given up after 1 attempt (RetriesExhausted)"));
}

TEST_F(EventQueueTest, ThrottledEventsDoNotCountAsFailures) {
    handling_["Fn"].policy.on_success.arn = topic_arn;
    throttling_["Fn"] = 4;
    start();
    push();
    ASSERT_TRUE(wait_for_line("sns-done.jsonl"));
    EXPECT_EQ(throttling_["Fn"], 0);
    EXPECT_EQ(context(record(topic_arn), "approximateInvokeCount"), "1");
}

TEST_F(EventQueueTest, ThrottledEventsEndWhenTheyAreTooOld) {
    handling_["Fn"].policy.on_failure.arn = queue_arn;
    handling_["Fn"].policy.max_age = 1ms;
    throttling_["Fn"] = 1'000'000;
    start(1);
    push();
    ASSERT_TRUE(wait_for_line("sqs-failures.jsonl"));
    EXPECT_EQ(context(record(queue_arn), "condition"), "EventAgeExceeded");
    EXPECT_EQ(context(record(queue_arn), "approximateInvokeCount"), "0");
}

TEST_F(EventQueueTest, AFunctionThatMayNeverRunFailsAtOnce) {
    handling_["Fn"].concurrency = 0;
    handling_["Fn"].policy.on_failure.arn = queue_arn;
    start(1);
    push();
    ASSERT_TRUE(wait_for_line("sqs-failures.jsonl"));
    EXPECT_TRUE(calls_["Fn"].empty());
}

TEST_F(EventQueueTest, ADestinationOfTheTemplateIsRun) {
    handling_["Next"] = {};
    handling_["Fn"].policy.on_success = {"arn:aws:lambda:::function:Next", "Next"};
    start();
    const std::string id = push();
    ASSERT_TRUE(wait([&] { return !calls_["Next"].empty(); }));
    const auto payload = data::read_json(calls_["Next"][0].payload, "payload");
    ASSERT_TRUE(payload);
    EXPECT_EQ(context(*payload, "requestId"), id);
    EXPECT_NE(calls_["Next"][0].request_id, id);
}

TEST_F(EventQueueTest, ALoopOfDestinationsEnds) {
    handling_["Fn"].policy.on_success = {"arn:aws:lambda:::function:Fn", "Fn"};
    start();
    push();
    ASSERT_TRUE(wait_for_line("Lambda stops such a loop"));
    EXPECT_EQ(calls_["Fn"].size(), 16U);
}

TEST_F(EventQueueTest, RunsNoMoreAtOnceThanMayAndLetsNoFunctionWaitForAnother) {
    handling_["Other"] = {};
    held_["Fn"] = true;
    start();
    for (int i = 0; i < 100; ++i) {
        push();
    }
    ASSERT_TRUE(wait([&] { return running_["Fn"] == 2; }));
    push("Other");
    EXPECT_TRUE(wait([&] { return calls_["Other"].size() == 1; }));
    {
        const std::lock_guard lock(mutex_);
        held_["Fn"] = false;
        changed_.notify_all();
    }
    EXPECT_TRUE(wait([&] { return calls_["Fn"].size() == 100; }));
    EXPECT_EQ(most_running_["Fn"], 2U);
}

TEST_F(EventQueueTest, TellsWhatIsStillQueuedWhenItEnds) {
    failing_["Fn"] = 100;
    start(1);
    push();
    push();
    ASSERT_TRUE(wait([&] { return count_lines("again in 60 s") == 2; }));
    queue_.reset();
    EXPECT_EQ(log_.back(), "2 asynchronous events are still queued and dropped: 2 of Fn");
}

TEST_F(EventQueueTest, CountsAnInterruptedEventAsQueued) {
    held_["Fn"] = true;
    start();
    push();
    ASSERT_TRUE(wait([&] { return running_["Fn"] == 1; }));
    cancel_.cancel();
    changed_.notify_all();
    queue_.reset();
    EXPECT_EQ(log_.back(), "1 asynchronous event is still queued and dropped: 1 of Fn");
}

TEST(EventWaits, AreLambdas) {
    EXPECT_EQ(wait_after_failure(1), 1min);
    EXPECT_EQ(wait_after_failure(2), 2min);
    EXPECT_EQ(wait_after_refusal(1), 1s);
    EXPECT_EQ(wait_after_refusal(4), 8s);
    EXPECT_EQ(wait_after_refusal(1000), 5min);
}

TEST(DestinationFiles, AreNamedByServiceAndResource) {
    const DestinationFiles files("d");
    EXPECT_EQ(files.file_of("arn:aws:sqs:us-east-1:123456789012:failures"), "d/sqs-failures.jsonl");
    EXPECT_EQ(
        files.file_of("arn:aws:events:us-east-1:123456789012:event-bus/orders"),
        "d/events-event-bus-orders.jsonl");
    EXPECT_EQ(files.file_of("../odd"), "d/..-odd.jsonl");
}

} // namespace
} // namespace samara::invoke
