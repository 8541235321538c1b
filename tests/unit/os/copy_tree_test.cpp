#include "os/file.h"
#include "os/temp_dir.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

namespace samara::os {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CopyTree : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(make_folders(from_ / "src" / "inner"));
        ASSERT_TRUE(write_file_atomically(from_ / "src" / "run.sh", "#!/bin/sh\n", 0755));
        ASSERT_TRUE(write_file_atomically(from_ / "src" / "inner" / "data", "data"));
        fs::create_symlink("data", from_ / "src" / "inner" / "link");
    }

    TempDir dir_ = TempDir::create("test").value();
    fs::path from_ = dir_.path() / "from";
    fs::path to_ = dir_.path() / "to";
};

TEST_F(CopyTree, KeepsModesTimesAndLinks) {
    fs::last_write_time(
        from_ / "src" / "run.sh", fs::file_time_type::clock::now() - std::chrono::hours(48));
    ASSERT_TRUE(copy_tree(from_, to_));
    EXPECT_EQ(read_file(to_ / "src" / "inner" / "data").value(), "data");
    EXPECT_EQ(fs::status(to_ / "src" / "run.sh").permissions(), static_cast<fs::perms>(0755));
    EXPECT_EQ(
        fs::last_write_time(to_ / "src" / "run.sh"), fs::last_write_time(from_ / "src" / "run.sh"));
    EXPECT_EQ(fs::read_symlink(to_ / "src" / "inner" / "link"), "data");
}

TEST_F(CopyTree, LeavesSpecialBitsBehind) {
    ASSERT_EQ(::chmod((from_ / "src/run.sh").c_str(), 06755), 0);
    ASSERT_EQ(::chmod((from_ / "src/inner").c_str(), 03777), 0);
    ASSERT_TRUE(copy_tree(from_, to_));
    EXPECT_EQ(fs::status(to_ / "src/run.sh").permissions(), static_cast<fs::perms>(0755));
    EXPECT_EQ(fs::status(to_ / "src/inner").permissions(), static_cast<fs::perms>(0777));
}

TEST_F(CopyTree, FollowsLinksWhenAsked) {
    CopyOptions options;
    options.symlinks = SymlinkMode::follow;
    ASSERT_TRUE(copy_tree(from_, to_, options));
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(to_ / "src" / "inner" / "link")));
}

TEST_F(CopyTree, ALinkToNowhereStaysOne) {
    fs::create_symlink("nowhere", from_ / "dangling");
    CopyOptions options;
    options.symlinks = SymlinkMode::follow;
    ASSERT_TRUE(copy_tree(from_, to_, options));
    EXPECT_EQ(fs::read_symlink(to_ / "dangling"), "nowhere");
}

TEST_F(CopyTree, RefusesALinkToAFolderAbove) {
    fs::create_directory_symlink("..", from_ / "src" / "loop");
    CopyOptions options;
    options.symlinks = SymlinkMode::follow;
    const auto copied = copy_tree(from_, to_, options);
    ASSERT_FALSE(copied);
    EXPECT_THAT(copied.error().message, HasSubstr("src/loop"));
}

TEST_F(CopyTree, LeavesOutWhatIsNotIncluded) {
    CopyOptions options;
    options.include = [](const fs::path& relative) { return relative != "src/inner"; };
    ASSERT_TRUE(copy_tree(from_, to_, options));
    EXPECT_TRUE(fs::exists(to_ / "src" / "run.sh"));
    EXPECT_FALSE(fs::exists(to_ / "src" / "inner"));
}

TEST_F(CopyTree, LeavesItselfOutWhenTheDestinationIsInside) {
    const fs::path inside = from_ / "build";
    ASSERT_TRUE(copy_tree(from_, inside));
    EXPECT_TRUE(fs::exists(inside / "src" / "run.sh"));
    EXPECT_FALSE(fs::exists(inside / "build"));
}

TEST_F(CopyTree, ReplacesAFileAndNotWhatItLinksTo) {
    ASSERT_TRUE(make_folders(to_ / "src"));
    ASSERT_TRUE(write_file_atomically(dir_.path() / "precious", "precious"));
    fs::create_symlink(dir_.path() / "precious", to_ / "src" / "run.sh");
    ASSERT_TRUE(copy_tree(from_, to_));
    EXPECT_EQ(read_file(dir_.path() / "precious").value(), "precious");
    EXPECT_EQ(read_file(to_ / "src" / "run.sh").value(), "#!/bin/sh\n");
}

TEST_F(CopyTree, SkipsPipes) {
    ASSERT_EQ(::mkfifo((from_ / "pipe").c_str(), 0600), 0);
    ASSERT_TRUE(copy_tree(from_, to_));
    EXPECT_FALSE(fs::exists(to_ / "pipe"));
}

TEST_F(CopyTree, StopsWhenCancelled) {
    const CopyOptions options;
    options.cancel.cancel();
    EXPECT_FALSE(copy_tree(from_, to_, options));
    EXPECT_FALSE(fs::exists(to_));
}

} // namespace
} // namespace samara::os
