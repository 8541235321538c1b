#include "engine/sandbox/families.h"
#include "engine/sandbox/interpreter.h"
#include "engine/sandbox/libraries.h"
#include "engine/sandbox/version_cache.h"
#include "os/file.h"
#include "os/process.h"
#include "os/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::engine::sandbox {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class FindInterpreter : public testing::Test {
protected:
    // A program that is one: the system's Python under another name.
    fs::path install(const std::string& folder, const std::string& name) {
        const fs::path path = dir_.path() / folder / "bin" / name;
        EXPECT_TRUE(os::make_folders(path.parent_path()));
        EXPECT_TRUE(os::copy_tree("/usr/bin/python3", path));
        return path;
    }

    [[nodiscard]] base::Result<Interpreter>
    find(std::string_view runtime, const std::vector<fs::path>& folders) const {
        return find_interpreter(runtime, folders, dir_.path() / "cache" / "interpreters");
    }

    static std::string system_version() {
        os::Command command;
        command.argv = {
            "/usr/bin/python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2], end='')"};
        return os::run(command, {}).value().out;
    }

    os::TempDir dir_ = os::TempDir::create("test").value();
};

TEST(Families, AreReadWhole) {
    ASSERT_FALSE(families().empty());
    for (const Family& family : families()) {
        EXPECT_FALSE(family.name.empty());
        EXPECT_FALSE(family.prefix.empty());
        EXPECT_FALSE(family.exact.empty());
        EXPECT_FALSE(family.any.empty());
        EXPECT_EQ(family.version.size(), 2U);
        EXPECT_FALSE(family.packages.empty());
        EXPECT_EQ(family.version_of(family.prefix + "12" + family.suffix), "12");
        EXPECT_FALSE(family.version_of(family.prefix + family.suffix));
    }
}

TEST_F(FindInterpreter, TakesTheVersionThatTheRuntimeNames) {
    const fs::path exact = install("second", "python3.99");
    install("first", "python3");
    const auto found =
        find("python3.99", {dir_.path() / "first" / "bin", dir_.path() / "second" / "bin"});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->program, fs::canonical(exact));
    EXPECT_EQ(found->prefix, fs::canonical(dir_.path() / "second"));
    EXPECT_EQ(found->version, "3.99");
    EXPECT_EQ(found->warning, "");
}

TEST_F(FindInterpreter, ElseTakesAnotherVersionAndNamesBoth) {
    const auto found = find("python3.99", {"/usr/bin"});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->program, fs::canonical("/usr/bin/python3"));
    EXPECT_EQ(found->prefix, "");
    EXPECT_THAT(found->warning, AllOf(HasSubstr("python3.99"), HasSubstr(system_version())));
}

TEST_F(FindInterpreter, RecognisesTheVersionUnderAGeneralName) {
    install("only", "python3");
    const auto found = find("python" + system_version(), {dir_.path() / "only" / "bin"});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->warning, "");
}

TEST_F(FindInterpreter, AsksAProgramForItsVersionOnce) {
    const fs::path program = install("only", "node");
    const fs::path cache = dir_.path() / "cache" / "interpreters";
    int asked = 0;
    const auto ask = [&] {
        ++asked;
        return std::string("20");
    };
    EXPECT_EQ(cached_version(cache, program, ask), "20");
    EXPECT_EQ(cached_version(cache, "/usr/bin/python3", ask), "20");
    EXPECT_EQ(cached_version(cache, program, ask), "20");
    EXPECT_EQ(asked, 2);
    fs::last_write_time(program, fs::file_time_type::clock::now() - std::chrono::hours(1));
    EXPECT_EQ(cached_version(cache, program, ask), "20");
    EXPECT_EQ(asked, 3);
    EXPECT_EQ(cached_version("/proc/none", program, ask), "20"); // nowhere to remember it
    EXPECT_EQ(asked, 4);
}

TEST_F(FindInterpreter, PassesOverShims) {
    const fs::path shim = dir_.path() / "python3.99";
    ASSERT_TRUE(os::write_file_atomically(shim, "#!/bin/sh\nexit 1\n", 0755));
    const auto found = find("python3.99", {dir_.path(), "/usr/bin"});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->program, fs::canonical("/usr/bin/python3"));
}

TEST_F(FindInterpreter, SaysWhatToInstall) {
    const auto found = find("nodejs22.x", {dir_.path()});
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().message, HasSubstr("nodejs22.x"));
    EXPECT_THAT(found.error().hint, HasSubstr("apt-get install nodejs"));
}

