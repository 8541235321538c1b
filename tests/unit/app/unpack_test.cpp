#include "app/run/unpack.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace samara::app {
namespace {

namespace fs = std::filesystem;

class UnpackTest : public testing::Test {
protected:
    void SetUp() override { setenv("XDG_CACHE_HOME", (dir_.path() / "cache").c_str(), 1); }

    void TearDown() override { unsetenv("XDG_CACHE_HOME"); }

    // An archive without entries, told from others by its comment.
    fs::path archive(char comment) {
        std::string bytes = "PK\x05\x06" + std::string(16, '\0') + '\x01' + '\0' + comment;
        const fs::path path = dir_.path() / "code.zip";
        EXPECT_TRUE(os::write_file_atomically(path, bytes));
        return path;
    }

    os::TempDir dir_ = os::TempDir::create("test").value();
};

TEST_F(UnpackTest, AFailedFillLeavesNothingAndIsTriedAgain) {
    const fs::path folder = dir_.path() / "made";
    const auto failing = make_once(
        folder,
        [](const fs::path& empty) -> base::Result<void> {
            EXPECT_TRUE(os::write_file_atomically(empty / "part", ""));
            return base::fail("no");
        },
        {});
    EXPECT_FALSE(failing);
    EXPECT_EQ(std::distance(fs::directory_iterator(dir_.path()), {}), 0); // no lock either
    EXPECT_TRUE(make_once(
        folder,
        [](const fs::path& empty) { return os::write_file_atomically(empty / "whole", ""); },
        {}));
    EXPECT_TRUE(fs::exists(folder / "whole"));
    EXPECT_FALSE(fs::exists(folder / "part"));
    EXPECT_TRUE(make_once(
        folder, [](const fs::path&) -> base::Result<void> { return base::fail("again"); }, {}));
}

TEST_F(UnpackTest, OneOfManyFillsTheFolder) {
    const fs::path folder = dir_.path() / "made";
    for (int round = 0; round < 20; ++round) {
        std::atomic<int> fills = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                EXPECT_TRUE(make_once(
                    folder,
                    [&](const fs::path&) -> base::Result<void> {
                        ++fills;
                        return {};
                    },
                    {}));
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        EXPECT_EQ(fills, 1);
        fs::remove_all(folder);
    }
    EXPECT_EQ(std::distance(fs::directory_iterator(dir_.path()), {}), 0);
}

TEST_F(UnpackTest, WhatNobodyAskedForInAMonthGoes) {
    const auto first = unpack(archive('1'), base::Log(), {});
    ASSERT_TRUE(first) << to_string(first.error());
    const auto month_ago = fs::file_time_type::clock::now() - std::chrono::hours(24 * 31);
    fs::last_write_time(*first, month_ago);
    EXPECT_EQ(unpack(archive('1'), base::Log(), {}), *first); // in use again
    ASSERT_TRUE(unpack(archive('2'), base::Log(), {}));
    EXPECT_TRUE(fs::exists(*first));
    fs::last_write_time(*first, month_ago);
    ASSERT_TRUE(unpack(archive('3'), base::Log(), {}));
    EXPECT_FALSE(fs::exists(*first));
}

} // namespace
} // namespace samara::app
