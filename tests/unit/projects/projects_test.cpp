#include "projects/projects.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace samara::projects {
namespace {

const File* file_called(const std::vector<File>& files, std::string_view path) {
    const auto found = std::find_if(
        files.begin(), files.end(), [&](const File& file) { return file.path == path; });
    return found == files.end() ? nullptr : &*found;
}

bool contains(const File& file, std::string_view text) {
    return file.text.find(text) != std::string::npos;
}

TEST(Projects, NamesAreThoseOfFolders) {
    for (const char* good : {"app", "my-app", "My_App.2", "0"}) {
        EXPECT_TRUE(check_name(good).has_value()) << good;
    }
    for (const char* bad : {"", ".", "..", ".app", "-app", "a/b", "a b", "a\nb", "\xC3\xA9"}) {
        EXPECT_FALSE(check_name(bad).has_value()) << bad;
    }
}

TEST(Projects, StacksHaveNamesThatCloudFormationTakes) {
    EXPECT_EQ(stack_name("my-app"), "my-app");
    EXPECT_EQ(stack_name("my_app.2"), "my-app-2");
    EXPECT_EQ(stack_name("2nd"), "app-2nd");
}

TEST(Projects, BaseImagesTellRuntimeAndFamily) {
    Wanted wanted;
    ASSERT_TRUE(read_base_image("amazon/python3.13-base", wanted).has_value());
    EXPECT_EQ(wanted.runtime, "python3.13");
    EXPECT_EQ(wanted.family, "");
    ASSERT_TRUE(read_base_image("amazon/go-provided.al2023-base", wanted).has_value());
    EXPECT_EQ(wanted.runtime, "provided.al2023");
    EXPECT_EQ(wanted.family, "go");
    for (const char* bad : {"", "python3.13", "amazon/python9.9-base", "amazon/-base"}) {
        EXPECT_FALSE(read_base_image(bad, wanted).has_value()) << bad;
    }
}

TEST(Projects, AliasesOfTheSamCliFindTheOnesLikeThem) {
    Wanted wanted;
    wanted.name = "quick-start-sqs";
    const auto found = matches(wanted);
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found.front().project->name, "queue-worker");
}

TEST(Projects, RetiredRuntimesAreOfferedToNobodyAndTakenByName) {
    for (const Match& match : matches({})) {
        EXPECT_EQ(
            std::count(match.variant->runtimes.begin(), match.variant->runtimes.end(), "python3.7"),
            0);
    }
    Wanted wanted;
    wanted.runtime = "python3.7";
    EXPECT_FALSE(matches(wanted).empty());
}

TEST(Projects, ChoicesDecideAboutLines) {
    Wanted wanted;
    wanted.name = "hello-world";
    wanted.runtime = "python3.13";
    const auto found = matches(wanted);
    ASSERT_FALSE(found.empty());
    Choices choices;
    choices.name = "app";
    choices.runtime = "python3.13";
    const auto plain = files_of(found.front(), choices);
    ASSERT_NE(file_called(plain, "template.yaml"), nullptr);
    EXPECT_FALSE(contains(*file_called(plain, "template.yaml"), "Tracing"));
    EXPECT_FALSE(contains(*file_called(plain, "template.yaml"), "#?"));
    choices.tracing = true;
    choices.architecture = "arm64";
    const auto traced = files_of(found.front(), choices);
    EXPECT_TRUE(contains(*file_called(traced, "template.yaml"), "    Tracing: Active\n"));
    EXPECT_TRUE(contains(*file_called(traced, "template.yaml"), "- arm64\n"));
    EXPECT_TRUE(contains(*file_called(traced, "samconfig.toml"), "stack_name = \"app\"\n"));
    EXPECT_NE(file_called(traced, ".gitignore"), nullptr);
}

} // namespace
} // namespace samara::projects
