#include "aws_client/credential_cache.h"
#include "aws_client/credentials.h"
#include "base/iso_time.h"
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
        set("AWS_EC2_METADATA_DISABLED", "true");
        set("HOME", folder_.path().string());
    }

    void TearDown() override {
        for (const auto& [name, value] : saved_) {
            value ? setenv(name, value->c_str(), 1) : unsetenv(name);
        }
    }

    static void set(const char* name, const std::string& value) { setenv(name, value.c_str(), 1); }

    // What functions get of the profile; why not is in warnings_.
    base::Result<Credentials> found(const std::string& profile) {
        const auto callers = CallerCredentials::open(
            {.region = {}, .profile = profile},
            base::Log([this](base::LogLevel level, std::string_view line) {
                if (level == base::LogLevel::warning) {
                    warnings_.emplace_back(line);
                }
            }));
        return callers ? base::Result<Credentials>((*callers)->now()) : base::fail(callers.error());
    }

    std::vector<std::string> warnings_;

    void write(const std::string& name, std::string_view text) {
        ASSERT_TRUE(os::write_file_atomically(folder_.path() / name, text));
    }

protected:
    os::TempDir folder_ = os::TempDir::create("credentials-test").value();

private:
    static constexpr std::array<const char*, 13> names_{
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_DEFAULT_PROFILE",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONFIG_FILE",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "HOME"};
    std::vector<std::pair<const char*, std::optional<std::string>>> saved_;
};

TEST_F(CredentialsTest, StandInsWhereThereAreNone) {
    EXPECT_EQ(found("")->access_key_id, "defaultkey");
    EXPECT_EQ(found("")->secret_access_key, "defaultsecret");
    EXPECT_EQ(find_region("", ""), "us-east-1");
}

TEST_F(CredentialsTest, TheEnvironmentComesBeforeTheDefaultProfile) {
    write("credentials", "[default]\naws_access_key_id = file\naws_secret_access_key = s\n");
    EXPECT_EQ(found("")->access_key_id, "file");
    set("AWS_ACCESS_KEY_ID", "env");
    set("AWS_SECRET_ACCESS_KEY", "e");
    set("AWS_SESSION_TOKEN", "t");
    EXPECT_EQ(found("")->access_key_id, "env");
    EXPECT_EQ(found("")->session_token, "t");
}

TEST_F(CredentialsTest, ANamedProfileIsFoundInBothFiles) {
    write(
        "credentials",
        "[a]\naws_access_key_id=ka\naws_secret_access_key=sa\naws_session_token=ta\n");
    write(
        "config",
        "[profile b]\naws_access_key_id = kb\naws_secret_access_key = sb\nregion = eu-west-3\n");
    EXPECT_EQ(found("a")->session_token, "ta");
    EXPECT_EQ(found("b")->access_key_id, "kb");
    EXPECT_EQ(find_region("", "b"), "eu-west-3");
    EXPECT_FALSE(found("c"));
}

TEST_F(CredentialsTest, AProfileOfTheEnvironmentGivesWayToItsKeys) {
    write(
        "credentials",
        "[dev]\naws_access_key_id = dev\naws_secret_access_key = s\n"
        "[old]\naws_access_key_id = old\naws_secret_access_key = s\n");
    write("config", "[profile dev]\nregion = eu-west-3\n");
    set("AWS_PROFILE", "dev");
    EXPECT_EQ(found("")->access_key_id, "dev");
    EXPECT_EQ(find_region("", ""), "eu-west-3");
    EXPECT_EQ(found("old")->access_key_id, "old");
    set("AWS_DEFAULT_PROFILE", "old");
    EXPECT_EQ(found("")->access_key_id, "old");
    set("AWS_ACCESS_KEY_ID", "env");
    set("AWS_SECRET_ACCESS_KEY", "e");
    EXPECT_EQ(found("")->access_key_id, "env");
    EXPECT_EQ(found("dev")->access_key_id, "dev");
}

TEST_F(CredentialsTest, AProgramIsAskedWhenSomebodyWantsItsAnswerAndNotBefore) {
    const std::string mark = (folder_.path() / "asked").string();
    write(
        "config",
        "[default]\ncredential_process = sh -c 'echo >> " + mark +
            R"(; echo "{\"Version\": 1, \"AccessKeyId\": \"p\", \"SecretAccessKey\": \"s\"}"')");
    const auto callers = CallerCredentials::open({}, {});
    ASSERT_TRUE(callers);
    EXPECT_FALSE(os::read_file(mark));
    EXPECT_EQ((*callers)->now().access_key_id, "p");
    EXPECT_EQ((*callers)->now().access_key_id, "p");
    EXPECT_EQ(*os::read_file(mark), "\n") << "it was asked once";
}

TEST_F(CredentialsTest, WhatCannotBeHadIsReportedOnceAndStandInsDo) {
    const std::string mark = (folder_.path() / "asked").string();
    write(
        "config",
        "[default]\ncredential_process = sh -c 'echo >> " + mark + "; echo no >&2; exit 3'\n");
    const auto callers = CallerCredentials::open(
        {},
        base::Log([this](base::LogLevel, std::string_view line) { warnings_.emplace_back(line); }));
    ASSERT_TRUE(callers);
    EXPECT_EQ((*callers)->now().access_key_id, "defaultkey");
    EXPECT_EQ((*callers)->now().access_key_id, "defaultkey");
    ASSERT_EQ(warnings_.size(), 1U);
    EXPECT_NE(warnings_[0].find("custom-process: no"), std::string::npos) << warnings_[0];
    EXPECT_EQ(*os::read_file(mark), "\n") << "nobody is asked again at once";
}

TEST_F(CredentialsTest, WhereThereAreNoneNobodyIsWarned) {
    EXPECT_EQ(found("")->access_key_id, "defaultkey");
    EXPECT_TRUE(warnings_.empty());
}

TEST_F(CredentialsTest, TimesBeyondTheClockAreAsGoodAsNever) {
    using Clock = std::chrono::system_clock;
    const auto time = [](std::string_view text) { return parse_precise_time(text).value(); };
    EXPECT_EQ(base::iso_seconds(time("2262-01-02T03:04:05Z")), "2262-01-02T03:04:05Z");
    for (const char* late : {"2263-01-01T00:00:00Z", "9999-12-31T23:59:59.999+00:00"}) {
        EXPECT_GT(time(late), Clock::now() + std::chrono::years(200)) << late;
        EXPECT_TRUE(lasts(Keys{"i", "s", "", time(late)}, std::chrono::minutes(15))) << late;
    }
    EXPECT_LT(time("0001-01-01T00:00:00Z"), Clock::now());
    EXPECT_FALSE(lasts(Keys{"i", "s", "", time("0001-01-01T00:00:00Z")}, std::chrono::minutes(15)));
    EXPECT_EQ(
        in_range(std::chrono::milliseconds::max()),
        in_range(std::chrono::milliseconds::max() - std::chrono::milliseconds(1)));
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
