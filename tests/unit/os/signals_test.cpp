#include "os/signals.h"
#include "os/unique_fd.h"
#include "os/wait.h"

#include <chrono>
#include <csignal>

#include <gtest/gtest.h>

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

namespace samara::os {
namespace {

TEST(Signals, CancelInsteadOfEndingTheProgram) {
    const Cancellation cancel;
    {
        const SignalCancellation signals(cancel);
        EXPECT_EQ(SignalCancellation::received(), 0);
        std::raise(SIGTERM);
        std::raise(SIGINT);
        EXPECT_EQ(wait_readable(-1, cancel), Wake::cancelled);
        EXPECT_EQ(SignalCancellation::received(), SIGTERM);
    }
    // What was there before is back: the default action.
    EXPECT_EXIT(std::raise(SIGTERM), testing::KilledBySignal(SIGTERM), "");
}

TEST(Signals, ASecondOneEndsWhatDoesNotStop) {
    for (const int second : {SIGINT, SIGTERM}) {
        EXPECT_EXIT(
            {
                const SignalCancellation signals((Cancellation()));
                std::raise(SIGINT);
                const auto begin = std::chrono::steady_clock::now();
                while (std::chrono::steady_clock::now() - begin < std::chrono::seconds(30)) {
                    std::raise(SIGHUP); // a terminal that closes says so more than once
                    std::raise(second);
                }
            },
            testing::KilledBySignal(second),
            "Ended at once");
    }
}

TEST(Signals, ABrokenPipeIsAnError) {
    EXPECT_EXIT(
        {
            fail_instead_of_signals();
            auto pipe = make_pipe();
            pipe->read.reset();
            const bool broken = ::write(pipe->write.get(), "x", 1) == -1 && errno == EPIPE;
            ::_exit(broken ? 7 : 1);
        },
        testing::ExitedWithCode(7),
        "");
}

TEST(Signals, AFilePastItsLimitIsAnError) {
    EXPECT_EXIT(
        {
            fail_instead_of_signals();
            const struct rlimit none {};

            ::setrlimit(RLIMIT_FSIZE, &none);
            const int file = ::memfd_create("limited", 0);
            const bool failed = ::write(file, "x", 1) == -1 && errno == EFBIG;
            ::_exit(failed ? 7 : 1);
        },
        testing::ExitedWithCode(7),
        "");
}

} // namespace
} // namespace samara::os
