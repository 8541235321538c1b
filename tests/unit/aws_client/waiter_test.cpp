#include "aws_client/waiter.h"

#include <cstdlib>

#include <gtest/gtest.h>

namespace samara::aws_client {
namespace {

using namespace std::chrono_literals;

std::chrono::milliseconds delay_of(const char* text) {
    setenv("SAM_CLI_POLL_DELAY", text, 1);
    const auto delay = poll_delay();
    unsetenv("SAM_CLI_POLL_DELAY");
    return delay;
}

TEST(WaiterTest, ThePauseIsANumberOfSeconds) {
    EXPECT_EQ(poll_delay(), 5s);
    EXPECT_EQ(delay_of("0.5"), 500ms);
    for (const char* const none : {"", "0", "-1", "soon", "nan", "1s"}) {
        EXPECT_EQ(delay_of(none), 5s) << none;
    }
}

// A number that no counter of milliseconds holds would be any pause, or none.
TEST(WaiterTest, ThePauseIsAnHourAtMost) {
    EXPECT_EQ(delay_of("1e300"), 1h);
    EXPECT_EQ(delay_of("inf"), 1h);
}

} // namespace
} // namespace samara::aws_client
