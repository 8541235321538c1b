#include "engine/guest/debugger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(DebugStart, PythonTakesTheArgumentsBeforeItsClient) {
    const DebugSpec debug{{5678}, "-m debugpy  --listen 5678", {}};
    EXPECT_THAT(
        debug_start("python3.12", debug, "0.0.0.0").command,
        ElementsAre(
            "/var/lang/bin/python3",
            "-m",
            "debugpy",
            "--listen",
            "5678",
            "/var/runtime/bootstrap.py"));
}

TEST(DebugStart, NodeAndJavaAreToldByTheirVariables) {
    const DebugSpec debug{{5858, 5859}, "", {}};
    const DebugStart node = debug_start("nodejs20.x", debug, "0.0.0.0");
    EXPECT_THAT(node.command, IsEmpty());
    EXPECT_THAT(node.environment, ElementsAre(Pair("NODE_OPTIONS", "--inspect-brk=0.0.0.0:5858")));
    EXPECT_THAT(
        debug_start("java21", debug, "*").environment,
        ElementsAre(Pair(
            "JAVA_TOOL_OPTIONS",
            "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,quiet=y,address=*:5858")));
}

TEST(DebugStart, ABootstrapRunsUnderTheDebuggerGiven) {
    EXPECT_THAT(debug_start("provided.al2023", {{2345}, "", {}}, "0.0.0.0").command, IsEmpty());
    EXPECT_THAT(
        debug_start("provided.al2023", {{2345}, "--continue", "/opt/dlv"}, "0.0.0.0").command,
        ElementsAre(
            "/tmp/lambci_debug_files/dlv",
            "--listen=0.0.0.0:2345",
            "--headless=true",
            "--api-version=2",
            "--continue",
            "exec",
            "/var/task/bootstrap"));
}

TEST(DebugStart, VariablesForDebuggingWinAndAreForEveryRuntime) {
    const DebugSpec debug{{5858}, "", {}, {{"NODE_OPTIONS", "--inspect=5858"}, {"A", "1"}}};
    EXPECT_THAT(
        debug_start("nodejs20.x", debug, "0.0.0.0").environment,
        ElementsAre(Pair("A", "1"), Pair("NODE_OPTIONS", "--inspect=5858")));
    EXPECT_THAT(
        debug_start("", debug, "0.0.0.0").environment,
        ElementsAre(Pair("A", "1"), Pair("NODE_OPTIONS", "--inspect=5858")));
}

TEST(DebugStart, ArgumentsFollowTheInterpreterOfAnImage) {
    const DebugSpec debug{{5678}, "-m debugpy", {}};
    const auto with_arguments = [&](std::vector<std::string> entry_point) {
        insert_debug_arguments(entry_point, debug);
        return entry_point;
    };
    EXPECT_THAT(
        with_arguments({"/usr/bin/python3.12", "-m", "awslambdaric"}),
        ElementsAre("/usr/bin/python3.12", "-m", "debugpy", "-m", "awslambdaric"));
    EXPECT_THAT(
        with_arguments({"/lambda-entrypoint.sh", "x"}), ElementsAre("/lambda-entrypoint.sh", "x"));
    EXPECT_THAT(with_arguments({}), IsEmpty());
}

} // namespace
} // namespace samara::engine
