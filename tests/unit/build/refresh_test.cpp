#include "build/refresh.h"
#include "project.h"

#include <gmock/gmock.h>

namespace samara::build {
namespace {

using testing::HasSubstr;

class Refresh : public Project {
protected:
    Refreshed refresh(const std::set<std::string>& only = {}) {
        return build::refresh(
            built(), only, base::Log([](base::LogLevel, std::string_view) {}), {});
    }
};

TEST_F(Refresh, TakesUpWhatIsOnlyCopied) {
    for (const char* name : {"a", "b", "layer"}) {
        write(std::filesystem::path(name) / "app.py", "old");
    }
    add_function("A", "a", "python3.11");
    add_function("Again", "a", "python3.11");
    add_function("B", "b", "python3.11");
    add_layer("L", "layer", "python3.11").recipe.compatible_runtimes = {"python3.12"};
    request_.build_in_source = true;
    ASSERT_TRUE(run());
    EXPECT_TRUE(refresh().built.empty());
    const std::string graph = read(".aws-sam/build.toml");
    const std::string text = read(".aws-sam/build/template.yaml");
    write("a/app.py", "new");
    write("layer/app.py", "new");
    EXPECT_TRUE(refresh({"B"}).built.empty());
    const Refreshed refreshed = refresh();
    EXPECT_TRUE(refreshed.newer.empty());
    ASSERT_EQ(refreshed.built.size(), 3U);
    EXPECT_EQ(refreshed.built.at("A"), root() / "a");
    for (const char* path : {"A/app.py", "Again/app.py", "L/python/app.py"}) {
        EXPECT_EQ(read(std::filesystem::path(".aws-sam/build") / path), "new") << path;
    }
    EXPECT_EQ(read(".aws-sam/build/template.yaml"), text);
    EXPECT_EQ(read(".aws-sam/build.toml"), graph);
    EXPECT_TRUE(refresh().built.empty());
    ASSERT_TRUE(run()); // it is the same as a build by hand
    EXPECT_EQ(fate("A"), Fate::unchanged);
    EXPECT_EQ(fate("L"), Fate::unchanged);
}

TEST_F(Refresh, LeavesWhatToolsHaveAPartIn) {
    write("made/Makefile", "build-M:\n\tcp app.sh $(ARTIFACTS_DIR)/bootstrap\n");
    write("made/app.sh", "old");
    write("a/app.py", "old");
    add_function("M", "made", "provided.al2023");
    add_function("A", "a", "python3.11");
    ASSERT_TRUE(run());
    write("made/app.sh", "new");
    write("a/app.py", "new");
    write("a/requirements.txt", "something\n"); // from now on pip would have one
    const Refreshed refreshed = refresh();
    EXPECT_TRUE(refreshed.built.empty());
    EXPECT_EQ(refreshed.newer.size(), 2U);
    EXPECT_EQ(read(".aws-sam/build/M/bootstrap"), "old");
    EXPECT_EQ(read(".aws-sam/build/A/app.py"), "old");
}

TEST_F(Refresh, SourcesThatAreGoneAreNotNewer) {
    write("a/app.py", "old");
    add_function("A", "a", "python3.11");
    ASSERT_TRUE(run());
    ASSERT_TRUE(os::remove_tree(root() / "a"));
    const Refreshed refreshed = refresh();
    EXPECT_TRUE(refreshed.built.empty());
    EXPECT_TRUE(refreshed.newer.empty());
    EXPECT_EQ(read(".aws-sam/build/A/app.py"), "old");
}

TEST_F(Refresh, TellsOfTemplatesThatChanged) {
    write("template.yaml", "Resources: {}\n");
    write("a/app.py", "old");
    add_function("A", "a", "python3.11");
    request_.templates = {root() / "template.yaml"};
    ASSERT_TRUE(run());
    write("template.yaml", "Resources: {}\n");
    EXPECT_TRUE(outdated_templates(built()).empty());
    write("template.yaml", "Resources: {A: {}}\n");
    EXPECT_THAT(outdated_templates(built()), testing::ElementsAre(root() / "template.yaml"));
}

TEST_F(Refresh, WhatThePowerCutShortIsBuiltAgain) {
    write("a/app.py", "all of it");
    add_function("A", "a", "python3.11");
    ASSERT_TRUE(run());
    std::string state = read(".aws-sam/build/.samara-build.json");
    const std::size_t boot = state.find("\"boot\"");
    ASSERT_NE(boot, std::string::npos);
    state.replace(boot, 6, "\"before\"");
    write(".aws-sam/build/.samara-build.json", state);
    ASSERT_TRUE(run());
    EXPECT_EQ(fate("A"), Fate::unchanged);
    write(".aws-sam/build/.samara-build.json", state);
    write(".aws-sam/build/A/app.py", "");
    ASSERT_TRUE(run());
    EXPECT_EQ(read(".aws-sam/build/A/app.py"), "all of it");
}

} // namespace
} // namespace samara::build
