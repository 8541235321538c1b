#include "engine/payload/debugger.h"

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

} // namespace
} // namespace samara::engine
