#include "base/strings.h"
#include "build/state.h"
#include "project.h"

#include <thread>

#include <gmock/gmock.h>

namespace samara::build {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view makefile = "build-%:\n\tcp app.sh $(ARTIFACTS_DIR)/bootstrap\n";

class Build : public Project {
protected:
    void write_python(std::string_view folder, std::string_view text = "def handler(e, c): ...\n") {
        write(std::filesystem::path(folder) / "app.py", text);
    }

    std::size_t entries_beside_build() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(root() / ".aws-sam")) {
            count += entry.path().filename().string().starts_with("samara-") ? 1 : 0;
        }
        return count;
    }
};

TEST_F(Build, FunctionsThatShareTheirCodeAreBuiltOnce) {
    write_python("src");
    write_python("other");
    add_function("A", "src", "python3.11");
    add_function("B", "other", "python3.11");
    add_function("C", "src", "python3.11");
    add_function("D", "src", "python3.12");
    const auto artifacts = run();
    ASSERT_TRUE(artifacts) << base::to_string(artifacts.error());
    const std::string line = "Building codeuri: " + (root() / "src").string() +
                             " runtime: python3.11 architecture: x86_64 functions: A, C\n";
    EXPECT_THAT(log_text_, HasSubstr(line));
    EXPECT_THAT(log_text_, HasSubstr("runtime: python3.12 architecture: x86_64 functions: D\n"));
    for (const char* id : {"A", "B", "C", "D"}) {
        EXPECT_EQ(artifacts->at(id).folder, id);
        EXPECT_TRUE(exists(std::filesystem::path(".aws-sam/build") / id / "app.py")) << id;
    }
}

TEST_F(Build, WritesTheGraphBesideTheBuildFolder) {
    write_python("src");
    add_function("A", "src", "python3.11");
    ASSERT_TRUE(run());
    const std::string graph = read(".aws-sam/build.toml");
    EXPECT_THAT(graph, HasSubstr("[function_build_definitions."));
    EXPECT_THAT(graph, HasSubstr("functions = [\"A\"]"));
    EXPECT_THAT(graph, HasSubstr("runtime = \"python3.11\""));
}

TEST_F(Build, AFailureLeavesTheFormerBuildAsItWas) {
    write_python("src", "first");
    add_function("A", "src", "python3.11");
    ASSERT_TRUE(run());
    write_python("src", "second");
    write("broken/Makefile", "build-B:\n\t@echo no such thing >&2; exit 3\n");
    add_function("B", "broken", "provided.al2023");
    const std::string text = message();
    EXPECT_THAT(text, HasSubstr("B: the target build-B of"));
    EXPECT_THAT(text, HasSubstr("make: exit code 2"));
    EXPECT_THAT(log_text_, HasSubstr("no such thing"));
    EXPECT_EQ(read(".aws-sam/build/A/app.py"), "first");
    EXPECT_FALSE(exists(".aws-sam/build/B"));
    EXPECT_EQ(entries_beside_build(), 0U);
}

TEST_F(Build, ANewBuildLeavesNothingOfTheFormer) {
    write_python("src");
    add_function("A", "src", "python3.11");
    ASSERT_TRUE(run());
    request_.functions.clear();
    add_function("B", "src", "python3.11");
    ASSERT_TRUE(run());
    EXPECT_FALSE(exists(".aws-sam/build/A"));
    EXPECT_TRUE(exists(".aws-sam/build/B/app.py"));
    EXPECT_EQ(entries_beside_build(), 0U);
}

TEST_F(Build, ABuildFolderWithOtherThingsInItKeepsThem) {
    write_python("src");
    write(".aws-sam/build/notes.txt", "mine");
    write(".aws-sam/build/A/old.py", "old");
    add_function("A", "src", "python3.11");
    ASSERT_TRUE(run());
    EXPECT_EQ(read(".aws-sam/build/notes.txt"), "mine");
    EXPECT_FALSE(exists(".aws-sam/build/A/old.py"));
    EXPECT_TRUE(exists(".aws-sam/build/A/app.py"));
}

