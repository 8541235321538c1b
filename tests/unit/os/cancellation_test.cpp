#include "os/cancellation.h"
#include "os/unique_fd.h"
#include "os/wait.h"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include <unistd.h>

namespace samara::os {
namespace {

using namespace std::chrono_literals;

TEST(Cancellation, CopiesShareOneRequest) {
    const Cancellation original;
    const Cancellation copy =
        original; // NOLINT(performance-unnecessary-copy-initialization): tested
    EXPECT_FALSE(copy.cancelled());
    original.cancel();
    original.cancel();
    EXPECT_TRUE(copy.cancelled());
    EXPECT_EQ(wait_readable(-1, copy), Wake::cancelled);
}

TEST(Cancellation, WakesAWaitInAnotherThread) {
    const Cancellation cancel;
    std::thread canceller([cancel] { cancel.cancel(); });
    EXPECT_EQ(wait_readable(-1, cancel, std::chrono::steady_clock::now() + 30s), Wake::cancelled);
    canceller.join();
}

TEST(Wait, TellsReadyAndTimedOutApart) {
    const Cancellation cancel;
    const auto pipe = make_pipe();
    ASSERT_TRUE(pipe);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(wait_readable(pipe->read.get(), cancel, begin + 15ms), Wake::timed_out);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 15ms);
    ASSERT_EQ(::write(pipe->write.get(), "x", 1), 1);
    EXPECT_EQ(wait_readable(pipe->read.get(), cancel), Wake::ready);
}

} // namespace
} // namespace samara::os
