// A real external extension beside a real runtime.
#include "data/read.h"
#include "support/rie/rie_process.h"
#include "support/source_tree.h"

#include <fstream>

#include <gmock/gmock.h>

namespace samara::rie {
namespace {

using test::Answer;
using test::RieProcess;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<data::Value> read_notes(const std::filesystem::path& file) {
    std::vector<data::Value> notes;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (auto note = data::read_json(line, file.string())) {
            notes.push_back(std::move(*note));
        }
    }
    return notes;
}

// The types of records or events, in the order in which they came.
std::vector<std::string> types_of(const std::vector<data::Value>& notes, std::string_view what) {
    std::vector<std::string> types;
    for (const data::Value& note : notes) {
        if (const data::Value* record = note.find(what)) {
            types.emplace_back(record->find(what == "event" ? "eventType" : "type")->text());
        }
    }
    return types;
}

class Extension : public testing::Test {
protected:
    Extension() : folder_(*os::TempDir::create("extension-test")) {
        std::filesystem::create_directory(folder_.path() / "extensions");
        std::filesystem::copy_file(
            test::source_path("tests/support/rie/collector.py"),
            folder_.path() / "extensions/collector");
    }

    test::RieSetup setup(std::map<std::string, std::string> environment = {}) {
        environment.emplace("COLLECTOR", notes().string());
        return {
            {"/usr/bin/python3", test::source_path("tests/support/rie/scripted_runtime.py")},
            std::move(environment),
            {"--extensions", (folder_.path() / "extensions").string()}};
    }

    [[nodiscard]] std::filesystem::path notes() const { return folder_.path() / "notes"; }

    os::TempDir folder_;
};

TEST_F(Extension, GetsEveryPlatformEventInOrder) {
    RieProcess rie(setup());
    const Answer answer =
        rie.invoke(R"({"do": [["log", "from the function\n"], ["respond", "1"]]})");
    EXPECT_EQ(answer.body, "1");
    EXPECT_TRUE(rie.stop().success());
    const auto written = read_notes(notes());
    EXPECT_THAT(types_of(written, "event"), ElementsAre("INVOKE", "SHUTDOWN"));
    std::vector<std::string> platform = types_of(written, "telemetry");
    EXPECT_THAT(
        platform,
        ElementsAre(
            "platform.initStart",
            "platform.telemetrySubscription",
            "platform.extension",
            "platform.initRuntimeDone",
            "platform.initReport",
            "platform.start",
            "function",
            "platform.runtimeDone",
            "platform.report"));
    EXPECT_THAT(rie.log(), HasSubstr("EXTENSION\tName: collector\tState: Ready\tEvents: "));
}

TEST_F(Extension, IsToldOfATimeout) {
    RieProcess rie(setup({{"AWS_LAMBDA_FUNCTION_TIMEOUT", "1"}}));
    const Answer answer = rie.invoke(R"({"do": [["sleep", 60]]})");
    EXPECT_THAT(answer.body, HasSubstr("Task timed out after 1.00 seconds"));
    const Answer next = rie.invoke(R"({"after": 1})"); // from a fresh environment, extension too
    EXPECT_EQ(next.body, R"({"after": 1})");
    EXPECT_TRUE(rie.stop().success());
    const auto written = read_notes(notes());
    EXPECT_THAT(
        types_of(written, "event"), ElementsAre("INVOKE", "SHUTDOWN", "INVOKE", "SHUTDOWN"));
    for (const data::Value& note : written) {
        const data::Value* event = note.find("event");
        if (event != nullptr && event->find("shutdownReason") != nullptr) {
            EXPECT_EQ(event->find("shutdownReason")->text(), "timeout");
            break;
        }
    }
}

TEST_F(Extension, ThatEndsBeforeItRegistersFailsTheCall) {
    std::ofstream(folder_.path() / "extensions/collector") << "#!/bin/sh\nexit 3\n";
    RieProcess rie(setup());
    const Answer answer = rie.invoke("{}");
    EXPECT_THAT(answer.body, HasSubstr(R"("errorType":"Extension.Crash")"));
    EXPECT_THAT(answer.body, HasSubstr("exit status 3"));
    EXPECT_EQ(answer.header("X-Amz-Function-Error"), "Unhandled");
}

} // namespace
} // namespace samara::rie
