#include "fake_tools.h"

#include <gmock/gmock.h>

/// How the tools of other languages are called, and what is made of what they leave.
namespace samara::build {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(FakeTools, GoIsCalledByTheRecipe) {
    struct Case {
        const char* runtime;
        const char* architecture;
        data::Map properties;
        const char* mode;
        const char* program;
        const char* options;
        const char* environment;
    };

    fake("go", "echo $GOOS $GOARCH $CGO_ENABLED > $3\n");
    write("src/go.mod", "module x\n");
    for (const Case& one : std::initializer_list<Case>{
             {"provided.al2023", "x86_64", {}, "", "bootstrap", "", "linux amd64 0\n"},
             {"provided.al2023", "arm64", {}, "", "bootstrap", "", "linux arm64 0\n"},
             {"go1.x", "x86_64", {}, "", "app.handler", "", "linux amd64 0\n"},
             {"provided.al2023",
              "x86_64",
              {{"TrimGoPath", false}},
              "",
              "bootstrap",
              "",
              "linux amd64 0\n"},
             {"provided.al2023",
              "x86_64",
              {{"TrimGoPath", true}},
              "debug",
              "bootstrap",
              " -trimpath -gcflags=all=-N -l",
              "linux amd64 0\n"}}) {
        const Variable mode("SAM_BUILD_MODE", one.mode);
        request_.functions.clear();
        Function& function = add_function("A", "src", one.runtime);
        function.recipe.architecture = one.architecture;
        function.recipe.metadata =
            data::Map{{"BuildMethod", "go1.x"}, {"BuildProperties", one.properties}};
        request_.anew = true;
        std::filesystem::remove(root() / "calls");
        ASSERT_EQ(message(), "(no error)") << log_text_;
        EXPECT_EQ(read(std::string(".aws-sam/build/A/") + one.program), one.environment);
        EXPECT_THAT(calls(), HasSubstr(std::string("/") + one.program + one.options + "\n"));
    }
    const Variable libraries("CGO_ENABLED", "1");
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_EQ(read(".aws-sam/build/A/bootstrap"), "linux amd64 1\n");
}

TEST_F(FakeTools, DotnetIsCalledByTheRecipe) {
    fake("dotnet", "echo $DOTNET_CLI_TELEMETRY_OPTOUT $DOTNET_NOLOGO > $9/app.dll\n");
    write("src/app.csproj", "");
    add_function("A", "src", "dotnet8");
    const Variable mode("SAM_BUILD_MODE", "debug");
    ASSERT_EQ(message(), "(no error)") << log_text_ << calls();
    EXPECT_EQ(read(".aws-sam/build/A/app.dll"), "1 1\n");
    EXPECT_THAT(
        calls(),
        HasSubstr("publish --configuration Debug --runtime linux-x64 --self-contained false"));
}

TEST_F(FakeTools, CargoLambdaIsCalledByTheRecipe) {
    fake("cargo-lambda", "");
    fake(
        "cargo",
        "while [ $1 != --lambda-dir ]; do shift; done; mkdir -p $2/x; echo > $2/x/bootstrap\n");
    write("src/Cargo.toml", "");
    Function& function = add_function("A", "src", "provided.al2023");
    function.recipe.metadata = data::Map{{"BuildMethod", "rust-cargolambda"}};
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_THAT(calls(), HasSubstr("cargo lambda build --release --lambda-dir "));
    EXPECT_THAT(calls(), Not(HasSubstr("--arm64")));
    EXPECT_THAT(calls(), Not(HasSubstr("--bin")));
    const Variable mode("SAM_BUILD_MODE", "debug");
    function.recipe.architecture = "arm64";
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_THAT(calls(), HasSubstr("cargo lambda build --lambda-dir "));
    EXPECT_THAT(calls(), HasSubstr("--arm64"));
}

// Without cargo-lambda: what cargo says it has made, for the libraries that the runtime has.
TEST_F(FakeTools, CargoAloneTellsItsPrograms) {
    struct Case {
        const char* needs;
        bool warned;
    };

    write("src/Cargo.toml", "");
    fake("rustc", "echo " + (root() / "sysroot").string() + "\n");
    Function& function = add_function("A", "src", "provided.al2023");
    function.recipe.metadata = data::Map{{"BuildMethod", "rust-cargolambda"}};
    request_.anew = true;
    for (const Case& one :
         {Case{"GLIBC_2.34", false},
          Case{"GLIBC_2.4 GLIBC_2.99 GLIBC_2.5", true},
          Case{"nothing", false}}) {
        fake(
            "cargo",
            std::string("echo '") + one.needs + "' > made; echo no json; echo '{\"reason\": 1}'; " +
                "echo '{\"executable\": null, \"target\": {\"name\": \"lib\"}}'; "
                "echo \"{\\\"executable\\\": \\\"$PWD/made\\\", \\\"target\\\": {\\\"name\\\": "
                "\\\"app\\\"}}\"\n");
        ASSERT_EQ(message(), "(no error)") << log_text_;
        EXPECT_EQ(read(".aws-sam/build/A/bootstrap"), std::string(one.needs) + "\n");
        EXPECT_EQ(log_text_.find("made wants glibc 2.99") != std::string::npos, one.warned)
            << log_text_;
    }
    EXPECT_THAT(calls(), HasSubstr("build --target x86_64-unknown-linux-gnu "));
    ASSERT_TRUE(os::make_folders(root() / "sysroot/lib/rustlib/aarch64-unknown-linux-musl/lib"));
    function.recipe.architecture = "arm64";
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_THAT(calls(), HasSubstr("build --target aarch64-unknown-linux-musl "));
    function.recipe.metadata = data::Map{
        {"BuildMethod", "rust-cargolambda"}, {"BuildProperties", data::Map{{"Binary", "other"}}}};
    EXPECT_THAT(message(), HasSubstr("the package makes 0 programs"));
    EXPECT_THAT(calls(), HasSubstr("--bin other"));
}

TEST_F(FakeTools, BundlerIsCalledWhereThereAreGems) {
    fake("bundle", "");
    write("src/app.rb", "x");
    add_function("A", "src", "ruby3.3");
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_EQ(calls(), "(no such file)");
    EXPECT_THAT(log_text_, HasSubstr("Gemfile file not found."));
    write("src/Gemfile", "");
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_THAT(calls(), HasSubstr("config set --local deployment false\nbundle install"));
    write("other.gems", "mine");
    request_.manifest = root() / "other.gems";
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_EQ(read(".aws-sam/build/A/Gemfile"), "mine");
}

// A package of a workspace: its own packages and those above it, each once, the nearest first.
TEST_F(FakeTools, PackagesOfAWorkspaceAreLinkedOneByOne) {
    fake(
        "npm",
        "mkdir -p node_modules/own node_modules/both node_modules/.hidden node_modules/@scope/one\n"
        "echo near > node_modules/both/at; echo file > node_modules/file\n");
    write("package.json", R"({"name": "all", "workspaces": ["src"]})");
    write("node_modules/both/at", "far");
    write("node_modules/above/at", "far");
    write("node_modules/@scope/two/at", "far");
    write("src/package.json", R"({"dependencies": {"own": "1"}})"); // no name: copied, not packed
    write("src/app.js", "x");
    add_function("A", "src", "nodejs20.x");
    request_.build_in_source = true;
    ASSERT_EQ(message(), "(no error)") << log_text_;
    const std::string packages = ".aws-sam/build/A/node_modules/";
    EXPECT_EQ(read(packages + "both/at"), "near\n");
    EXPECT_EQ(read(packages + "above/at"), "far");
    EXPECT_EQ(read(packages + "@scope/two/at"), "far");
    for (const char* there : {"own", "@scope/one"}) {
        EXPECT_TRUE(exists(packages + there)) << there;
    }
    for (const char* none : {".hidden", "file"}) {
        EXPECT_FALSE(exists(packages + none)) << none;
    }
}

TEST_F(FakeTools, TheCacheHasTheLastArtifactOfEach) {
    write("src/app.rb", "1");
    write("other/app.rb", "1");
    add_function("A", "src", "ruby3.3");
    add_function("B", "other", "ruby3.3").recipe.handler = "other.handler";
    request_.cached = true;
    const auto kept = [&] {
        std::size_t folders = 0;
        for (const auto& entry : std::filesystem::directory_iterator(root() / ".aws-sam/cache")) {
            folders += entry.is_directory() ? 1 : 0;
        }
        return folders;
    };
    ASSERT_EQ(message(), "(no error)") << log_text_;
    const std::size_t first = kept();
    EXPECT_GT(first, 0U);
    write("src/app.rb", "another one");
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_EQ(kept(), first);
}

TEST_F(FakeTools, AToolThatFailsIsNamedWithItsExitCode) {
    struct Case {
        const char* tool;
        const char* runtime;
        const char* method;
        const char* failure;
    };

    write("src/go.mod", "module x\n");
    write("src/app.csproj", "");
    write("src/pom.xml", "");
    write("src/Gemfile", "");
    write("src/Cargo.toml", "");
    write("src/package.json", R"({"dependencies": {"x": "1"}})");
    for (const Case& one :
         {Case{"go", "provided.al2023", "go1.x", "cannot compile "},
          Case{"dotnet", "dotnet8", "", "cannot compile "},
          Case{"mvn", "java21", "", "cannot build "},
          Case{"bundle", "ruby3.3", "", "cannot install the gems of "},
          Case{"npm", "nodejs20.x", "", "cannot "}}) {
        fake(one.tool, "echo from the tool; exit 3\n");
        request_.functions.clear();
        add_function("A", "src", one.runtime).recipe.metadata =
            data::Map{{"BuildMethod", one.method}};
        const std::string text = message();
        EXPECT_THAT(text, HasSubstr(std::string("A: ") + one.failure)) << one.tool;
        EXPECT_THAT(text, HasSubstr("exit code 3")) << one.tool;
        EXPECT_THAT(log_text_, HasSubstr("from the tool")) << one.tool;
    }
}

} // namespace
} // namespace samara::build