TEST_F(FindInterpreter, NamesTheEngineForOtherRuntimes) {
    const auto found = find("java21", {"/usr/bin"});
    ASSERT_FALSE(found);
    EXPECT_THAT(found.error().message, HasSubstr("java21"));
    EXPECT_THAT(found.error().hint, HasSubstr("--engine docker"));
    EXPECT_FALSE(find("python", {"/usr/bin"}));
    EXPECT_FALSE(find("nodejs20", {"/usr/bin"}));
}

TEST_F(FindInterpreter, ProvidedNeedsNone) {
    const auto found = find("provided.al2023", {});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->family, "provided");
}

class Libraries : public testing::Test {
protected:
    void write(const fs::path& name) {
        const fs::path path = prefix_ / name;
        ASSERT_TRUE(os::make_folders(path.parent_path()));
        ASSERT_TRUE(os::write_file_atomically(path, name.string()));
    }

    // What a shell says in a sandbox with all of this machine and the libraries covered.
    std::string ask(const std::string& family, bool debug, const std::string& script) {
        Bubblewrap bubblewrap;
        bubblewrap.option("--ro-bind", "/", "/");
        bubblewrap.option("--tmpfs", "/var");
        bubblewrap.mounted("/var");
        EXPECT_TRUE(os::make_folders(dir_.path() / "empty"));
        const Interpreter interpreter{family, "", prefix_, "3.12", ""};
        EXPECT_TRUE(cover_libraries(bubblewrap, interpreter, debug, dir_.path() / "empty"));
        bubblewrap.option("--chdir", prefix_.string());
        auto command = bubblewrap.command({"/bin/sh", "-c", script}).value();
        command.die_with_parent = false;
        const auto done = os::run(command, {}).value();
        return done.out + done.error;
    }

    os::TempDir dir_ = os::TempDir::create("test").value();
    fs::path prefix_ = dir_.path() / "prefix";
};

TEST_F(Libraries, OfNodeOnlyWhatItConsistsOfStays) {
    for (const char* name :
         {"share/nodejs/lodash/index.js",
          "share/nodejs/@types/node/index.d.ts",
          "share/nodejs/acorn/index.js",
          "share/nodejs/undici/undici-fetch.js",
          "lib/nodejs/semver/index.js",
          "lib/node/old.js"}) {
        write(name);
    }
    EXPECT_EQ(
        ask("nodejs", false, "ls share/nodejs lib/nodejs lib/node; cat share/nodejs/acorn/*"),
        "lib/node:\n\nlib/nodejs:\n\nshare/nodejs:\nacorn\nundici\nshare/nodejs/acorn/index.js");
}

TEST_F(Libraries, OfPythonThoseOfLambdaStayWithTheirVersions) {
    for (const char* name :
         {"lib/python3/dist-packages/numpy/__init__.py",
          "lib/python3/dist-packages/six.py",
          "lib/python3/dist-packages/sixty.py",
          "lib/python3/dist-packages/boto3/session.py",
          "lib/python3/dist-packages/boto3-1.26.egg-info/PKG-INFO",
          "lib/python3/dist-packages/boto3-1.26.egg-info/SOURCES.txt",
          "lib/python3/dist-packages/debugpy/__init__.py",
          "lib/python3.12/site-packages/yaml/__init__.py"}) {
        write(name);
    }
    const std::string list = "cd lib; find -L python3/* python3.12/* -type f | LC_ALL=C sort";
    const std::string lambdas = "python3/dist-packages/boto3-1.26.egg-info/PKG-INFO\n"
                                "python3/dist-packages/boto3-1.26.egg-info/SOURCES.txt\n"
                                "python3/dist-packages/boto3/session.py\n";
    const std::string debuggers = "python3/dist-packages/debugpy/__init__.py\n";
    EXPECT_EQ(ask("python", false, list), lambdas + "python3/dist-packages/six.py\n");
    EXPECT_EQ(ask("python", true, list), lambdas + debuggers + "python3/dist-packages/six.py\n");
    EXPECT_THAT(
        ask("python", false, "touch lib/python3/dist-packages/x lib/python3.12/site-packages/y"),
        AllOf(HasSubstr("packages/x': Read-only"), HasSubstr("packages/y': Read-only")));
}

} // namespace
} // namespace samara::engine::sandbox
