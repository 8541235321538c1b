#include "build/digest.h"
#include "os/temp_dir.h"

#include <gtest/gtest.h>

namespace samara::build {
namespace {

namespace fs = std::filesystem;

class ContentDigest : public testing::Test {
protected:
    [[nodiscard]] fs::path root() const { return folder_->path() / "tree"; }

    void SetUp() override {
        ASSERT_TRUE(os::make_folders(root() / "sub"));
        ASSERT_TRUE(os::write_file_atomically(root() / "a", "one"));
        ASSERT_TRUE(os::write_file_atomically(root() / "sub/b", "two"));
        first_ = digest();
        ASSERT_EQ(first_.size(), 64U);
    }

    [[nodiscard]] std::string digest() const {
        return content_digest(root(), {}).value_or("failed");
    }

    std::string first_;

private:
    base::Result<os::TempDir> folder_ = os::TempDir::create("build-test");
};

TEST_F(ContentDigest, TimesDoNotCount) {
    fs::last_write_time(root() / "a", fs::file_time_type::clock::now() - std::chrono::hours(5));
    EXPECT_EQ(digest(), first_);
}

TEST_F(ContentDigest, ContentCounts) {
    ASSERT_TRUE(os::write_file_atomically(root() / "a", "0ne"));
    EXPECT_NE(digest(), first_);
}

TEST_F(ContentDigest, NamesCount) {
    fs::rename(root() / "a", root() / "c");
    EXPECT_NE(digest(), first_);
}

TEST_F(ContentDigest, WhatMovesBetweenFoldersCounts) {
    fs::rename(root() / "sub/b", root() / "b");
    EXPECT_NE(digest(), first_);
}

TEST_F(ContentDigest, PermissionToExecuteCounts) {
    fs::permissions(root() / "a", fs::perms::owner_exec, fs::perm_options::add);
    EXPECT_NE(digest(), first_);
}

TEST_F(ContentDigest, SymbolicLinksCountAsWhatTheyPointAt) {
    fs::create_symlink("a", root() / "link");
    const std::string with_link = digest();
    EXPECT_NE(with_link, first_);
    fs::remove(root() / "link");
    fs::create_symlink("sub", root() / "link");
    EXPECT_NE(digest(), with_link);
}

TEST_F(ContentDigest, WhatIsLeftOutDoesNotCount) {
    os::CopyOptions copy;
    copy.include = [](const fs::path& relative) { return relative != "junk"; };
    const auto before = content_digest(root(), copy);
    ASSERT_TRUE(os::make_folders(root() / "junk/deep"));
    EXPECT_EQ(content_digest(root(), copy).value_or("failed"), before.value_or("missing"));
    EXPECT_NE(digest(), first_);
}

TEST_F(ContentDigest, AMissingFolderFails) {
    EXPECT_FALSE(content_digest(root() / "none", {}));
}

} // namespace
} // namespace samara::build