TEST_F(Build, ASourceThatHoldsTheBuildFolderIsNotBuiltIntoItself) {
    write("app.py", "x");
    add_function("A", "", "python3.11");
    ASSERT_TRUE(run());
    ASSERT_TRUE(run());
    EXPECT_TRUE(exists(".aws-sam/build/A/app.py"));
    EXPECT_FALSE(exists(".aws-sam/build/A/.aws-sam"));
}

TEST_F(Build, InParallelTheResultIsTheSame) {
    for (int i = 0; i < 8; ++i) {
        const std::string id = "F" + std::to_string(i);
        write_python(id, id);
        add_function(id, id, "python3.11");
    }
    request_.parallel = true;
    ASSERT_TRUE(run());
    for (int i = 0; i < 8; ++i) {
        const std::string id = "F" + std::to_string(i);
        EXPECT_EQ(read(".aws-sam/build/" + id + "/app.py"), id);
    }
}

TEST_F(Build, InParallelTheFirstFailureIsReported) {
    for (int i = 0; i < 4; ++i) {
        const std::string id = "F" + std::to_string(i);
        write(id + "/Makefile", "build-" + id + ":\n\texit 1\n");
        add_function(id, id, "provided.al2023");
    }
    request_.parallel = true;
    EXPECT_THAT(message(), testing::ContainsRegex("F[0-3]: the target build-F[0-3] of"));
}

TEST_F(Build, ExcludedFunctionsAreLeftOut) {
    write_python("src");
    add_function("A", "src", "python3.11");
    add_function("B", "missing", "python3.11");
    request_.exclude = {"B"};
    const auto artifacts = run();
    ASSERT_TRUE(artifacts);
    EXPECT_FALSE(artifacts->contains("B"));
}

TEST_F(Build, SymlinksAreFollowedForTheArtifactStandsAlone) {
    write("shared/util.py", "shared");
    write_python("src");
    std::filesystem::create_symlink("../shared", root() / "src/lib");
    std::filesystem::create_symlink("nowhere", root() / "src/.#lock");
    add_function("A", "src", "python3.11");
    request_.cached = true;
    ASSERT_EQ(message(), "(no error)");
    const auto lib = built() / "A/lib";
    EXPECT_FALSE(std::filesystem::is_symlink(lib));
    EXPECT_EQ(read(".aws-sam/build/A/lib/util.py"), "shared");
    write("shared/util.py", "changed");
    ASSERT_EQ(message(), "(no error)");
    EXPECT_EQ(read(".aws-sam/build/A/lib/util.py"), "changed");
    std::filesystem::create_symlink("..", root() / "src/up");
    EXPECT_THAT(message(), HasSubstr("it is a link to a folder it is in"));
}

TEST_F(Build, AFunctionWithoutRuntimeIsTold) {
    write_python("src");
    add_function("A", "src", "");
    EXPECT_THAT(message(), HasSubstr("A: it has no Runtime"));
}

TEST_F(Build, AnArchiveIsNotBuilt) {
    write("code.zip", "PK");
    add_function("A", "code.zip", "python3.11");
    const auto artifacts = run();
    ASSERT_TRUE(artifacts);
    EXPECT_TRUE(artifacts->empty());
    EXPECT_THAT(log_text_, HasSubstr("Skip building zip function: A"));
}

TEST_F(Build, AnArchiveThatIsNotThereKeepsNothingFromBeingBuilt) {
    write_python("src");
    add_function("A", "code.zip", "python3.11");
    add_function("B", "src", "python3.11");
    add_layer("L", "layer.zip", "python3.11");
    const auto artifacts = run();
    ASSERT_TRUE(artifacts);
    EXPECT_EQ(artifacts->size(), 1U);
    EXPECT_THAT(
        log_text_, HasSubstr("A: CodeUri does not exist: " + (root() / "code.zip").string()));
    EXPECT_THAT(log_text_, HasSubstr("Skip building zip function: A"));
    EXPECT_THAT(log_text_, HasSubstr("L: ContentUri does not exist"));
    request_.whole = false; // asked for by its name
    request_.layers.clear();
    EXPECT_THAT(message(), HasSubstr("A: CodeUri does not exist"));
}

TEST_F(Build, OneSourceFileBecomesAFolderThatHoldsIt) {
    write("src/app.py", "x");
    write("src/requirements.txt", "no-such-package-of-ours");
    add_function("A", "src/app.py", "python3.11");
    ASSERT_EQ(message(), "(no error)");
    EXPECT_EQ(read(".aws-sam/build/A/app.py"), "x");
    EXPECT_FALSE(exists(".aws-sam/build/A/requirements.txt"));
}

