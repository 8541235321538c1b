#include "os/file.h"
#include "os/process.h"
#include "os/temp_dir.h"
#include "os/wait.h"

#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

namespace samara::os {
namespace {

namespace fs = std::filesystem;

TEST(TempDir, IsPrivateNamedAndRemoved) {
    fs::path path;
    {
        const TempDir dir = TempDir::create("invoke").value();
        path = dir.path();
        EXPECT_THAT(
            path.filename().string(),
            testing::StartsWith("samara-" + std::to_string(::getpid()) + "-invoke-"));
        EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
        ASSERT_TRUE(write_file_atomically(path / "file", "x"));
    }
    EXPECT_FALSE(fs::exists(path));
}

TEST(TempDir, MovesWithItsFolder) {
    TempDir first = TempDir::create("a").value();
    const fs::path kept = first.path();
    TempDir second = TempDir::create("b").value();
    const fs::path dropped = second.path();
    second = std::move(first);
    EXPECT_TRUE(fs::exists(kept));
    EXPECT_FALSE(fs::exists(dropped));
    EXPECT_EQ(second.path(), kept);
}

TEST(TempDir, FailsWhereThereIsNoFolder) {
    EXPECT_FALSE(TempDir::create("x", "/nonexistent"));
}

TEST(TempDir, SweepTakesWhatTheDeadLeftAndNothingElse) {
    const TempDir parent = TempDir::create("test").value();
    const TempDir alive = TempDir::create("alive", parent.path()).value();
    const fs::path left = parent.path() / "samara-4194305-invoke-abcdef";
    const fs::path foreign = parent.path() / "samara-notes";
    ASSERT_TRUE(make_folders(left / "inner"));
    ASSERT_TRUE(make_folders(foreign));
    fs::create_directory_symlink(foreign, parent.path() / "samara-1-link-abcdef");

    EXPECT_EQ(sweep_temp_dirs(parent.path()), 1U);
    EXPECT_FALSE(fs::exists(left));
    EXPECT_TRUE(fs::exists(alive.path()));
    EXPECT_TRUE(fs::exists(foreign));
}

TEST(TempDir, SweepEndsWhatTheDeadHadStarted) {
    const TempDir parent = TempDir::create("test").value();
    auto pipe = make_pipe();
    ASSERT_TRUE(pipe);
    const pid_t samara = ::fork();
    if (samara == 0) {
        const auto folder = TempDir::create("build", parent.path());
        Command command;
        command.argv = {
            "sh", "-c", "sleep 600 & exec sleep 600"}; // its children have the mark, too
        command.descriptors = {{pipe->write.get(), 3}};
        const auto process = Process::start(command);
        ::kill(::getpid(), SIGKILL);
    }
    ::waitpid(samara, nullptr, 0);
    pipe->write.reset();
    EXPECT_EQ(
        wait_readable(pipe->read.get(), {}, std::chrono::steady_clock::now()), Wake::timed_out)
        << "they go on";
    EXPECT_EQ(sweep_temp_dirs(parent.path()), 1U);
    // Readable at its end: nobody has the other one open.
    EXPECT_EQ(
        wait_readable(
            pipe->read.get(), {}, std::chrono::steady_clock::now() + std::chrono::seconds(20)),
        Wake::ready);
}

} // namespace
} // namespace samara::os
