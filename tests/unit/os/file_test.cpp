#include "os/file.h"
#include "os/signals.h"
#include "os/temp_dir.h"
#include "os/unique_fd.h"

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace samara::os {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class File : public testing::Test {
protected:
    TempDir dir_ = TempDir::create("test").value();
    fs::path path_ = dir_.path() / "file";
};

TEST_F(File, ReadsBackWhatWasWritten) {
    const std::string bytes("a\0b\n", 4);
    ASSERT_TRUE(write_file_atomically(path_, bytes, 0640));
    EXPECT_EQ(read_file(path_).value(), bytes);
    EXPECT_EQ(fs::status(path_).permissions(), static_cast<fs::perms>(0640));
}

TEST_F(File, ReadsStandardInputWhereItStands) {
    const UniqueFd before(::dup(STDIN_FILENO));
    std::array<int, 2> sockets{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()), 0);
    ASSERT_EQ(::dup2(sockets[0], STDIN_FILENO), STDIN_FILENO);
    ASSERT_EQ(::write(sockets[1], "sent", 4), 4);
    ::close(sockets[0]);
    ::close(sockets[1]);
    EXPECT_EQ(read_file("/dev/stdin").value(), "sent");

    ASSERT_TRUE(write_file_atomically(path_, "first rest"));
    const UniqueFd file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::dup2(file.get(), STDIN_FILENO), STDIN_FILENO);
    ASSERT_EQ(::lseek(STDIN_FILENO, 6, SEEK_SET), 6);
    EXPECT_EQ(read_file("/dev/stdin").value(), "rest");
    ASSERT_EQ(::dup2(before.get(), STDIN_FILENO), STDIN_FILENO);
}

// Nobody writes, and the first Ctrl-C is to end it.
TEST_F(File, AStopEndsTheWaitForAPipe) {
    ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    const Cancellation cancel;
    const SignalCancellation signals(cancel);
    std::thread user([] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        ::kill(::getpid(), SIGINT);
    });
    const auto bytes = read_file(path_);
    user.join();
    ASSERT_FALSE(bytes);
    EXPECT_THAT(bytes.error().message, HasSubstr("stopped while reading " + path_.string()));
}

TEST_F(File, ReadsAPipeToItsEnd) {
    ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    std::thread writer([&] {
        const UniqueFd pipe(::open(path_.c_str(), O_WRONLY | O_CLOEXEC)); // once it is read
        for (const std::string_view part : {"late ", "and ", "in parts"}) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            EXPECT_EQ(::write(pipe.get(), part.data(), part.size()), std::ssize(part));
        }
    });
    const auto bytes = read_file(path_);
    writer.join();
    EXPECT_EQ(bytes.value(), "late and in parts");
}

TEST_F(File, ReplacesWithoutLeavingTemporaries) {
    ASSERT_TRUE(write_file_atomically(path_, "old"));
    ASSERT_TRUE(write_file_atomically(path_, "new"));
    EXPECT_EQ(read_file(path_).value(), "new");
    EXPECT_EQ(std::distance(fs::directory_iterator(dir_.path()), fs::directory_iterator()), 1);
}

TEST_F(File, ReadsWhatHasNoSize) {
    EXPECT_THAT(read_file("/proc/self/status").value(), HasSubstr("Name:"));
}

TEST_F(File, WhatHasNoEndIsNotRead) {
    EXPECT_EQ(
        read_file("/dev/zero").error().message, "cannot read /dev/zero: it has more than 256 MB");
    ASSERT_TRUE(write_file_atomically(path_, "x", 0640));
    fs::resize_file(path_, std::uintmax_t{1} << 40U); // a hole
    EXPECT_THAT(read_file(path_).error().message, HasSubstr("more than 2048 MB"));
}

TEST_F(File, APathEndsAtNoNul) {
    ASSERT_TRUE(write_file_atomically(path_, "x", 0640));
    EXPECT_THAT(
        read_file(path_.string() + std::string("\0y", 2)).error().message,
        HasSubstr("holds a NUL"));
}

TEST_F(File, NamesThePathThatFails) {
    EXPECT_THAT(read_file(path_).error().message, HasSubstr(path_.string()));
    EXPECT_THAT(read_file(dir_.path()).error().message, HasSubstr("directory"));
    EXPECT_THAT(
        write_file_atomically(dir_.path() / "no" / "file", "x").error().message,
        HasSubstr("No such file"));
    ASSERT_TRUE(write_file_atomically(path_, "x"));
    EXPECT_FALSE(make_folders(path_ / "below"));
}

TEST_F(File, RemovesTreesThatAreNotWritable) {
    ASSERT_TRUE(make_folders(dir_.path() / "tree" / "inner"));
    ASSERT_TRUE(write_file_atomically(dir_.path() / "tree" / "inner" / "file", "x"));
    fs::permissions(dir_.path() / "tree" / "inner", fs::perms::owner_read | fs::perms::owner_exec);
    ASSERT_TRUE(remove_tree(dir_.path() / "tree"));
    EXPECT_FALSE(fs::exists(dir_.path() / "tree"));
    EXPECT_TRUE(remove_tree(dir_.path() / "tree"));
}

} // namespace
} // namespace samara::os
