#include "os/file.h"
#include "unit/engine/docker_daemon.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::engine::docker {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class DockerImage : public DockerDaemon {
protected:
    void write(const std::string& name, std::string_view text) const {
        ASSERT_TRUE(os::make_folders((context() / name).parent_path()));
        ASSERT_TRUE(os::write_file_atomically(context() / name, text));
    }

    // Unique to this test, and removed after it.
    std::string tag() {
        std::string name = base_name();
        remove_later(name + ":latest");
        return name + ":latest";
    }

    [[nodiscard]] std::string base_name() const {
        std::string name = dir_.path().filename().string();
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
        return "samara-test/unit-" + name;
    }

    static std::string dockerfile(std::string_view rest) {
        return fmt::format("FROM {}\n{}", python_image, rest);
    }
};

TEST_F(DockerImage, RunsWhatTheImageRunsWithTheOverridesOfImageConfig) {
    const std::string name = tag();
    remove_later(base_name() + ":rapid-x86_64");
    write("app.py", R"(import os
def one(event, context): return ['one', os.environ.get('COLOUR')]
def two(event, context): return ['two', os.environ.get('COLOUR')])");
    ASSERT_TRUE(build(name, dockerfile("COPY app.py /var/task/\nCMD [\"app.one\"]\n")));
    EnvironmentSpec spec = image_function(name);
    EXPECT_EQ(run(spec).payload, R"(["one", null])");

    spec.package = ImagePackage{
        .image = name,
        .entry_point = {"/bin/sh", "-c", "COLOUR=$PWD exec /lambda-entrypoint.sh \"$0\""},
        .command = {"app.two"},
        .working_directory = "/opt"};
    EXPECT_EQ(run(spec).payload, R"(["two", "/opt"])");
}

TEST_F(DockerImage, NextInvokeAfterABuildRunsTheNewCode) {
    const std::string name = tag();
    remove_later(base_name() + ":rapid-x86_64");
    const std::string recipe = dockerfile("COPY app.py /var/task/\nCMD [\"app.handler\"]\n");
    write("app.py", "def handler(event, context): return 'old'");
    ASSERT_TRUE(build(name, recipe));
    const EnvironmentSpec spec = image_function(name);
    EXPECT_EQ(run(spec).payload, "\"old\"");
    const std::string old = images_->inspect(base_name() + ":rapid-x86_64", {}).value()->id;
    write("app.py", "def handler(event, context): return 'new'");
    ASSERT_TRUE(build(name, recipe));
    EXPECT_EQ(run(spec).payload, "\"new\"");
    EXPECT_THAT(log(), HasSubstr("again: its base image changed"));
    EXPECT_EQ(images_->inspect(old, {}).value(), std::nullopt); // nothing is left of it
}

TEST_F(DockerImage, TakesArgumentsTargetAndOnlyWhatIsNotIgnored) {
    write("keep.txt", "k");
    write("secret.txt", "s");
    write("node_modules/x.js", "x");
    write(".dockerignore", "secret*\nnode_modules\n");
    write(
        "build.Dockerfile",
        fmt::format(
            "FROM {} AS wanted\nARG COLOUR=red\nCOPY . /found/\n"
            "RUN echo colour is $COLOUR; ls /found\n"
            "FROM scratch AS unwanted\nCOPY missing /\n",
            python_image));
    std::string output;
    const auto built = build_image(
        *images_,
        {.context = context(),
         .dockerfile = "build.Dockerfile",
         .tag = tag(),
         .arguments = {{"COLOUR", "blue"}},
         .target = "wanted",
         .architecture = "x86_64",
         .output = [&](std::string_view text) { output += text; }},
        {});
    ASSERT_TRUE(built) << built.error().message;
    EXPECT_THAT(output, HasSubstr("colour is blue\n"));
    EXPECT_THAT(output, HasSubstr("keep.txt\n"));
    EXPECT_THAT(output, Not(HasSubstr("secret.txt\n")));
    EXPECT_THAT(output, Not(HasSubstr("node_modules\n")));
}

TEST_F(DockerImage, DockerfileMayLieOutsideOfItsContext) {
    ASSERT_TRUE(os::write_file_atomically(dir_.path() / "Outside", dockerfile("COPY a /\n")));
    write("a", "a");
    const auto built =
        build_image(*images_, {.context = context(), .dockerfile = "../Outside", .tag = tag()}, {});
    EXPECT_TRUE(built) << built.error().message;
}

TEST_F(DockerImage, FailedBuildShowsItsOwnOutput) {
    std::string output;
    const auto built =
        build(base_name() + ":failed", dockerfile("RUN echo the reason >&2; exit 7\n"), &output);
    ASSERT_FALSE(built);
    EXPECT_THAT(built.error().message, ContainsRegex("(non-zero code:|exit status) 7"));
    EXPECT_THAT(output, HasSubstr("the reason"));
    EXPECT_EQ(images_->inspect(base_name() + ":failed", {}).value(), std::nullopt);

    EXPECT_THAT(
        build(base_name() + ":failed", "FRM x").error().message,
        ContainsRegex("unknown instruction|no FROM statement"));
    const auto missing =
        build_image(*images_, {.context = context(), .dockerfile = "none", .tag = "x"}, {});
    EXPECT_THAT(missing.error().message, HasSubstr("there is no Dockerfile"));
    const auto nowhere = build_image(*images_, {.context = dir_.path() / "none", .tag = "x"}, {});
    EXPECT_THAT(nowhere.error().message, HasSubstr("is not a folder"));
}

TEST_F(DockerImage, ImageThatIsMissingIsTold) {
    const auto engine = make_engine();
    const auto environment =
        engine->start(image_function("localhost:1/none:latest"), sink_, cancel_);
    ASSERT_FALSE(environment);
    EXPECT_THAT(environment.error().message, HasSubstr("localhost:1/none:latest is not here"));
    EXPECT_THAT(environment.error().hint, HasSubstr("samara build"));
}

} // namespace
} // namespace samara::engine::docker
