#include "config/settings.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SettingsFile : public testing::Test {
protected:
    base::Result<Settings> load(std::string_view text, std::string_view name = "samconfig.toml") {
        const auto path = folder_->path() / name;
        EXPECT_TRUE(os::write_file_atomically(path, text));
        return Settings::load(path);
    }

    base::Result<os::TempDir> folder_ = os::TempDir::create("config-test");
};

constexpr std::string_view sample = R"(version = 0.1
[default.global.parameters]
stack_name = "video"
region = "us-east-1"

[default.build.parameters]
cached = true
parallel = false
region = "eu-west-1"

[default.local_start_api.parameters]
port = 4000
parameter-overrides = ["Stage=dev", "Size=3"]

[prod.local_start_api.parameters]
add_host = { db = "10.0.0.1" }
)";

TEST_F(SettingsFile, ACommandHasItsOwnOverTheGlobalOptions) {
    const auto settings = load(sample);
    ASSERT_TRUE(settings) << base::to_string(settings.error());
    const Parameters build = settings->parameters("default", "build");
    ASSERT_EQ(build.size(), 4U);
    EXPECT_EQ(build.at("cached"), data::Value(true));
    EXPECT_EQ(build.at("region"), data::Value("eu-west-1"));
    EXPECT_EQ(build.at("stack_name"), data::Value("video"));
}

TEST_F(SettingsFile, WordsOfCommandsAndOptionsAreJoinedByUnderscores) {
    const auto settings = load(sample);
    ASSERT_TRUE(settings);
    const Parameters api = settings->parameters("default", "local start-api");
    EXPECT_EQ(api.at("port"), data::Value(4000));
    EXPECT_THAT(arguments(api.at("parameter_overrides")), ElementsAre("Stage=dev", "Size=3"));
    EXPECT_THAT(
        arguments(settings->parameters("prod", "local start-api").at("add_host")),
        ElementsAre("db=10.0.0.1"));
}

TEST_F(SettingsFile, ValuesKnowTheirPlace) {
    const auto settings = load(sample);
    ASSERT_TRUE(settings);
    const base::Location where = settings->parameters("default", "build").at("cached").where();
    EXPECT_THAT(base::to_string(where), HasSubstr("samconfig.toml:7:10"));
}

TEST_F(SettingsFile, UnknownEnvironmentsAndCommandsHaveNothing) {
    const auto settings = load(sample);
    ASSERT_TRUE(settings);
    EXPECT_TRUE(settings->parameters("staging", "build").empty());
    EXPECT_TRUE(settings->parameters("prod", "build").empty());
    EXPECT_TRUE(settings->parameters("version", "build").empty());
    EXPECT_FALSE(settings->has_environment("staging"));
    EXPECT_FALSE(settings->has_environment("version"));
    EXPECT_THAT(settings->environments(), ElementsAre("default", "prod"));
}

TEST_F(SettingsFile, YamlAndJsonSayTheSame) {
    const auto yaml = load(
        "version: 0.1\ndefault:\n  build:\n    parameters:\n      cached: true\n",
        "samconfig.yaml");
    ASSERT_TRUE(yaml) << base::to_string(yaml.error());
    EXPECT_EQ(yaml->parameters("default", "build").at("cached"), data::Value(true));
    const auto json = load(
        R"({"version": 0.1, "default": {"build": {"parameters": {"cached": true}}}})",
        "samconfig.json");
    ASSERT_TRUE(json) << base::to_string(json.error());
    EXPECT_EQ(json->parameters("default", "build").at("cached"), data::Value(true));
}

TEST_F(SettingsFile, AnEmptyFileConfiguresNothing) {
    const auto settings = load("");
    ASSERT_TRUE(settings);
    EXPECT_TRUE(settings->environments().empty());
    EXPECT_TRUE(load("", "samconfig.yaml"));
}

TEST_F(SettingsFile, ASyntaxErrorHasAPlace) {
    const auto settings = load("version = 0.1\n[default.build.parameters]\ncached = tru\n");
    ASSERT_FALSE(settings);
    EXPECT_THAT(base::to_string(settings.error()), HasSubstr("samconfig.toml:3:"));
}

TEST_F(SettingsFile, AWrongShapeHasAPlace) {
    const auto section = load("version = 0.1\n[default]\nbuild = 3\n");
    ASSERT_FALSE(section);
    EXPECT_THAT(
        base::to_string(section.error()),
        HasSubstr("samconfig.toml:3:9: default.build must be a table, not a number"));
    EXPECT_FALSE(load("version = 0.1\ndefault = 1\n"));
    EXPECT_FALSE(load("version = 0.1\n[default.build]\nparameters = []\n"));
    EXPECT_FALSE(load("- a\n", "samconfig.yaml"));
}

TEST_F(SettingsFile, SaysItsVersionAsAFraction) {
    for (const std::string_view text :
         {"[default.build.parameters]\ncached = true\n",
          "version = 1\n",
          "version = \"0.1\"\n",
          "version = \"one\"\n"}) {
        const auto settings = load(text);
        ASSERT_FALSE(settings) << text;
        EXPECT_EQ(
            settings.error().message, "'version' key is not present or is in unrecognized format.");
    }
    EXPECT_FALSE(load("default: {build: {parameters: {cached: true}}}\n", "samconfig.yaml"));
    EXPECT_FALSE(load("version: '0.1'\n", "samconfig.yaml"));
    EXPECT_FALSE(load(R"({"version": 1})", "samconfig.json"));
    EXPECT_TRUE(load("version = 2.0\n"));
    EXPECT_TRUE(load("{}", "samconfig.json"));
}

TEST_F(SettingsFile, AnotherExtensionIsRefused) {
    const auto settings = load("version = 0.1\n", "samconfig.ini");
    ASSERT_FALSE(settings);
    EXPECT_THAT(
        settings.error().message,
        HasSubstr("samconfig.ini uses an unsupported extension, and cannot be read."));
    EXPECT_FALSE(load("version = 0.1\n", "samconfig"));
}

TEST_F(SettingsFile, TomlIsPreferred) {
    EXPECT_THAT(find_settings(folder_->path()), IsEmpty());
    ASSERT_TRUE(load("", "samconfig.yml"));
    EXPECT_THAT(find_settings(folder_->path()), ElementsAre(folder_->path() / "samconfig.yml"));
    ASSERT_TRUE(load("", "samconfig.toml"));
    EXPECT_THAT(
        find_settings(folder_->path()),
        ElementsAre(folder_->path() / "samconfig.toml", folder_->path() / "samconfig.yml"));
}

TEST_F(SettingsFile, AMissingFileIsAnError) {
    EXPECT_FALSE(Settings::load(folder_->path() / "none.toml"));
}

} // namespace
} // namespace samara::config
