#include "base/iso_time.h"

#include <gtest/gtest.h>

namespace samara::base {
namespace {

using namespace std::chrono_literals;

TEST(IsoTime, IsInUtc) {
    const std::chrono::system_clock::time_point time(1795228701s + 42ms);
    EXPECT_EQ(iso_seconds(time), "2026-11-21T02:38:21Z");
    EXPECT_EQ(iso_milliseconds(time), "2026-11-21T02:38:21.042Z");
}

} // namespace
} // namespace samara::base