TEST_F(Build, WhatHasNotChangedStaysWhereItIs) {
    write_python("a", "one");
    write_python("b", "one");
    add_function("A", "a", "python3.11");
    add_function("B", "b", "python3.11");
    ASSERT_EQ(message(), "(no error)");
    const auto inode = [&](const char* path) { return inode_of(built() / path); };
    const auto a = inode("A/app.py");
    const auto b = inode("B/app.py");
    ASSERT_EQ(message(), "(no error)");
    EXPECT_EQ(fate("A"), Fate::unchanged);
    const auto announced = [&](const char* source, const char* id) { // scripts look for each
        return "Building codeuri: " + (root() / source).string() +
               " runtime: python3.11 architecture: x86_64 functions: " + id + "\n";
    };
    EXPECT_EQ(log_text_, announced("a", "A") + announced("b", "B"));
    write_python("a", "two");
    ASSERT_EQ(message(), "(no error)");
    EXPECT_EQ(fate("A"), Fate::built);
    EXPECT_EQ(fate("B"), Fate::unchanged);
    EXPECT_EQ(read(".aws-sam/build/A/app.py"), "two");
    EXPECT_NE(inode("A/app.py"), a);
    EXPECT_EQ(inode("B/app.py"), b);
    request_.anew = true;
    ASSERT_EQ(message(), "(no error)");
    EXPECT_EQ(fate("B"), Fate::built);
    EXPECT_NE(inode("B/app.py"), b);
    EXPECT_EQ(entries_beside_build(), 0U);
}

TEST_F(Build, OfAMakefileWhatWasOnlyTouchedIsNotMadeAgain) {
    write("src/Makefile", makefile);
    write("src/app.sh", "one");
    add_function("A", "src", "provided.al2023");
    ASSERT_EQ(message(), "(no error)");
    write("src/app.sh", "one");
    ASSERT_EQ(message(), "(no error)");
    EXPECT_EQ(fate("A"), Fate::unchanged);
    write("src/app.sh", "two");
    ASSERT_EQ(message(), "(no error)");
    EXPECT_EQ(fate("A"), Fate::built);
    EXPECT_EQ(read(".aws-sam/build/A/bootstrap"), "two");
}

TEST_F(Build, AnArtifactThatIsGoneOrAnotherIsMadeAgain) {
    write_python("src", "one");
    add_function("A", "src", "python3.11");
    add_function("B", "src", "python3.11");
    ASSERT_EQ(message(), "(no error)");
    std::filesystem::remove_all(built() / "A");
    ASSERT_EQ(message(), "(no error)");
    EXPECT_EQ(fate("A"), Fate::restored); // from B, which is the same
    EXPECT_EQ(fate("B"), Fate::unchanged);
    EXPECT_EQ(read(".aws-sam/build/A/app.py"), "one");
    std::filesystem::remove_all(built());
    ASSERT_EQ(message(), "(no error)");
    EXPECT_EQ(fate("B"), Fate::built);
}

TEST_F(Build, WhenOneFailsTheOthersAreBuiltForTheNextTime) {
    write("good/Makefile", makefile);
    write("good/app.sh", "one");
    add_function("A", "good", "provided.al2023");
    ASSERT_EQ(message(), "(no error)");
    write("good/app.sh", "two");
    write("bad/Makefile", "build-B:\n\texit 1\n");
    add_function("B", "bad", "provided.al2023");
    EXPECT_THAT(message(), HasSubstr("B: the target build-B of"));
    EXPECT_EQ(fate("A"), Fate::built);
    EXPECT_EQ(read(".aws-sam/build/A/bootstrap"), "one"); // the former build stays
    EXPECT_EQ(read_failed(built()).count("B"), 1U);
    write("bad/Makefile", "build-B:\n\techo b > $(ARTIFACTS_DIR)/b\n");
    ASSERT_EQ(message(), "(no error)");
    EXPECT_EQ(fate("A"), Fate::restored);
    EXPECT_EQ(read(".aws-sam/build/A/bootstrap"), "two");
    EXPECT_EQ(read(".aws-sam/build/B/b"), "b\n");
    EXPECT_TRUE(read_failed(built()).empty());
}

