#include "app/init.h"
#include "base/log.h"
#include "os/file.h"
#include "os/temp_dir.h"
#include "support/wire_server.h"

#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::app {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

class InitTest : public testing::Test {
protected:
    void write(const std::string& name, std::string_view text) {
        const auto path = folder_.path() / name;
        ASSERT_TRUE(os::make_folders(path.parent_path()));
        ASSERT_TRUE(os::write_file_atomically(path, text));
    }

    /// The folder that was made, relative to the output, or "ERROR: ..."
    std::string made_from(const std::string& location, const std::string& name = "") {
        const auto made =
            init_from_location({location, name, {}}, folder_.path() / "out", base::Log(), {});
        return made ? made->lexically_relative(folder_.path() / "out").string()
                    : "ERROR: " + made.error().message;
    }

    bool has(const std::string& name) const { return fs::exists(folder_.path() / "out" / name); }

    os::TempDir folder_ = os::TempDir::create("init-test").value();
};

TEST_F(InitTest, AFolderIsCopiedWithoutItsHistory) {
    write("source/a/b.txt", "");
    write("source/.git/config", "");
    write("source/a/.git", "");
    const std::string source = (folder_.path() / "source").string();
    EXPECT_EQ(made_from(source), "source");
    EXPECT_TRUE(has("source/a/b.txt"));
    EXPECT_TRUE(has("source/a/.git")) << "only that of the project";
    EXPECT_FALSE(has("source/.git"));
    EXPECT_EQ(made_from(source + "//", "mine"), "mine");
    EXPECT_TRUE(has("mine/a/b.txt"));
    EXPECT_THAT(made_from(source, "mine"), HasSubstr("mine is already there"));
    EXPECT_THAT(made_from(source), HasSubstr("source is already there"));
    EXPECT_THAT(made_from(source, "../x"), StartsWith("ERROR: "));
    EXPECT_EQ(
        std::distance(fs::directory_iterator(folder_.path() / "out"), fs::directory_iterator()), 2)
        << "nothing else stays";
}

TEST_F(InitTest, WhatIsNoPlace) {
    EXPECT_THAT(
        made_from("nowhere"), StartsWith("ERROR: --location: there is no folder or zip file"));
    write("file.txt", "no archive");
    EXPECT_THAT(made_from((folder_.path() / "file.txt").string()), StartsWith("ERROR: "));
}

// What is an address of a repository is cloned, also where it fails; all else has to be there.
TEST_F(InitTest, WhichAddressesAreRepositories) {
    struct Case {
        std::string location;
        bool cloned;
    };

    const std::string gone = (folder_.path() / "gone").string();
    for (const Case& one : std::initializer_list<Case>{
             {"file://" + gone, true},
             {"file://" + gone + ".zip", false},
             {gone + ".git", true},
             {"git+file://" + gone, true},
             {gone, false},
             {gone + ".zip", false}}) {
        EXPECT_THAT(
            made_from(one.location, "mine"),
            StartsWith(
                one.cloned ? "ERROR: cannot clone " + one.location
                           : "ERROR: --location: there is no folder or zip file"))
            << one.location;
    }
}

// An archive behind addresses that lead on.
TEST_F(InitTest, ArchivesFromTheWeb) {
    // An empty zip file.
    const std::string zip = std::string("PK\x05\x06", 4) + std::string(18, '\0');
    int asked = 0;
    const test::WireServer server([&](test::WireConnection& connection) {
        while (const auto request = connection.read()) {
            ++asked;
            const std::string target = request->target();
            if (target == "/to.zip") {
                connection.answer(302, "", "Location: /there.zip\r\n");
            } else if (target == "/there.zip") {
                connection.answer(200, zip);
            } else if (target == "/circle.zip") {
                connection.answer(301, "", "Location: /circle.zip\r\n");
            } else {
                connection.answer(target == "/moved.zip" ? 304 : 404, "");
            }
        }
    });
    const std::string host = fmt::format("http://127.0.0.1:{}", server.port());
    EXPECT_EQ(made_from(host + "/to.zip"), "to");
    asked = 0;
    EXPECT_THAT(made_from(host + "/circle.zip"), HasSubstr("leads in a circle"));
    EXPECT_EQ(asked, 6);
    EXPECT_THAT(made_from(host + "/gone.zip"), HasSubstr("/gone.zip answers 404"));
    EXPECT_THAT(made_from(host + "/moved.zip"), HasSubstr("/moved.zip answers 304"));
}

TEST_F(InitTest, ContextOfTemplates) {
    const auto read = read_extra_context(R"({"a": "x", "b": 1, "c": true})");
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, (std::map<std::string, std::string>{{"a", "x"}, {"b", "1"}, {"c", "true"}}));
    EXPECT_TRUE(read_extra_context("")->empty());

    struct Case {
        const char* text;
        const char* said;
    };

    for (const Case& one :
         {Case{"[]", "--extra-context must be a JSON object"},
          Case{"{", "must be valid JSON"},
          Case{R"({"a": []})", "'a' must be a text, not a list"},
          Case{R"({"a": {}})", "'a' must be a text, not a map"}}) {
        EXPECT_THAT(read_extra_context(one.text).error().message, HasSubstr(one.said));
    }
}

TEST_F(InitTest, ACancelledOneLeavesNothing) {
    write("source/a.txt", "");
    const os::Cancellation stop;
    stop.cancel();
    const auto made = init_from_location(
        {(folder_.path() / "source").string(), "", {}}, folder_.path() / "out", base::Log(), stop);
    EXPECT_FALSE(made);
    EXPECT_FALSE(has("source"));
}

} // namespace
} // namespace samara::app
