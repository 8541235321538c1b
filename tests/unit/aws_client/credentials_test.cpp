#include "aws_client/credentials.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <cstdlib>

#include <gtest/gtest.h>

namespace samara::aws_client {
namespace {

// Points the AWS variables at files of its own, and puts back what was there.
class CredentialsTest : public testing::Test {
protected:
    void SetUp() override {
        for (const char* name : names_) {
            const char* value = std::getenv(name);
            saved_.emplace_back(
                name, value == nullptr ? std::nullopt : std::optional<std::string>(value));
            unsetenv(name);
        }
        set("AWS_SHARED_CREDENTIALS_FILE", (folder_.path() / "credentials").string());
        set("AWS_CONFIG_FILE", (folder_.path() / "config").string());
    }

    void TearDown() override {
        for (const auto& [name, value] : saved_) {
            value ? setenv(name, value->c_str(), 1) : unsetenv(name);
        }
    }

    static void set(const char* name, const std::string& value) { setenv(name, value.c_str(), 1); }

    void write(const std::string& name, std::string_view text) {
        ASSERT_TRUE(os::write_file_atomically(folder_.path() / name, text));
    }

private:
    static constexpr std::array<const char*, 9> names_{
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_DEFAULT_PROFILE",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONFIG_FILE"};
    os::TempDir folder_ = os::TempDir::create("credentials-test").value();
    std::vector<std::pair<const char*, std::optional<std::string>>> saved_;
};

TEST_F(CredentialsTest, StandInsWhereThereAreNone) {
    EXPECT_EQ(find_credentials("")->access_key_id, "defaultkey");
    EXPECT_EQ(find_credentials("")->secret_access_key, "defaultsecret");
    EXPECT_EQ(find_region("", ""), "us-east-1");
}

TEST_F(CredentialsTest, TheEnvironmentComesBeforeTheDefaultProfile) {
    write("credentials", "[default]\naws_access_key_id = file\naws_secret_access_key = s\n");
    EXPECT_EQ(find_credentials("")->access_key_id, "file");
    set("AWS_ACCESS_KEY_ID", "env");
    set("AWS_SECRET_ACCESS_KEY", "e");
    set("AWS_SESSION_TOKEN", "t");
    EXPECT_EQ(find_credentials("")->access_key_id, "env");
    EXPECT_EQ(find_credentials("")->session_token, "t");
}

TEST_F(CredentialsTest, ANamedProfileIsFoundInBothFiles) {
    write(
        "credentials",
        "[a]\naws_access_key_id=ka\naws_secret_access_key=sa\naws_session_token=ta\n");
    write(
        "config",
        "[profile b]\naws_access_key_id = kb\naws_secret_access_key = sb\nregion = eu-west-3\n");
    EXPECT_EQ(find_credentials("a")->session_token, "ta");
    EXPECT_EQ(find_credentials("b")->access_key_id, "kb");
    EXPECT_EQ(find_region("", "b"), "eu-west-3");
    EXPECT_FALSE(find_credentials("c"));
}

TEST_F(CredentialsTest, AProfileOfTheEnvironmentGivesWayToItsKeys) {
    write(
        "credentials",
        "[dev]\naws_access_key_id = dev\naws_secret_access_key = s\n"
        "[old]\naws_access_key_id = old\naws_secret_access_key = s\n");
    write("config", "[profile dev]\nregion = eu-west-3\n");
    set("AWS_PROFILE", "dev");
    EXPECT_EQ(find_credentials("")->access_key_id, "dev");
    EXPECT_EQ(find_region("", ""), "eu-west-3");
    EXPECT_EQ(find_credentials("old")->access_key_id, "old");
    set("AWS_DEFAULT_PROFILE", "old");
    EXPECT_EQ(find_credentials("")->access_key_id, "old");
    set("AWS_ACCESS_KEY_ID", "env");
    set("AWS_SECRET_ACCESS_KEY", "e");
    EXPECT_EQ(find_credentials("")->access_key_id, "env");
    EXPECT_EQ(find_credentials("dev")->access_key_id, "dev");
}

TEST_F(CredentialsTest, TheOptionIsTheFirstRegion) {
    set("AWS_DEFAULT_REGION", "eu-central-1");
    EXPECT_EQ(find_region("", ""), "eu-central-1");
    set("AWS_REGION", "eu-north-1");
    EXPECT_EQ(find_region("", ""), "eu-north-1");
    EXPECT_EQ(find_region("sa-east-1", ""), "sa-east-1");
}

} // namespace
} // namespace samara::aws_client