TEST_F(Build, WithoutAFormerBuildTheGoodOnesArePutInPlace) {
    write_python("good", "one");
    write("bad/Makefile", "build-B:\n\texit 1\n");
    add_function("A", "good", "python3.11");
    add_function("B", "bad", "provided.al2023");
    add_function("C", "missing", "python3.11");
    EXPECT_THAT(message(), HasSubstr("C: CodeUri does not exist"));
    EXPECT_EQ(failures_.size(), 2U);
    EXPECT_EQ(read(".aws-sam/build/A/app.py"), "one");
    EXPECT_FALSE(exists(".aws-sam/build/B"));
}

TEST_F(Build, APartOfTheTemplateKeepsTheRestOfTheFormerBuild) {
    write_python("a", "one");
    write_python("b", "one");
    add_function("A", "a", "python3.11");
    add_function("Child/B", "b", "python3.11");
    ASSERT_EQ(message(), "(no error)");
    EXPECT_EQ(read(".aws-sam/build/Child/B/app.py"), "one");
    write_python("a", "two");
    write_python("b", "two");
    request_.functions.pop_back();
    request_.whole = false;
    const auto artifacts = run();
    ASSERT_TRUE(artifacts);
    EXPECT_EQ(artifacts->at("Child/B").folder, "Child/B");
    EXPECT_EQ(read(".aws-sam/build/A/app.py"), "two");
    EXPECT_EQ(read(".aws-sam/build/Child/B/app.py"), "one");
    EXPECT_EQ(outdated(built()).count("Child/B"), 1U);
    EXPECT_EQ(outdated(built()).count("A"), 0U);
    request_.whole = true;
    ASSERT_TRUE(run());
    EXPECT_FALSE(exists(".aws-sam/build/Child"));
}

TEST_F(Build, SamignoreLeavesOut) {
    write_python("src", "x");
    write("src/.samignore", "# ours\n*.log\n!keep.log\n/docs/\ndata/**/raw\n");
    for (const char* name :
         {"a.log", "keep.log", "docs/x", "sub/docs/x", "data/1/raw", "data/1/fine"}) {
        write(std::filesystem::path("src") / name, "x");
    }
    add_function("A", "src", "python3.11");
    ASSERT_EQ(message(), "(no error)");
    for (const char* name : {"a.log", "docs/x", "data/1/raw", ".samignore"}) {
        EXPECT_FALSE(exists(std::filesystem::path(".aws-sam/build/A") / name)) << name;
    }
    for (const char* name : {"keep.log", "sub/docs/x", "data/1/fine"}) {
        EXPECT_TRUE(exists(std::filesystem::path(".aws-sam/build/A") / name)) << name;
    }
    write("src/b.log", "x");
    ASSERT_EQ(message(), "(no error)");
    EXPECT_EQ(fate("A"), Fate::unchanged);
}

TEST_F(Build, AMissingSourceIsNamedWithItsPlace) {
    Function& function = add_function("A", "missing", "python3.11");
    function.where = {std::make_shared<const std::string>("template.yaml"), 12, 7};
    EXPECT_THAT(
        message(),
        HasSubstr(
            "template.yaml:12:7: A: CodeUri does not exist: " + (root() / "missing").string()));
}

TEST_F(Build, AnUnknownRuntimeIsSetRight) {
    write_python("src");
    add_function("A", "src", "pyhton3.12");
    const std::string text = message();
    EXPECT_THAT(text, HasSubstr("A: unknown runtime 'pyhton3.12'"));
    EXPECT_THAT(text, HasSubstr("did you mean python3.12?"));
    request_.functions[0].recipe.runtime = "python3.12";
    request_.functions[0].recipe.metadata = data::Map{{"BuildMethod", "makefil"}};
    EXPECT_THAT(message(), HasSubstr("did you mean makefile?"));
}

