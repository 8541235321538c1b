#include "app/doctor/checks.h"
#include "os/temp_dir.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::app::doctor {
namespace {

using testing::HasSubstr;
using testing::Not;

void write(const std::filesystem::path& file, std::string_view text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

TEST(Doctor, NamesCredentialsAndNoValueOfThem) {
    const auto home = os::TempDir::create("doctor");
    ASSERT_TRUE(home);
    write(
        home->path() / ".aws/credentials",
        "[default]\naws_access_key_id = AKIDFILE\naws_secret_access_key = hidden\n");
    write(
        home->path() / ".aws/config",
        "[profile work]\nregion = eu-west-1\n[sso-session main]\nsso_region = x\n");
    const Check check = check_credentials(
        {{"AWS_ACCESS_KEY_ID", "AKIDVARIABLE"},
         {"AWS_SECRET_ACCESS_KEY", "hidden"},
         {"AWS_PROFILE", ""}},
        home->path());
    EXPECT_EQ(check.state, CheckState::good);
    EXPECT_THAT(check.found, HasSubstr("variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"));
    EXPECT_THAT(check.found, Not(HasSubstr("AWS_PROFILE")));
    EXPECT_THAT(check.found, HasSubstr("profiles default in "));
    EXPECT_THAT(check.found, HasSubstr("profiles work in "));
    for (const char* secret : {"AKID", "hidden", "main", "eu-west"}) {
        EXPECT_THAT(check.found, Not(HasSubstr(secret)));
    }
}

TEST(Doctor, ReadsCredentialFilesWhereTheVariablesSay) {
    const auto folder = os::TempDir::create("doctor");
    ASSERT_TRUE(folder);
    write(folder->path() / "elsewhere", "[other]\naws_access_key_id = A\n");
    const Check check = check_credentials(
        {{"AWS_SHARED_CREDENTIALS_FILE", (folder->path() / "elsewhere").string()}}, folder->path());
    EXPECT_THAT(check.found, HasSubstr("profiles other in"));
}

TEST(Doctor, SaysHowToGetCredentialsWhereThereAreNone) {
    const auto home = os::TempDir::create("doctor");
    ASSERT_TRUE(home);
    const Check check = check_credentials({}, home->path());
    EXPECT_EQ(check.state, CheckState::limited);
    EXPECT_THAT(check.mend, HasSubstr("aws configure"));
}

TEST(Doctor, TellsADiskOnceAndOfFoldersThatAreNotThereYet) {
    const auto folder = os::TempDir::create("doctor");
    ASSERT_TRUE(folder);
    const Check check = check_disk(folder->path() / "not/yet", folder->path());
    EXPECT_THAT(check.found, HasSubstr("GB free in " + folder->path().string()));
    EXPECT_THAT(check.found, Not(HasSubstr(",")));
    EXPECT_THAT(check.found, Not(HasSubstr("not/yet")));
}

TEST(Doctor, TellsAFullDisk) {
    const Check check = check_disk("/proc", "/proc"); // no room at all
    EXPECT_EQ(check.state, CheckState::limited);
    EXPECT_THAT(check.mend, HasSubstr("TMPDIR"));
}

} // namespace
} // namespace samara::app::doctor
