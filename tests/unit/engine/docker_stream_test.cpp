#include "engine/docker/container_body.h"
#include "engine/docker/dockerignore.h"
#include "engine/docker/log_frames.h"
#include "engine/docker/progress.h"
#include "os/owner.h"
#include "os/process.h"

#include <gmock/gmock.h>

#include <unistd.h>

namespace samara::engine::docker {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;

TEST(LogFrames, JoinsFramesHoweverTheyArrive) {
    const std::string stream = "\1\0\0\0\0\0\0\6hello \2\0\0\0\0\0\0\0\2\0\0\0\0\0\1\0"s +
                               std::string(256, 'x') + "\1\0\0\0\0\0\0\1!"s;
    for (const std::size_t size : {1UL, 3UL, 7UL, 8UL, 9UL, 64UL, 1000UL}) {
        std::string joined;
        LogFrames frames([&](std::string_view bytes) { joined += bytes; });
        for (std::size_t i = 0; i < stream.size(); i += size) {
            frames(std::string_view(stream).substr(i, size));
        }
        EXPECT_EQ(joined, "hello " + std::string(256, 'x') + "!") << size;
    }
}

TEST(ProgressStream, PassesOutputOnAndKeepsTheError) {
    std::string output;
    ProgressStream progress([&](std::string_view text) { output += text; });
    const std::string stream = R"({"stream":"Step 1/2 : FROM x\n"})"
                               "\r\n"
                               R"({"status":"Pulling","id":"a1"})"
                               "\n"
                               R"({"status":"Downloading","progress":"[=> ]","id":"a1"})"
                               "\nnot json\n"
                               R"({"errorDetail":{"message":"m"},"error":"exit code: 3"})";
    for (std::size_t i = 0; i < stream.size(); i += 5) {
        progress(std::string_view(stream).substr(i, 5));
    }
    EXPECT_EQ(progress.error(), "exit code: 3");
    EXPECT_EQ(output, "Step 1/2 : FROM x\na1: Pulling\n");
}

TEST(ProgressStream, NoErrorIsNone) {
    ProgressStream progress([](std::string_view) {});
    progress(R"({"aux":{"ID":"sha256:1"}})");
    EXPECT_EQ(progress.error(), std::nullopt);
}

TEST(MatchesPath, FollowsDockersPatterns) {
    const std::vector<std::tuple<const char*, const char*, bool>> rows{
        {"a", "a", true},
        {"a", "b/a", false},
        {"*.py", "x.py", true},
        {"*.py", "d/x.py", false},
        {"**/*.py", "x.py", true},
        {"**/*.py", "d/e/x.py", true},
        {"d/**", "d/e/x", true},
        {"d/**/x", "d/x", true},
        {"d/**/x", "d/e/f/x", true},
        {"d/**/x", "d/e/y", false},
        {"?.py", "xy.py", false},
        {"[a-c]x", "bx", true},
        {"[^a-c]x", "bx", false},
        {"[a-cx", "bx", false},
        {"a\\*", "a*", true},
        {"a\\*", "ab", false},
        {"*a*b", "xaxaxb", true},
        {"*a*a*a*a*a*a*a*c", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false},
        {"", "a", false}};
    for (const auto& [pattern, path, matches] : rows) {
        EXPECT_EQ(matches_path(pattern, path), matches) << pattern << " " << path;
    }
}

TEST(DockerIgnore, LastPatternDecides) {
    const DockerIgnore ignore("# comment\n\n/node_modules/\n*.md\n!README.md\n dist/** \n"
                              "!dist/keep\nREADME.md.bak\r\n./tmp/\n");
    EXPECT_TRUE(ignore.has_exceptions());
    for (const char* path :
         {"node_modules", "node_modules/a/b.js", "x.md", "dist/a", "README.md.bak", "tmp/x"}) {
        EXPECT_TRUE(ignore.excludes(path)) << path;
    }
    for (const char* path : {"README.md", "src/x.md", "dist/keep", "dist", "src/node_modules"}) {
        EXPECT_FALSE(ignore.excludes(path)) << path;
    }
    EXPECT_FALSE(DockerIgnore("").excludes("a"));
    EXPECT_FALSE(DockerIgnore("a\n").has_exceptions());
}

TEST(Owner, OfThisProcessIsAlive) {
    const os::Owner owner = os::this_process();
    EXPECT_EQ(owner.pid, ::getpid());
    EXPECT_FALSE(os::is_dead(owner));
    EXPECT_EQ(os::parse_owner(to_string(owner)), owner);
}

TEST(Owner, IsDeadOnlyWhenItsProcessIsGone) {
    os::Owner reused = os::this_process();
    reused.started = "1"; // another process had the number
    EXPECT_TRUE(os::is_dead(reused));

    os::Owner former = os::this_process();
    former.boot = "a-former-boot";
    EXPECT_TRUE(os::is_dead(former));

    os::Owner elsewhere = os::this_process();
    elsewhere.namespace_ = "12345"; // samara in a container: its numbers mean nothing here
    elsewhere.started = "1";
    EXPECT_FALSE(os::is_dead(elsewhere));

    os::Owner gone = os::this_process();
    {
        os::Command command;
        command.argv = {"sleep", "100"};
        const auto child = os::Process::start(command);
        ASSERT_TRUE(child);
        gone.pid = child->pid();
    }
    EXPECT_TRUE(os::is_dead(gone));
}

TEST(Owner, IsReadStrictly) {
    for (const char* text : {"", "a/b/1", "a/b/x/1", "a/b/1x/1", "a/b/-1/1", "/b/1/1", "a/b/1/"}) {
        EXPECT_FALSE(os::parse_owner(text)) << text;
    }
    EXPECT_TRUE(os::parse_owner("boot/4026531836/17/123"));
}

} // namespace
} // namespace samara::engine::docker