TEST_F(Build, AChangedManifestIsTold) {
    write_python("src", "one");
    write("src/requirements.txt", "# nothing\n");
    add_function("A", "src", "python3.11");
    ASSERT_TRUE(run());
    EXPECT_THAT(log_text_, Not(HasSubstr("Manifest file is changed"))); // only --cached asks for it
    write("src/requirements.txt", "# nothing else\n");
    request_.cached = true;
    ASSERT_TRUE(run());
    EXPECT_THAT(log_text_, HasSubstr("Manifest file is changed (new hash: "));
    EXPECT_THAT(log_text_, HasSubstr(") for (A), downloading dependencies"));
    write_python("src", "two");
    ASSERT_TRUE(run());
    EXPECT_THAT(log_text_, HasSubstr("Manifest is not changed for (A), running incremental build"));
    ASSERT_TRUE(run());
    EXPECT_THAT(log_text_, HasSubstr("Manifest is not changed for (A)\n"));
}

TEST_F(Build, NothingIsCopiedFromTheCacheUntilItIsAskedFor) {
    write_python("src", "one");
    add_function("A", "src", "python3.11");
    add_function("B", "src", "python3.11");
    request_.cached = true;
    ASSERT_TRUE(run());
    EXPECT_THAT(
        log_text_,
        HasSubstr("Cache is invalid, running build and copying resources for following functions "
                  "(A, B)"));
    ASSERT_TRUE(run());
    EXPECT_THAT(
        log_text_,
        HasSubstr("Valid cache found, copying previously built resources for following functions "
                  "(A, B)"));
    EXPECT_THAT(log_text_, Not(HasSubstr("Building codeuri")));
    EXPECT_EQ(read(".aws-sam/build/B/app.py"), "one");
    write_python("src", "two");
    ASSERT_TRUE(run());
    EXPECT_THAT(log_text_, HasSubstr("Cache is invalid"));
    EXPECT_EQ(read(".aws-sam/build/B/app.py"), "two");
    std::filesystem::remove_all(built());
    ASSERT_TRUE(run());
    EXPECT_THAT(log_text_, HasSubstr("Valid cache found"));
    EXPECT_EQ(read(".aws-sam/build/B/app.py"), "two");
}

TEST_F(Build, AFailedBuildDoesNotSpoilTheCache) {
    write("src/Makefile", makefile);
    write("src/app.sh", "one");
    add_function("A", "src", "provided.al2023");
    request_.cached = true;
    ASSERT_EQ(message(), "(no error)") << log_text_;
    write("src/app.sh", "two");
    write("other/Makefile", "build-B:\n\texit 1\n");
    add_function("B", "other", "provided.al2023");
    ASSERT_FALSE(run());
    write("src/app.sh", "one");
    request_.functions.pop_back();
    ASSERT_EQ(message(), "(no error)") << log_text_;
    EXPECT_EQ(read(".aws-sam/build/A/bootstrap"), "one");
}

TEST_F(Build, TheCacheForgetsWhatIsNoLongerBuilt) {
    write_python("a");
    write_python("b");
    add_function("A", "a", "python3.11");
    add_function("B", "b", "python3.11");
    request_.cached = true;
    ASSERT_TRUE(run());
    request_.functions.pop_back();
    ASSERT_TRUE(run());
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator(root() / ".aws-sam/cache")) {
        ++count;
    }
    EXPECT_EQ(count, 1U);
}

TEST_F(Build, CancellingKillsTheToolAndKeepsTheFormerBuild) {
    write_python("src", "former");
    add_function("A", "src", "python3.11");
    ASSERT_TRUE(run());
    const std::filesystem::path mark = root() / "mark";
    // There only once it is whole.
    write(
        "slow/Makefile",
        fmt::format(
            "build-S:\n\techo $$$$ > {0}.new; mv {0}.new {0}; exec sleep 1000\n", mark.string()));
    add_function("S", "slow", "provided.al2023");
    std::thread canceller([&] {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!std::filesystem::exists(mark) && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::yield();
        }
        cancel_.cancel();
    });
    const std::string text = message();
    canceller.join();
    EXPECT_THAT(text, HasSubstr("cancelled"));
    const std::string pid(base::trim(read("mark")));
    EXPECT_FALSE(std::filesystem::exists("/proc/" + pid)) << pid;
    EXPECT_EQ(read(".aws-sam/build/A/app.py"), "former");
    EXPECT_EQ(entries_beside_build(), 0U);
}

} // namespace
} // namespace samara::build
