#include "base/strings.h"
#include "build/tool.h"
#include "build/workflow.h"
#include "fake_tools.h"
#include "model/runtimes.h"
#include "os/process.h"

#include <mutex>
#include <thread>

#include <gmock/gmock.h>

namespace samara::build {
namespace {

using testing::HasSubstr;

constexpr std::string_view copy_environment = "echo $GOOS $GOARCH $CGO_ENABLED > $3\n";

TEST_F(FakeTools, GoCompilesABootstrapForTheFunctionsProcessor) {
    fake("go", copy_environment);
    write("src/go.mod", "module x\n");
    Function& function = add_function("A", "src", "provided.al2023");
    function.recipe.architecture = "arm64";
    function.recipe.metadata = data::Map{
        {"BuildMethod", "go1.x"},
        {"BuildProperties", data::Map{{"TrimGoPath", true}, {"GoLdflags", "-s -w"}}}};
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_EQ(read(".aws-sam/build/A/bootstrap"), "linux arm64 0\n");
    EXPECT_THAT(calls(), HasSubstr("/A/bootstrap -trimpath -ldflags -s -w\n"));
}

// What a first build adds to the sources by itself is no reason for a second one.
TEST_F(FakeTools, LockFilesThatToolsWriteAreNoChange) {
    fake("cargo-lambda", "");
    fake("cargo", "touch Cargo.lock; mkdir -p $5/tool && echo rust > $5/tool/bootstrap\n");
    write("src/Cargo.toml", "");
    add_function("A", "src", "provided.al2023").recipe.metadata =
        data::Map{{"BuildMethod", "rust-cargolambda"}};
    for (const bool cached : {false, true}) {
        request_.cached = cached;
        std::filesystem::remove(root() / "src/Cargo.lock");
        ASSERT_EQ(message(), "(no error)") << log_text_;
        EXPECT_TRUE(exists("src/Cargo.lock"));
        ASSERT_EQ(message(), "(no error)");
        EXPECT_EQ(fate("A"), Fate::unchanged) << log_text_;
    }
    write("src/Cargo.lock", "another version\n"); // by hand
    ASSERT_EQ(message(), "(no error)");
    EXPECT_EQ(fate("A"), Fate::built);
}

TEST_F(FakeTools, AChangeDuringTheBuildIsSeenByTheNextOne) {
    fake("cargo-lambda", "");
    fake(
        "cargo",
        "touch Cargo.lock; test -e src.rs || echo new > src.rs; mkdir -p $5/tool && echo rust > "
        "$5/tool/bootstrap\n");
    write("src/Cargo.toml", "");
    add_function("A", "src", "provided.al2023").recipe.metadata =
        data::Map{{"BuildMethod", "rust-cargolambda"}};
    ASSERT_EQ(message(), "(no error)") << log_text_;
    ASSERT_EQ(message(), "(no error)");
    EXPECT_EQ(fate("A"), Fate::built);
    ASSERT_EQ(message(), "(no error)");
    EXPECT_EQ(fate("A"), Fate::unchanged);
}

TEST(Tool, OneThatTakesLongIsNamed) {
    std::mutex mutex;
    std::vector<std::string> lines;
    const base::Log notices([&](base::LogLevel, std::string_view line) {
        const std::lock_guard lock(mutex);
        lines.emplace_back(line);
    });
    WorkflowInput input;
    input.target = "Fn";
    input.notices = notices;
    input.long_time = std::chrono::milliseconds(20);
    const std::jthread canceller([&] { // once it has been said twice
        for (std::size_t said = 0; said < 2;) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            const std::lock_guard lock(mutex);
            said = lines.size();
        }
        input.cancel.cancel();
    });
    const auto hung = try_tool(input, Tool{{"sleep", "1000"}, {}});
    ASSERT_FALSE(hung);
    EXPECT_EQ(hung.error().message, "cancelled");
    EXPECT_THAT(lines.front(), testing::StartsWith("Fn: sleep has been at work for 0 s"));
    const std::size_t before = lines.size();
    input.cancel = {};
    input.long_time = std::chrono::minutes(1);
    EXPECT_TRUE(try_tool(input, Tool{{"true"}, {}}));
    EXPECT_EQ(lines.size(), before);
}

TEST_F(FakeTools, CargoLambdaMakesTheBootstrap) {
    fake("cargo-lambda", "");
    fake("cargo", "mkdir -p $5/tool && echo rust > $5/tool/bootstrap\n");
    write("src/Cargo.toml", "");
    Function& function = add_function("A", "src", "provided.al2023");
    function.recipe.metadata = data::Map{{"BuildMethod", "rust-cargolambda"}};
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_EQ(read(".aws-sam/build/A/bootstrap"), "rust\n");
    function.recipe.metadata = data::Map{
        {"BuildMethod", "rust-cargolambda"}, {"BuildProperties", data::Map{{"Binary", "other"}}}};
    EXPECT_THAT(message(), HasSubstr("the package makes 0 programs"));
    EXPECT_THAT(calls(), HasSubstr("--bin other"));
}

TEST_F(FakeTools, DotnetPublishes) {
    fake("dotnet", "echo dll > $9/app.dll\n");
    write("src/app.csproj", "");
    write("src/bin/Debug/app.dll", "stale");
    add_function("A", "src", "dotnet8").recipe.architecture = "arm64";
    ASSERT_EQ(message(), "(no error)") << log_text_ << calls();
    EXPECT_EQ(read(".aws-sam/build/A/app.dll"), "dll\n");
    EXPECT_THAT(calls(), HasSubstr("dotnet publish --configuration Release --runtime linux-arm64"));
    EXPECT_FALSE(exists(".aws-sam/build/A/bin"));
}

TEST_F(FakeTools, MavenGivesClassesAndJars) {
    fake(
        "mvn",
        "mkdir -p target/classes target/dependency\n"
        "touch target/classes/App.class target/dependency/dep.jar target/app.jar\n");
    write("src/pom.xml", "<project/>");
    add_function("A", "src", "java21");
    add_layer("Deps", "src", "java21");
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_TRUE(exists(".aws-sam/build/A/App.class"));
    EXPECT_TRUE(exists(".aws-sam/build/A/lib/dep.jar"));
    EXPECT_TRUE(exists(".aws-sam/build/Deps/java/lib/dep.jar"));
    EXPECT_TRUE(exists(".aws-sam/build/Deps/java/lib/app.jar"));
    EXPECT_FALSE(exists("src/target"));
}

TEST_F(FakeTools, GradleRunsATaskOfOurs) {
    fake(
        "gradle",
        "for a; do case $a in -Dsamara.artifacts=*) mkdir -p ${a#*=}/lib && touch "
        "${a#*=}/App.class ${a#*=}/lib/dep.jar;; esac; done\n");
    write("src/build.gradle", "");
    add_function("A", "src", "java21");
    add_layer("Deps", "src", "java21");
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_TRUE(exists(".aws-sam/build/A/App.class"));
    EXPECT_TRUE(exists(".aws-sam/build/Deps/java/lib/dep.jar"));
    EXPECT_THAT(calls(), HasSubstr("-Dsamara.layer=false :samaraArtifact"));
    EXPECT_THAT(calls(), HasSubstr("-Dsamara.layer=true :samaraArtifact"));
}

TEST_F(FakeTools, AWrapperGoesBeforeTheProgram) {
    write("src/pom.xml", "<project/>");
    write("src/mvnw", "#!/bin/sh\nmkdir -p target/classes\ntouch target/classes/Wrapped.class\n");
    add_function("A", "src", "java21");
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_TRUE(exists(".aws-sam/build/A/Wrapped.class"));
}

TEST_F(FakeTools, AJavaProjectWithoutABuildFileIsTold) {
    write("src/App.java", "");
    add_function("A", "src", "java21");
    EXPECT_THAT(message(), HasSubstr("there is no build.gradle, build.gradle.kts or pom.xml in"));
}

TEST_F(FakeTools, UvInstallsWhatItsLockSays) {
    fake(
        "uv",
        "case $1 in export) for a; do f=$a; done; echo greeting > $f;; pip) touch $5/greeting.py;; "
        "esac\n");
    write("src/uv.lock", "");
    write("src/pyproject.toml", "[project]\nname = 'app'\n");
    add_function("A", "src", "python3.12").recipe.architecture = "arm64";
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_TRUE(exists(".aws-sam/build/A/greeting.py"));
    EXPECT_THAT(calls(), HasSubstr("uv export --frozen --no-dev"));
    EXPECT_THAT(
        calls(), HasSubstr("--python-version 3.12 --python-platform aarch64-manylinux2014"));
}

TEST_F(FakeTools, PoetryTellsPipWhatToInstall) {
    fake("poetry", "for a; do f=$a; done; touch $f\n");
    write("src/poetry.lock", "");
    write("src/app.py", "x");
    add_function("A", "src", "python3.12");
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_TRUE(exists(".aws-sam/build/A/app.py"));
    EXPECT_THAT(calls(), HasSubstr("poetry export --without-hashes --format requirements.txt"));
}

TEST_F(FakeTools, BundlerPutsGemsIntoVendor) {
    fake(
        "bundle", "case $1 in install) mkdir -p vendor/bundle && touch vendor/bundle/gem;; esac\n");
    write("src/Gemfile", "");
    write("src/Gemfile.lock", "");
    write("src/app.rb", "x");
    add_function("A", "src", "ruby3.3");
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_TRUE(exists(".aws-sam/build/A/vendor/bundle/gem"));
    EXPECT_TRUE(exists(".aws-sam/build/A/app.rb"));
    EXPECT_THAT(calls(), HasSubstr("config set --local deployment true"));
}

TEST_F(FakeTools, EsbuildBundlesTheEntryPoints) {
    fake(
        "esbuild",
        "echo bundle > $(dirname $1)/out; for a; do echo \"$a\" >> args; done\n"
        "case $4 in --outdir=*) cp args ${4#--outdir=}/app.js;; esac\n");
    write("src/app.ts", "x");
    Function& function = add_function("A", "src", "nodejs20.x");
    function.recipe.metadata = data::Map{
        {"BuildMethod", "esbuild"},
        {"BuildProperties",
         data::Map{
             {"EntryPoints", data::List{"app.ts"}},
             {"Minify", false},
             {"Sourcemap", true},
             {"Target", "es2022"},
             {"External", data::List{"a", "b"}},
             {"MainFields", data::List{"module", "main"}}}}};
    ASSERT_EQ(message(), "(no error)") << log_text_;
    const std::string arguments = read(".aws-sam/build/A/app.js");
    EXPECT_THAT(
        arguments,
        HasSubstr("--format=cjs\n--external:a\n--external:b\n--main-fields=module,main\n"
                  "--sourcemap\n--target=es2022\n"));
    EXPECT_THAT(arguments, testing::Not(HasSubstr("--minify")));
    EXPECT_FALSE(exists("src/args"));
    function.recipe.metadata =
        data::Map{{"BuildMethod", "esbuild"}}; // the handler says where to begin
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_TRUE(exists(".aws-sam/build/A/app.js"));
    function.recipe.handler = "nowhere.handler";
    EXPECT_THAT(message(), HasSubstr("EntryPoints: [app.ts]"));
}

TEST_F(FakeTools, AMissingToolIsNamedWithHowToGetIt) {
    const Variable nothing("PATH", (root() / "bin").string());
    write("src/package.json", R"({"dependencies": {"x": "1"}})");
    write("src/Gemfile", "");
    write("src/pom.xml", "");
    write("src/Makefile", "");

    struct Case {
        const char* runtime;
        const char* method;
        const char* tool;
    };

    for (const Case& c :
         {Case{"nodejs20.x", "", "npm"},
          Case{"ruby3.3", "", "bundle"},
          Case{"java21", "", "mvn"},
          Case{"dotnet8", "", "dotnet"},
          Case{"provided.al2023", "go1.x", "go"},
          Case{"provided.al2023", "rust-cargolambda", "cargo-lambda"},
          Case{"provided.al2023", "", "make"}}) {
        request_.functions.clear();
        add_function("A", "src", c.runtime).recipe.metadata = data::Map{{"BuildMethod", c.method}};
        const std::string text = message();
        EXPECT_THAT(text, HasSubstr(std::string("A: ") + c.tool + " was not found\n  install"));
    }
}

TEST(Workflows, EveryRuntimeAndMethodHasAWorkflow) {
    const auto workflows = Workflows::load();
    for (const model::Runtime& runtime : model::runtimes()) {
        const auto selected = workflows.select(runtime.id, "");
        ASSERT_TRUE(selected) << runtime.id;
        EXPECT_NE(selected->run, nullptr);
    }
    for (const char* method :
         {"makefile",
          "esbuild",
          "go1.x",
          "rust-cargolambda",
          "python3.12",
          "python-uv",
          "dotnet7"}) {
        EXPECT_TRUE(workflows.select("provided.al2023", method)) << method;
    }
    EXPECT_FALSE(workflows.select("makefile", ""));
    EXPECT_FALSE(workflows.select("", ""));
}

} // namespace
} // namespace samara::build
