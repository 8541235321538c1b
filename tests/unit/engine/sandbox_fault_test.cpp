#include "engine/sandbox/control_group.h"
#include "unit/engine/eventually.h"
#include "unit/engine/sandbox_function.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// What functions do wrong: each is told apart, and the environment of the next call is sound.
namespace samara::engine::sandbox {
namespace {

using testing::HasSubstr;

class SandboxFault : public SandboxFunction {
protected:
    // Runs the function for an event it fails at, and then for one it does not.
    void expect_fault(
        const EnvironmentSpec& spec, std::string_view error_type, std::string_view message) {
        const auto environment = start(spec);
        ASSERT_TRUE(environment);
        const Answer answer = invoke(*environment, R"({"fail": true})");
        EXPECT_EQ(answer.status, 200);
        EXPECT_THAT(answer.body, HasSubstr(error_type));
        EXPECT_THAT(answer.body, HasSubstr(message));
        EXPECT_EQ(answer.function_error, "Unhandled");
        const Answer after = invoke(*environment, "{}");
        EXPECT_EQ(after.body, R"("well")") << output();
    }

    // A handler that runs `code` when it is to fail.
    EnvironmentSpec failing(std::string_view code) {
        return python(
            "def handler(event, context):\n"
            "    if 'fail' in event:\n"
            "        " +
            std::string(code) +
            "\n"
            "    return 'well'\n");
    }
};

TEST_F(SandboxFault, Throws) {
    expect_fault(failing("raise ValueError('no')"), "ValueError", "no");
}

TEST_F(SandboxFault, ReturnsWhatJsonCannotHold) {
    expect_fault(failing("return {1, 2}"), "Runtime.MarshalError", "set");
}

TEST_F(SandboxFault, Exits) {
    expect_fault(
        failing("import os; os._exit(1)"),
        "Runtime.ExitError",
        "Runtime exited with error: exit status 1");
}

TEST_F(SandboxFault, IsKilled) {
    expect_fault(
        failing("import os; os.kill(os.getpid(), 9)"), "Runtime.ExitError", "signal: killed");
}

TEST_F(SandboxFault, FillsTmp) {
    auto spec = failing("open('/tmp/x', 'wb').write(bytes(20 << 20))");
    spec.ephemeral_storage_mb = 16;
    expect_fault(spec, "OSError", "No space left on device");
}

TEST_F(SandboxFault, TakesMoreMemory) {
    if (!find_control_group_home().usable()) {
        GTEST_SKIP() << "no control group can be made here";
    }
    expect_fault(
        failing("x = [bytearray(1 << 20) for _ in range(2000)]"),
        "Runtime.OutOfMemory",
        "signal: killed");
}

TEST_F(SandboxFault, ForksWithoutEnd) {
    if (!find_control_group_home().usable()) {
        GTEST_SKIP() << "no control group can be made here";
    }
    auto spec = failing("import os, time\n"
                        "        for _ in range(2000):\n"
                        "            if os.fork() == 0: time.sleep(600)");
    spec.memory_limit = false;
    expect_fault(spec, "BlockingIOError", "Resource temporarily unavailable");
}

TEST_F(SandboxFault, SleepsPastItsTimeout) {
    auto spec = failing("import time; time.sleep(600)");
    spec.timeout_seconds = 1;
    spec.environment["AWS_LAMBDA_FUNCTION_TIMEOUT"] = "1";
    expect_fault(spec, "Sandbox.Timedout", "Task timed out after 1.00 seconds");
}

TEST_F(SandboxFault, PrintsAHundredMegabytes) {
    const auto environment = start(python("def handler(event, context):\n"
                                          "    for _ in range(100): print('x' * (1 << 20))\n"
                                          "    return 'well'\n"));
    ASSERT_TRUE(environment);
    EXPECT_EQ(invoke(*environment, "{}").body, R"("well")");
    EXPECT_TRUE(eventually([&] { return output().find("REPORT") != std::string::npos; }));
    EXPECT_GE(output().size(), 100U << 20U);
}

TEST_F(SandboxFault, CannotBeLoaded) {
    const Answer syntax = run(python("def handler(:\n"));
    EXPECT_EQ(syntax.function_error, "Unhandled");
    EXPECT_THAT(syntax.body, HasSubstr("Runtime.UserCodeSyntaxError"));
    const Answer missing = run(python("import nothing_of_that_name\n"));
    EXPECT_THAT(missing.body, HasSubstr("Runtime.ImportModuleError"));
}

TEST_F(SandboxFault, HasNoBootstrap) {
    auto spec = provided("");
    std::get<ZipPackage>(spec.package).code = std::get<ZipPackage>(python("").package).code;
    EXPECT_THAT(run(spec).body, HasSubstr("Runtime.InvalidEntrypoint"));
}

TEST_F(SandboxFault, NodeThrowsAndExits) {
    const auto environment = start(nodejs("exports.handler = async (event) => {\n"
                                          "  if (event.fail) throw new TypeError('no');\n"
                                          "  if (event.exit) process.exit(3);\n"
                                          "  return 'well';\n"
                                          "};\n"));
    ASSERT_TRUE(environment);
    EXPECT_THAT(invoke(*environment, R"({"fail":1})").body, HasSubstr("TypeError"));
    EXPECT_THAT(invoke(*environment, R"({"exit":1})").body, HasSubstr("exit status 3"));
    EXPECT_EQ(invoke(*environment, "{}").body, R"("well")");
}

} // namespace
} // namespace samara::engine::sandbox
