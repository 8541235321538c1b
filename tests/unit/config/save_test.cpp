#include "config/save.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <gtest/gtest.h>

namespace samara::config {
namespace {

constexpr std::string_view sample = R"(# my settings
version = 0.1

[default.build.parameters] # for everyone
cached = true   # fast
name = "ä ö" # two
hosts = [
  "a",
  "b",
]

# the API
[default.local_start_api.parameters]
port = 4000
)";

TEST(EditToml, KeepsCommentsAndEverythingElse) {
    const auto text = edit_toml(
        sample,
        "default",
        "build",
        {{"cached", false},
         {"name", "x\"y"},
         {"hosts", data::List{"c"}},
         {"build_dir", "out put"}});
    ASSERT_TRUE(text) << base::to_string(text.error());
    EXPECT_EQ(*text, R"(# my settings
version = 0.1

[default.build.parameters] # for everyone
cached = false   # fast
name = "x\"y" # two
hosts = ["c"]
build_dir = "out put"

# the API
[default.local_start_api.parameters]
port = 4000
)");
}

TEST(EditToml, AddsASectionAtTheEnd) {
    const auto text =
        edit_toml("version = 0.1", "default", "local start-api", {{"port", 3001}, {"host", "::1"}});
    ASSERT_TRUE(text) << base::to_string(text.error());
    EXPECT_EQ(
        *text,
        "version = 0.1\n\n[default.local_start_api.parameters]\nhost = \"::1\"\nport = 3001\n");
}

TEST(EditToml, FindsAnOptionWrittenWithDashes) {
    const auto text = edit_toml(
        "[a.build.parameters]\nbuild-dir = 'x'", "a", "build", {{"build_dir", "y"}, {"z", 1.0}});
    ASSERT_TRUE(text) << base::to_string(text.error());
    EXPECT_EQ(*text, "[a.build.parameters]\nbuild-dir = \"y\"\nz = 1.0\n");
}

TEST(EditToml, RefusesWhatItCannotEditRatherThanBreakIt) {
    const auto inline_table =
        edit_toml("a = { build = { parameters = { x = 1 } } }\n", "a", "build", {{"y", 2}});
    ASSERT_FALSE(inline_table);
    EXPECT_EQ(inline_table.error().message, "cannot edit the section a.build.parameters");
    EXPECT_FALSE(edit_toml("not toml", "a", "build", {{"y", 2}}));
}

TEST(SaveParameters, MakesTheFileAndThenChangesIt) {
    const auto folder = os::TempDir::create("config-test");
    ASSERT_TRUE(folder);
    const auto path = folder->path() / "samconfig.toml";
    ASSERT_TRUE(save_parameters(path, "default", "build", {{"cached", true}}));
    EXPECT_EQ(
        os::read_file(path).value_or(""),
        "version = 0.1\n\n[default.build.parameters]\ncached = true\n");
    ASSERT_TRUE(save_parameters(path, "default", "build", {{"cached", false}}));
    const auto settings = Settings::load(path);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->parameters("default", "build").at("cached"), data::Value(false));
}

TEST(SaveParameters, AnEmptyFileGetsAVersion) {
    const auto folder = os::TempDir::create("config-test");
    ASSERT_TRUE(folder);
    for (const char* name : {"samconfig.toml", "samconfig.yaml", "samconfig.json"}) {
        const auto path = folder->path() / name;
        ASSERT_TRUE(os::write_file_atomically(path, ""));
        ASSERT_TRUE(save_parameters(path, "default", "build", {{"cached", true}}));
        EXPECT_TRUE(Settings::load(path)) << name;
    }
}

TEST(SaveParameters, WritesYamlAndJson) {
    const auto folder = os::TempDir::create("config-test");
    ASSERT_TRUE(folder);
    for (const char* name : {"samconfig.yaml", "samconfig.json"}) {
        const auto path = folder->path() / name;
        ASSERT_TRUE(save_parameters(path, "default", "build", {{"cached", true}}));
        ASSERT_TRUE(save_parameters(path, "prod", "local invoke", {{"port", 5}}));
        const auto settings = Settings::load(path);
        ASSERT_TRUE(settings) << base::to_string(settings.error());
        EXPECT_EQ(settings->parameters("default", "build").at("cached"), data::Value(true));
        EXPECT_EQ(settings->parameters("prod", "local invoke").at("port"), data::Value(5));
    }
}

TEST(SaveParameters, AFileThatDoesNotReadIsLeftAlone) {
    const auto folder = os::TempDir::create("config-test");
    ASSERT_TRUE(folder);
    const auto path = folder->path() / "samconfig.toml";
    ASSERT_TRUE(os::write_file_atomically(path, "= broken"));
    const auto saved = save_parameters(path, "default", "build", {{"cached", true}});
    ASSERT_FALSE(saved);
    EXPECT_EQ(base::to_string(saved.error().where), path.string() + ":1:1");
    EXPECT_EQ(os::read_file(path).value_or(""), "= broken");
}

} // namespace
} // namespace samara::config
