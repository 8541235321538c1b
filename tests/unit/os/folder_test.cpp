#include "os/folder.h"
#include "os/temp_dir.h"

#include <gtest/gtest.h>

#include <fcntl.h>

namespace samara::os {
namespace {

struct stat status_of(const std::filesystem::path& path) {
    struct stat status {};

    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status;
}

TEST(Folder, IsNotEnteredTwice) {
    const auto folder = TempDir::create("folder-test");
    ASSERT_TRUE(folder);
    const auto below = folder->path() / "below";
    std::filesystem::create_directory(below);
    std::filesystem::create_directory_symlink("..", below / "up");
    Ancestors ancestors;
    EXPECT_TRUE(ancestors.enter(status_of(folder->path()), "read", folder->path()));
    EXPECT_TRUE(ancestors.enter(status_of(below), "read", below));
    const auto again = ancestors.enter(status_of(below / "up"), "read", "up");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().message, "cannot read up: it is a link to a folder it is in");
    ancestors.leave();
    EXPECT_TRUE(ancestors.enter(status_of(below), "read", below));
}

TEST(Folder, IsOpenedBelowAnother) {
    const auto folder = TempDir::create("folder-test");
    ASSERT_TRUE(folder);
    std::filesystem::create_directory(folder->path() / "below");
    const auto open = open_folder(AT_FDCWD, folder->path().c_str());
    ASSERT_TRUE(open);
    EXPECT_TRUE(open_folder(::dirfd(open.get()), "below"));
    EXPECT_FALSE(open_folder(::dirfd(open.get()), "missing"));
    EXPECT_EQ(errno, ENOENT);
}

} // namespace
} // namespace samara::os
