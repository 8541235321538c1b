#include "os/file_lock.h"
#include "os/process.h"
#include "os/temp_dir.h"

#include <thread>

#include <gtest/gtest.h>

namespace samara::os {
namespace {

class Lock : public testing::Test {
protected:
    TempDir dir_ = TempDir::create("test").value();
    std::filesystem::path path_ = dir_.path() / "lock";
    Cancellation cancel_;
};

TEST_F(Lock, ExcludesUntilItGoes) {
    {
        const auto held = FileLock::acquire(path_, cancel_);
        ASSERT_TRUE(held);
        EXPECT_FALSE(FileLock::try_acquire(path_).value().has_value());
    }
    EXPECT_TRUE(FileLock::try_acquire(path_).value().has_value());
}

TEST_F(Lock, WaitsForTheHolder) {
    std::optional<FileLock> held(FileLock::acquire(path_, cancel_).value());
    std::thread releaser([&] { held.reset(); });
    EXPECT_TRUE(FileLock::acquire(path_, cancel_));
    releaser.join();
}

TEST_F(Lock, WaitEndsWhenCancelled) {
    const auto held = FileLock::acquire(path_, cancel_);
    ASSERT_TRUE(held);
    std::thread canceller([&] { cancel_.cancel(); });
    EXPECT_FALSE(FileLock::acquire(path_, cancel_));
    canceller.join();
}

TEST_F(Lock, EndsWithTheProcessThatHeldIt) {
    ASSERT_TRUE(FileLock::acquire(path_, cancel_)); // makes the file
    Command holder;
    holder.argv = {
        "flock", path_.string(), "sh", "-c", "echo held; read never < /dev/zero; sleep 600"};
    std::string said;
    const Cancellation stop;
    holder.grace = std::chrono::milliseconds(0);
    auto process =
        Process::start(holder, {[&](std::string_view bytes) {
                           said += bytes;
                           EXPECT_FALSE(FileLock::try_acquire(path_).value().has_value());
                           stop.cancel();
                       }});
    ASSERT_TRUE(process);
    EXPECT_EQ(process->wait(stop).cause, EndCause::cancelled);
    EXPECT_EQ(said, "held\n");
    EXPECT_TRUE(FileLock::acquire(path_, cancel_));
}

TEST_F(Lock, OfAMissingFolderIsAnError) {
    EXPECT_FALSE(FileLock::try_acquire(dir_.path() / "missing"));
}

} // namespace
} // namespace samara::os
