#include "project.h"

#include <gmock/gmock.h>

namespace samara::build {
namespace {

using testing::HasSubstr;

// Real npm, with packages from folders beside the sources.
class NodejsNpm : public Project {
protected:
    void write_dependency() {
        write("greeting/package.json", R"({"name": "greeting", "version": "1.0.0"})");
        write("greeting/index.js", "module.exports = 'hello';\n");
    }

    static constexpr std::string_view manifest = R"({
  "name": "app",
  "version": "1.0.0",
  "dependencies": {"greeting": "file:../greeting"}
})";
};

TEST_F(NodejsNpm, PackagesAreInstalledAndTheManifestStaysAsWritten) {
    write_dependency();
    write("src/package.json", manifest);
    write("src/app.js", "require('greeting');\n");
    write("src/node_modules/stale/index.js", "");
    add_function("A", "src", "nodejs20.x");
    ASSERT_EQ(message(), "(no error)") << log_text_;
    const std::filesystem::path module = ".aws-sam/build/A/node_modules/greeting";
    EXPECT_EQ(read(module / "index.js"), "module.exports = 'hello';\n");
    EXPECT_FALSE(std::filesystem::is_symlink(root() / module));
    EXPECT_EQ(read(".aws-sam/build/A/package.json"), manifest);
    EXPECT_EQ(read(".aws-sam/build/A/app.js"), "require('greeting');\n");
    EXPECT_FALSE(exists(".aws-sam/build/A/node_modules/stale"));
    EXPECT_FALSE(exists(".aws-sam/build/A/package-lock.json"));
    EXPECT_FALSE(exists("src/package-lock.json"));
}

TEST_F(NodejsNpm, ALayerHasThemUnderNodejs) {
    write_dependency();
    write("layer/package.json", R"({
  "name": "deps", "version": "1.0.0", "dependencies": {"greeting": "file:../greeting"}})");
    add_layer("Deps", "layer", "nodejs20.x");
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_TRUE(exists(".aws-sam/build/Deps/nodejs/node_modules/greeting/index.js"));
}

TEST_F(NodejsNpm, OnlyWhatThePackageNamesIsTaken) {
    write("src/package.json", R"({"name": "app", "version": "1.0.0", "files": ["app.js"]})");
    write("src/app.js", "x");
    write("src/secret.txt", "x");
    add_function("A", "src", "nodejs20.x");
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_TRUE(exists(".aws-sam/build/A/app.js"));
    EXPECT_FALSE(exists(".aws-sam/build/A/secret.txt"));
}

TEST_F(NodejsNpm, APackageWithoutNameOrVersionIsCopied) {
    write_dependency();
    write("src/package.json", R"({"dependencies": {"greeting": "file:../greeting"}})");
    write("src/app.js", "x");
    write("src/node_modules/stale/index.js", "");
    add_function("A", "src", "nodejs20.x");
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_TRUE(exists(".aws-sam/build/A/app.js"));
    EXPECT_TRUE(exists(".aws-sam/build/A/node_modules/greeting/index.js"));
    EXPECT_FALSE(exists(".aws-sam/build/A/node_modules/stale"));
}

TEST_F(NodejsNpm, InSourceThePackagesStayThereAndAreLinked) {
    write_dependency();
    write("src/package.json", manifest);
    write("src/app.js", "x");
    add_function("A", "src", "nodejs20.x");
    request_.build_in_source = true;
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_TRUE(exists("src/node_modules/greeting/index.js"));
    EXPECT_TRUE(std::filesystem::is_symlink(built() / "A/node_modules"));
    EXPECT_TRUE(exists(".aws-sam/build/A/node_modules/greeting/index.js"));
}

TEST_F(NodejsNpm, AManifestThatIsNotThereIsNone) {
    write("src/package.json", R"({"dependencies": {"greeting": "file:../missing"}})");
    write("src/app.js", "exports.handler = 1;");
    add_function("A", "src", "nodejs22.x");
    request_.manifest = root() / "missing.json";
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_TRUE(exists(".aws-sam/build/A/app.js"));
    EXPECT_THAT(log_text_, HasSubstr("package.json file not found. Continuing the build"));
    request_.functions[0].recipe.metadata = data::Map{{"BuildMethod", "esbuild"}};
    EXPECT_THAT(message(), testing::Not(HasSubstr("missing.json")));
}

TEST_F(NodejsNpm, WithoutAManifestTheSourcesAreCopied) {
    write("src/app.js", "x");
    write("src/node_modules/kept/index.js", "x");
    add_function("A", "src", "nodejs22.x");
    ASSERT_TRUE(run());
    EXPECT_TRUE(exists(".aws-sam/build/A/app.js"));
    EXPECT_TRUE(exists(".aws-sam/build/A/node_modules/kept/index.js"));
    EXPECT_THAT(log_text_, HasSubstr("package.json file not found"));
}

TEST_F(NodejsNpm, ABrokenManifestHasAPlace) {
    write("src/package.json", "{\"name\": }");
    add_function("A", "src", "nodejs20.x");
    EXPECT_THAT(message(), HasSubstr("src/package.json:1:10: A: "));
}

TEST_F(NodejsNpm, WhatNpmSaysIsShownWhenItFails) {
    write("src/package.json", R"({
  "name": "app", "version": "1.0.0", "dependencies": {"x": "file:../not-there"}})");
    add_function("A", "src", "nodejs20.x");
    EXPECT_THAT(message(), HasSubstr("A: cannot install the packages of"));
    EXPECT_THAT(log_text_, HasSubstr("npm"));
}

} // namespace
} // namespace samara::build
