#include "invoke/forecast.h"

#include <gtest/gtest.h>

namespace samara::invoke {
namespace {

using namespace std::chrono_literals;

const Occupancy::Time now{100s};

TEST(MovingMedian, OneLongCallChangesNothing) {
    MovingMedian median;
    EXPECT_FALSE(median.value());
    for (int i = 0; i < 5; ++i) {
        median.add(10ms);
    }
    median.add(10s);
    EXPECT_EQ(median.value(), MovingMedian::Duration(10ms));
    for (int i = 0; i < 20; ++i) {
        median.add(30ms);
    }
    EXPECT_EQ(median.value(), MovingMedian::Duration(30ms)) << "what was long ago is forgotten";
}

TEST(ExpectedWait, IsNothingWithoutAnEnvironment) {
    EXPECT_FALSE(expected_wait({}, 10ms, 100ms, now));
}

TEST(ExpectedWait, IsTheRestOfTheCallThatEndsFirst) {
    EXPECT_EQ(expected_wait({{now - 4ms, now - 7ms}, {}, 0}, 10ms, 100ms, now), 3ms);
    EXPECT_EQ(expected_wait({{now - 30ms}, {}, 0}, 10ms, 100ms, now), 30ms)
        << "what takes longer than usual takes about as long again";
}

TEST(ExpectedWait, CountsThoseWhoWaitAlready) {
    EXPECT_EQ(expected_wait({{now}, {}, 3}, 10ms, 100ms, now), 40ms);
    EXPECT_EQ(expected_wait({{now, now}, {}, 3}, 10ms, 100ms, now), 20ms);
}

TEST(ExpectedWait, KnowsWhatStartsAlready) {
    EXPECT_EQ(expected_wait({{}, {now - 60ms}, 0}, 10ms, 100ms, now), 50ms);
}

} // namespace
} // namespace samara::invoke
