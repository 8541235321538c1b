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

TEST_F(File, ReplacesWithoutLeavingTemporaries) {
    ASSERT_TRUE(write_file_atomically(path_, "old"));
    ASSERT_TRUE(write_file_atomically(path_, "new"));
    EXPECT_EQ(read_file(path_).value(), "new");
    EXPECT_EQ(std::distance(fs::directory_iterator(dir_.path()), fs::directory_iterator()), 1);
}

TEST_F(File, ReadsWhatHasNoSize) {
    EXPECT_THAT(read_file("/proc/self/status").value(), HasSubstr("Name:"));
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
