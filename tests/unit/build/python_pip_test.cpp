#include "base/strings.h"
#include "build/python_interpreter.h"
#include "os/environment.h"
#include "os/process.h"
#include "project.h"
#include "variable.h"

#include <gmock/gmock.h>

namespace samara::build {
namespace {

using testing::HasSubstr;
using testing::Not;

// Real pip, which finds packages in a folder of the test and nowhere else.
base::Result<Interpreter> interpreter_for(std::string runtime) {
    WorkflowInput input;
    input.recipe.runtime = std::move(runtime);
    return find_interpreter(input);
}

class PythonPip : public Project {
protected:
    void SetUp() override {
        const auto found = interpreter_for("python3");
        ASSERT_TRUE(found) << base::to_string(found.error());
        interpreter_ = *found;
        runtime_ = "python" + interpreter_.version;
        ASSERT_TRUE(os::make_folders(root() / "wheels"));
    }

    void run_python(const std::vector<std::string>& arguments) {
        os::Command command;
        command.argv = {interpreter_.program.string()};
        command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
        command.folder = root() / "wheels";
        const auto done = os::run(command, cancel_);
        ASSERT_TRUE(done && done->status.success()) << (done ? done->error : "");
    }

    // A wheel with one module and one extension-like file.
    void make_wheel(const std::string& name, const std::string& tag = "py3-none-any") {
        const std::string info = "wheels/" + name + "-1.0.dist-info/";
        write("wheels/" + name + "/__init__.py", "VALUE = '" + name + "'\n");
        write(info + "METADATA", "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n");
        write(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: " + tag + "\n");
        write(
            info + "RECORD",
            name + "/__init__.py,,\n" + name + "-1.0.dist-info/METADATA,,\n" + name +
                "-1.0.dist-info/WHEEL,,\n" + name + "-1.0.dist-info/RECORD,,\n");
        run_python(
            {"-m",
             "zipfile",
             "-c",
             name + "-1.0-" + tag + ".whl",
             name + "/",
             name + "-1.0.dist-info/"});
    }

    Interpreter interpreter_;
    std::string runtime_;

private:
    Variable no_index_{"PIP_NO_INDEX", "1"};
    Variable find_links_{"PIP_FIND_LINKS", (root() / "wheels").string()};
};

TEST_F(PythonPip, MessagesNameTheUsersOwnFiles) {
    write("src/requirements.txt", "-r ../common/base.txt\n");
    write("common/base.txt", "# what all need\n./missing\n");
    add_function("A", "src", runtime_);
    EXPECT_THAT(
        message(),
        HasSubstr(
            "cannot install the packages of " + (root() / "src/requirements.txt").string() + ":"));
    EXPECT_THAT(
        log_text_, HasSubstr("(from line 2 of " + (root() / "common/base.txt").string() + ")"));
    EXPECT_THAT(log_text_, Not(HasSubstr("requirements-")));
}

TEST_F(PythonPip, PackagesLieBesideTheSources) {
    make_wheel("greeting");
    write("src/requirements.txt", "greeting==1.0\n");
    write("src/src/main.py", "import greeting\n");
    add_function("A", "src", runtime_);
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_EQ(read(".aws-sam/build/A/greeting/__init__.py"), "VALUE = 'greeting'\n");
    EXPECT_TRUE(exists(".aws-sam/build/A/greeting-1.0.dist-info/METADATA"));
    EXPECT_EQ(read(".aws-sam/build/A/src/main.py"), "import greeting\n");
    EXPECT_FALSE(exists(".aws-sam/build/A/greeting/__pycache__"));
    EXPECT_THAT(log_text_, Not(HasSubstr("was not found")));
}

TEST_F(PythonPip, ALayerHasThemUnderPython) {
    make_wheel("greeting");
    write("layer/requirements.txt", "greeting\n");
    add_layer("Deps", "layer", runtime_);
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_TRUE(exists(".aws-sam/build/Deps/python/greeting/__init__.py"));
}

TEST_F(PythonPip, WheelsAreThoseOfTheEnvironmentNotOfThisMachine) {
    make_wheel("native", "py3-none-manylinux2014_aarch64");
    write("src/requirements.txt", "native\n");
    add_function("A", "src", runtime_).recipe.architecture = "arm64";
    EXPECT_EQ(message(), "(no error)") << log_text_;
    request_.functions[0].recipe.architecture = "x86_64";
    EXPECT_THAT(message(), HasSubstr("cannot install the packages of"));
}

TEST_F(PythonPip, AnotherRuntimeIsServedByTheInterpreterThereIs) {
    make_wheel("greeting");
    write("src/requirements.txt", "greeting\n");
    // A version that this machine has no interpreter for; one of so many must be missing.
    std::string other;
    for (const char* version : {"3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"}) {
        const auto found = interpreter_for(std::string("python") + version);
        if (found && found->version != version) {
            other = std::string("python") + version;
            break;
        }
    }
    ASSERT_FALSE(other.empty());
    add_function("A", "src", other);
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_THAT(log_text_, HasSubstr(other + " was not found; installing its packages with"));
}

TEST_F(PythonPip, WhatPipSaysIsShownWhenItFails) {
    write("src/requirements.txt", "no-such-package==9.9\n");
    write("src/app.py", "");
    add_function("A", "src", runtime_);
    const std::string text = message();
    EXPECT_THAT(text, HasSubstr("A: cannot install the packages of"));
    EXPECT_THAT(text, HasSubstr("requirements.txt: pip: exit code 1"));
    EXPECT_THAT(log_text_, HasSubstr("No matching distribution found for no-such-package==9.9"));
    EXPECT_FALSE(exists(".aws-sam/build"));
}

// A source package with a build backend of its own, so that nothing has to be fetched for it.
constexpr std::string_view backend = R"(import os, zipfile
def build_wheel(directory, settings=None, metadata=None):
    name = 'compiled-1.0-TAG.whl'
    info = 'compiled-1.0.dist-info/'
    with zipfile.ZipFile(os.path.join(directory, name), 'w') as wheel:
        wheel.writestr('compiled.py', 'X = 1')
        wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\nName: compiled\nVersion: 1.0\n')
        wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: TAG\n')
        wheel.writestr(info + 'RECORD', '')
    return name
)";

TEST_F(PythonPip, APackageWithoutAWheelIsBuiltHereWhenItFits) {
    const std::string digits = base::replace_all(interpreter_.version, ".", "");
    const std::string tag = "cp" + digits + "-cp" + digits + "-linux_x86_64";
    make_wheel("greeting");
    write(
        "wheels/compiled-1.0/pyproject.toml",
        "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n");
    write("wheels/compiled-1.0/backend.py", base::replace_all(backend, "TAG", tag));
    write("wheels/compiled-1.0/PKG-INFO", "Metadata-Version: 2.1\nName: compiled\nVersion: 1.0\n");
    run_python({"-m", "tarfile", "-c", "compiled-1.0.tar.gz", "compiled-1.0"});
    write("src/requirements.txt", "compiled\ngreeting\n");
    add_function("A", "src", runtime_);
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_EQ(read(".aws-sam/build/A/compiled.py"), "X = 1");
    EXPECT_TRUE(exists(".aws-sam/build/A/greeting/__init__.py"));
    request_.functions[0].recipe.architecture = "arm64";
    EXPECT_THAT(message(), HasSubstr("a package without a wheel for"));
}

TEST_F(PythonPip, AManifestFromElsewhereMayBeNamed) {
    make_wheel("greeting");
    write("src/app.py", "");
    write("deps/prod.txt", "greeting\n");
    add_function("A", "src", runtime_);
    request_.manifest = root() / "deps/prod.txt";
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_TRUE(exists(".aws-sam/build/A/greeting/__init__.py"));
}

TEST_F(PythonPip, AManifestThatIsNotThereIsNone) {
    write("src/app.py", "");
    write("src/requirements.txt", "samara-has-no-such-package\n");
    write("src/pyproject.toml", "[project]\ndependencies = ['samara-has-no-such-package']\n");
    add_function("A", "src", runtime_);
    request_.manifest = root() / "missing.txt";
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_TRUE(exists(".aws-sam/build/A/app.py"));
    EXPECT_THAT(log_text_, HasSubstr("requirements.txt file not found. Continuing the build"));
}

TEST_F(PythonPip, WithoutRequirementsTheSourcesAreCopiedWithoutLitter) {
    write("src/app.py", "x");
    write("src/__pycache__/app.pyc", "x");
    write("src/.venv/lib/x.py", "x");
    write("src/pkg/.git/config", "x");
    write("src/pkg/mod.py", "x");
    add_function("A", "src", "python3.12");
    ASSERT_TRUE(run());
    EXPECT_TRUE(exists(".aws-sam/build/A/app.py"));
    EXPECT_TRUE(exists(".aws-sam/build/A/pkg/mod.py"));
    EXPECT_FALSE(exists(".aws-sam/build/A/__pycache__"));
    EXPECT_FALSE(exists(".aws-sam/build/A/.venv"));
    EXPECT_FALSE(exists(".aws-sam/build/A/pkg/.git"));
    EXPECT_THAT(log_text_, HasSubstr("requirements.txt file not found"));
}

TEST(PythonInterpreter, AShimThatDoesNotRunIsPassedOver) {
    const auto folder = os::TempDir::create("build-test");
    ASSERT_TRUE(folder);
    const auto shim = folder->path() / "python3.9";
    ASSERT_TRUE(os::write_file_atomically(shim, "#!/bin/sh\nexit 127\n", 0755));
    const Variable path("PATH", folder->path().string() + ":" + os::variable("PATH").value_or(""));
    const auto found = interpreter_for("python3.9");
    ASSERT_TRUE(found) << base::to_string(found.error());
    EXPECT_NE(found->program, shim);
}

} // namespace
} // namespace samara::build
