#include "os/file.h"
#include "os/project_links.h"
#include "os/temp_dir.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace samara::os {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class ProjectLinksTest : public testing::Test {
protected:
    void SetUp() override {
        for (const char* folder : {"repo/app/code", "repo/shared", "elsewhere"}) {
            ASSERT_TRUE(make_folders(dir_.path() / folder));
        }
        ASSERT_TRUE(write_file_atomically(repo_ / "shared/common.py", "common"));
        ASSERT_TRUE(write_file_atomically(dir_.path() / "elsewhere/secret", "secret"));
        fs::create_symlink("../../shared/common.py", code_ / "common.py");
    }

    ProjectLinks links(const fs::path& project, bool follow_out = true) {
        const base::Log log([this](base::LogLevel level, std::string_view line) {
            if (level == base::LogLevel::warning) {
                warnings_.emplace_back(line);
            }
        });
        return {project, follow_out, log};
    }

    base::Result<void> copy(const fs::path& project, bool follow_out = true) {
        CopyOptions options;
        options.symlinks = SymlinkMode::follow;
        options.follow = links(project, follow_out);
        static_cast<void>(remove_tree(to_));
        return copy_tree(code_, to_, options);
    }

    TempDir dir_ = TempDir::create("test").value();
    fs::path repo_ = dir_.path() / "repo";
    fs::path code_ = repo_ / "app/code";
    fs::path to_ = dir_.path() / "to";
    std::vector<std::string> warnings_;
};

TEST_F(ProjectLinksTest, AreFollowedInsideTheProject) {
    ASSERT_TRUE(copy(repo_, false));
    EXPECT_EQ(read_file(to_ / "common.py").value(), "common");
    EXPECT_THAT(warnings_, ElementsAre());
}

TEST_F(ProjectLinksTest, AreToldOnceOutsideOfIt) {
    fs::create_symlink(dir_.path() / "elsewhere", code_ / "folder");
    fs::create_symlink(dir_.path() / "elsewhere/secret", code_ / "file");
    ASSERT_TRUE(copy(repo_));
    EXPECT_EQ(read_file(to_ / "folder/secret").value(), "secret");
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("leads out of the project")));
}

TEST_F(ProjectLinksTest, AreRefusedOutsideOfItWhenAsked) {
    for (const char* target : {"../../../elsewhere", "../../../elsewhere/secret", "/etc/passwd"}) {
        fs::create_symlink(target, code_ / "link");
        const auto copied = copy(repo_, false);
        ASSERT_FALSE(copied) << target;
        EXPECT_THAT(copied.error().message, HasSubstr("out of the project"));
        EXPECT_FALSE(fs::exists(to_ / "link"));
        fs::remove(code_ / "link");
    }
    // By way of one that leads nowhere else.
    fs::create_symlink("../../elsewhere", repo_ / "app/through");
    fs::create_symlink("../through/secret", code_ / "link");
    EXPECT_FALSE(copy(repo_, false));
}

TEST_F(ProjectLinksTest, ANeighbourWithALongerNameIsOutside) {
    ASSERT_TRUE(make_folders(dir_.path() / "repo-other"));
    fs::create_symlink(dir_.path() / "repo-other", code_ / "link");
    EXPECT_FALSE(copy(repo_, false));
}

TEST_F(ProjectLinksTest, FoldersThatAreWrittenKeepToTheSameRule) {
    fs::create_symlink("../shared", repo_ / "app/inside");
    fs::create_symlink(dir_.path() / "elsewhere", repo_ / "app/outside");
    fs::create_symlink("../outside", repo_ / "app/code/by_way_of_one");
    for (const char* folder :
         {"app/inside/build", "app/new/build", "app/inside", "app/../app/new"}) {
        EXPECT_TRUE(links(repo_, false).check_written(repo_ / folder)) << folder;
    }
    EXPECT_TRUE(links(repo_, false).check_written(dir_.path() / "elsewhere/build")) << "no link";
    EXPECT_THAT(warnings_, ElementsAre());
    for (const char* folder : {"app/outside/build", "app/outside", "app/code/by_way_of_one/a/b"}) {
        const auto refused = links(repo_, false).check_written(repo_ / folder);
        ASSERT_FALSE(refused) << folder;
        EXPECT_THAT(refused.error().message, HasSubstr("is a link out of the project"));
    }
    const ProjectLinks told = links(repo_);
    EXPECT_TRUE(told.check_written(repo_ / "app/outside/build"));
    EXPECT_TRUE(told.check_written(repo_ / "app/outside/cache"));
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("what is written there goes with it")));
}

TEST_F(ProjectLinksTest, AWayThatLeadsToNothingIsNamed) {
    fs::create_symlink("../gone", repo_ / ".aws-sam");
    const auto checked = links(repo_).check_written(repo_ / ".aws-sam/build");
    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().message, HasSubstr("/gone, which is not there"));
}

TEST_F(ProjectLinksTest, AProjectMayItselfBeBehindALink) {
    fs::create_symlink(repo_, dir_.path() / "work");
    fs::create_symlink(dir_.path() / "elsewhere", repo_ / "out");
    const fs::path work = dir_.path() / "work";
    EXPECT_TRUE(links(work, false).check_written(work / "app/new"));
    EXPECT_FALSE(links(work, false).check_written(work / "out/new"));
}

TEST_F(ProjectLinksTest, TheTargetOfWhatIsNoLinkIsItself) {
    fs::create_symlink("app/code", repo_ / "link");
    EXPECT_EQ(link_target(repo_ / "link"), fs::canonical(code_));
    EXPECT_EQ(link_target(repo_ / "link/new"), repo_ / "link/new");
    EXPECT_EQ(link_target(repo_ / "new"), repo_ / "new");
}

TEST_F(ProjectLinksTest, TheProjectIsTheGitWorkTree) {
    EXPECT_EQ(project_root(code_), fs::canonical(code_));
    EXPECT_FALSE(copy(project_root(code_), false));
    ASSERT_TRUE(make_folders(repo_ / ".git"));
    EXPECT_EQ(project_root(code_), fs::canonical(repo_));
    EXPECT_TRUE(copy(project_root(code_), false));
    ASSERT_TRUE(write_file_atomically(repo_ / "app/.git", "gitdir: elsewhere"));
    EXPECT_EQ(project_root(code_), fs::canonical(repo_ / "app"));
}

} // namespace
} // namespace samara::os
