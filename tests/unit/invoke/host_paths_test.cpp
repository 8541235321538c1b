#include "invoke/host_paths.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace samara::invoke {
namespace {

class HostPaths : public testing::Test {
protected:
    HostPaths() {
        for (const char* name : {"app.py", "src/app.js", "node_modules/x/index.js"}) {
            const auto file = folder_.path() / name;
            std::filesystem::create_directories(file.parent_path());
            std::ofstream(file) << "x";
        }
    }

    std::string here(std::string_view rest) const {
        return fmt::format("  ({}/{})\n", folder_.path().string(), rest);
    }

    os::TempDir folder_ = std::move(*os::TempDir::create("host-paths"));
    std::string shown_;
    engine::OutputSink sink_ =
        with_host_paths([this](std::string_view bytes) { shown_ += bytes; }, folder_.path());
};

TEST_F(HostPaths, StandBehindThePlacesOfBothLanguages) {
    sink_("  File \"/var/task/app.py\", line 3, in handler\n    at f (/var/task/src/app.js:12:7)\n"
          "    at file:///var/task/src/app.js:2\n");
    EXPECT_EQ(
        shown_,
        "  File \"/var/task/app.py\", line 3, in handler" + here("app.py:3") +
            "    at f (/var/task/src/app.js:12:7)" + here("src/app.js:12") +
            "    at file:///var/task/src/app.js:2" + here("src/app.js:2"));
}

TEST_F(HostPaths, OfALineOfJsonItIsTheFirstThatIsNoDependency) {
    const std::string line =
        R"x({"stack":["at x (/var/task/node_modules/x/index.js:1:1)","at /var/task/src/app.js:5:1"]})x";
    sink_(line + "\n" + R"({"trace":"File \"/var/task/app.py\", line 3"})" + "\n");
    EXPECT_EQ(
        shown_,
        line + here("src/app.js:5") + R"({"trace":"File \"/var/task/app.py\", line 3"})" +
            here("app.py:3"));
}

TEST_F(HostPaths, LinesMayComeInPieces) {
    for (const std::string_view piece : {"no end", " yet /var/ta", "sk/app.py:", "7", "\nnext"}) {
        const std::size_t before = shown_.size();
        sink_(piece);
        EXPECT_GT(shown_.size(), before); // nothing waits
    }
    EXPECT_EQ(shown_, "no end yet /var/task/app.py:7" + here("app.py:7") + "next");
}

TEST_F(HostPaths, OtherLinesStayAsTheyAre) {
    const std::string text = "START\n/var/task/app.py\n/var/task/none.py:3\n/var/task/:3\n"
                             "/var/task/../../../etc/passwd:1\n/var/task/app.py:x\n\n";
    sink_(text);
    sink_(std::string(200'000, 'y'));
    EXPECT_EQ(shown_, text + std::string(200'000, 'y'));
}

} // namespace
} // namespace samara::invoke
