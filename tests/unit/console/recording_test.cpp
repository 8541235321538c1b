#include "console/recording.h"

#include <thread>

#include <gtest/gtest.h>

namespace samara::console {
namespace {

serving::Exchange exchange(std::string body = {}) {
    serving::Exchange one;
    one.request = {"GET", "/x", {}, std::move(body), "127.0.0.1"};
    return one;
}

TEST(RecordingTest, KeepsTheLastRequestsAndTheirOrder) {
    Recording recording;
    EXPECT_TRUE(recording.after(0).empty());
    for (std::uint64_t i = 1; i <= 1000; ++i) {
        EXPECT_EQ(recording.add(exchange()), i);
    }
    const auto all = recording.after(0);
    ASSERT_EQ(all.size(), Recording::most);
    EXPECT_EQ(all.front()->id, 801U);
    EXPECT_EQ(all.back()->id, 1000U);
    EXPECT_EQ(recording.after(998).size(), 2U);
    EXPECT_TRUE(recording.after(1000).empty());
    EXPECT_EQ(recording.find(800), nullptr);
    EXPECT_EQ(recording.find(801)->id, 801U);
    EXPECT_EQ(recording.find(1001), nullptr);
    EXPECT_EQ(recording.find(0), nullptr);
}

TEST(RecordingTest, OfALargeBodyOnlyTheBeginningIsKept) {
    Recording recording;
    const auto id = recording.add(exchange(std::string(1'000'000, 'x')));
    const auto entry = recording.find(id);
    EXPECT_EQ(entry->exchange.request.body.size(), invoke::CallTrace::kept);
    EXPECT_EQ(entry->request_size, 1'000'000U);
    EXPECT_TRUE(entry->request_cut());
    EXPECT_LT(entry->exchange.request.body.capacity(), 2 * invoke::CallTrace::kept);
}

TEST(RecordingTest, HeadersOfAnAnswerAreBoundedToo) {
    Recording recording;
    serving::Exchange one = exchange();
    for (int i = 0; i < 100; ++i) {
        one.response_headers.push_back({"X-Long", std::string(10'000, 'h')});
    }
    const auto entry = recording.find(recording.add(std::move(one)));
    EXPECT_LE(entry->exchange.response_headers.size(), 6U);
    EXPECT_TRUE(entry->response_headers_cut);
}

TEST(RecordingTest, TheOldestGoWhereTheyAreLargeTogether) {
    Recording recording;
    const auto heavy = [] {
        serving::Exchange one = exchange(std::string(64 * 1024, 'x'));
        invoke::Request request;
        request.payload = std::string(64 * 1024, 'e');
        for (int call = 0; call < 6; ++call) {
            one.calls.push_back(std::make_shared<invoke::CallTrace>(request));
        }
        return one;
    };
    std::weak_ptr<invoke::CallTrace> first;
    for (int i = 0; i < 150; ++i) {
        serving::Exchange one = heavy();
        first = i == 0 ? one.calls.front() : first;
        recording.add(std::move(one));
    }
    const std::size_t count = recording.after(0).size();
    EXPECT_LE(count * 7 * 64 * 1024, Recording::most_bytes);
    EXPECT_GE(count, 60U);
    EXPECT_TRUE(first.expired()) << "what is dropped is freed";
}

TEST(RecordingTest, ClearsAndGoesOn) {
    Recording recording;
    recording.add(exchange());
    recording.clear();
    EXPECT_TRUE(recording.after(0).empty());
    EXPECT_EQ(recording.find(1), nullptr);
    EXPECT_EQ(recording.cleared(), 1U);
    EXPECT_EQ(recording.add(exchange()), 2U);
    EXPECT_EQ(recording.after(0).size(), 1U);
}

TEST(RecordingTest, ManyThreadsAddAtOnce) {
    Recording recording;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 500; ++i) {
                recording.add(exchange("x"));
                static_cast<void>(recording.after(0));
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(recording.after(0).back()->id, 2000U);
    EXPECT_EQ(recording.after(0).size(), Recording::most);
}

} // namespace
} // namespace samara::console
