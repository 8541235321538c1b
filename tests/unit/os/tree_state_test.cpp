#include "os/file.h"
#include "os/temp_dir.h"
#include "os/tree_state.h"

#include <filesystem>
#include <utility>

#include <gtest/gtest.h>

namespace samara::os {
namespace {

namespace fs = std::filesystem;

class TreeStateTest : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(make_folders(folder_ / "inner"));
        ASSERT_TRUE(write_file_atomically(folder_ / "inner/file", "12345"));
        fs::create_symlink("file", folder_ / "inner/link");
    }

    std::string digest() { return tree_state(folder_).value().digest; }

    TempDir dir_ = TempDir::create("test").value();
    fs::path folder_ = dir_.path() / "tree";
};

TEST_F(TreeStateTest, StaysAsLongAsNothingIsTouched) {
    const TreeState state = tree_state(folder_).value();
    EXPECT_EQ(state.bytes, 5U);
    EXPECT_LT(std::chrono::system_clock::now() - state.changed, std::chrono::minutes(1));
    EXPECT_TRUE(read_file(folder_ / "inner/file"));
    EXPECT_EQ(digest(), state.digest);
}

TEST_F(TreeStateTest, AnyChangeGivesAnother) {
    std::string before = digest();
    const auto changed = [&] {
        const std::string now = digest();
        return std::exchange(before, now) != now;
    };
    ASSERT_TRUE(write_file_atomically(folder_ / "new", ""));
    EXPECT_TRUE(changed()) << "added";
    fs::rename(folder_ / "new", folder_ / "other");
    EXPECT_TRUE(changed()) << "renamed";
    fs::permissions(folder_ / "other", fs::perms::owner_exec, fs::perm_options::add);
    EXPECT_TRUE(changed()) << "made executable";
    fs::remove(folder_ / "other");
    EXPECT_TRUE(changed()) << "removed";
    // The same size, and the time set back, as some tools do.
    const auto time = fs::last_write_time(folder_ / "inner/file");
    ASSERT_TRUE(write_file_atomically(folder_ / "inner/file", "abcde"));
    fs::last_write_time(folder_ / "inner/file", time);
    EXPECT_TRUE(changed()) << "replaced";
}

TEST_F(TreeStateTest, AFolderThatIsNotThereIsAnError) {
    EXPECT_FALSE(tree_state(folder_ / "none"));
}

} // namespace
} // namespace samara::os
