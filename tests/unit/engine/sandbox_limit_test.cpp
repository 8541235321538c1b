#include "engine/sandbox/control_group.h"
#include "unit/engine/sandbox_probe.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::engine::sandbox {
namespace {

using testing::HasSubstr;

using SandboxLimit = SandboxProbe;

// A child of the probe takes that much memory; the answer is how it ended.
std::string take(int megabytes) {
    return fmt::format(
        "import subprocess; answer = subprocess.run(['python3', '-c', 'b\"x\" * ({} << "
        "20)']).returncode",
        megabytes);
}

// The same, but it goes on working with it until it is killed.
std::string hold(int megabytes) {
    return fmt::format(
        "import subprocess; answer = subprocess.run(['python3', '-c', 'x = b\"x\" * ({} << 20)\\n"
        "while 1: bytearray(2 << 20)'], timeout=10).returncode",
        megabytes);
}

TEST_F(SandboxLimit, MemoryIsWhatTheFunctionHas) {
    if (!find_control_group_home().usable()) {
        GTEST_SKIP() << "no control group can be made here";
    }
    auto small = spec();
    small.memory_mb = 128;
    const auto environment = start(small);
    ASSERT_TRUE(environment);
    EXPECT_EQ(ask(*environment, take(60)), "0");
    EXPECT_EQ(ask(*environment, hold(300)), "-9");
    EXPECT_TRUE(environment->alive()); // the emulator answers for what was killed

    small.memory_limit = false;
    EXPECT_EQ(ask(*start(small), take(400)), "0");
}

TEST_F(SandboxLimit, TmpIsNotCountedAsMemory) {
    if (!find_control_group_home().usable()) {
        GTEST_SKIP() << "no control group can be made here";
    }
    const auto environment = start(spec()); // 128 MB of memory, 512 MB of /tmp
    ASSERT_TRUE(environment);
    const std::string_view fill = "open('/tmp/x', 'wb').write(bytes(1 << 20) * 60)\n"
                                  "f = open('/tmp/y', 'wb')\n"
                                  "for _ in range(300): f.write(bytes(1 << 20))\n"
                                  "f.close(); answer = 'filled'";
    EXPECT_EQ(ask(*environment, fill), "filled");
    // Neither before nor after it is emptied may memory go where /tmp is or was.
    EXPECT_EQ(ask(*environment, take(60)), "0");
    EXPECT_EQ(ask(*environment, hold(250)), "-9");
    EXPECT_EQ(ask(*environment, "import os; os.unlink('/tmp/y'); answer = 'emptied'"), "emptied");
    EXPECT_EQ(ask(*environment, hold(250)), "-9");
    EXPECT_EQ(ask(*environment, fill), "filled");
}

TEST_F(SandboxLimit, WithoutControlGroupsAnAllocationFails) {
    engine_ = make_engine(false);
    const auto environment = start(spec());
    ASSERT_TRUE(environment);
    EXPECT_EQ(ask(*environment, take(60)), "0");
    EXPECT_EQ(ask(*environment, take(400)), "1");
    EXPECT_THAT(ask(*environment, "x = b'x' * (400 << 20)"), HasSubstr("MemoryError"));
}

TEST_F(SandboxLimit, WithoutControlGroupsWhatIsNotHeldIsToldOnce) {
    engine_ = make_engine(false);
    auto unlimited = spec();
    unlimited.memory_limit = false;
    ASSERT_TRUE(start(unlimited));
    EXPECT_THAT(warnings_, testing::IsEmpty());
    ASSERT_TRUE(start(spec()));
    ASSERT_TRUE(start(spec()));
    EXPECT_THAT(
        warnings_,
        testing::ElementsAre(testing::AllOf(
            HasSubstr("no control group"),
            HasSubstr("several processes together"),
            HasSubstr("shared memory"))));
}

TEST_F(SandboxLimit, PeakMemoryCanBeRead) {
    if (!find_control_group_home().usable()) {
        GTEST_SKIP() << "no control group can be made here";
    }
    const auto environment = start(spec());
    ASSERT_TRUE(environment);
    EXPECT_EQ(
        ask(*environment,
            "import glob; f = glob.glob('/sys/fs/cgroup/memory.peak') + "
            "glob.glob('/sys/fs/cgroup/memory/memory.max_usage_in_bytes'); "
            "answer = 1 << 20 < int(open(f[0]).read()) <= 128 << 20"),
        "True");
}

TEST_F(SandboxLimit, OutOfMemoryIsToldApart) {
    if (!find_control_group_home().usable()) {
        GTEST_SKIP() << "no control group can be made here";
    }
    const auto environment = start(spec());
    ASSERT_TRUE(environment);
    // The probe itself, so that the whole sandbox ends.
    ask(*environment, "x = b'x' * (300 << 20)\nwhile 1: bytearray(2 << 20)");
    EXPECT_TRUE(eventually([&] { return !environment->alive(); }));
    EXPECT_EQ(environment->end_reason(), "killed: out of memory (128 MB)");
}

TEST_F(SandboxLimit, OpenFiles) {
    const auto environment = start(spec());
    ASSERT_TRUE(environment);
    EXPECT_EQ(
        ask(*environment, "import resource; answer = resource.getrlimit(resource.RLIMIT_NOFILE)"),
        "(1024, 1024)");
}

TEST_F(SandboxLimit, Processes) {
    auto roomy = spec();
    roomy.memory_limit = false;
    const auto environment = start(roomy);
    ASSERT_TRUE(environment);
    EXPECT_EQ(
        ask(*environment, R"(
import os, signal
children = []
try:
    for _ in range(2000):
        pid = os.fork()
        if pid == 0:
            signal.pause()
        children.append(pid)
except BlockingIOError:
    pass
for pid in children:
    os.kill(pid, signal.SIGKILL)
for pid in children:
    os.waitpid(pid, 0)
answer = 1000 < len(children) < 1024
)"),
        "True");
    EXPECT_EQ(ask(*environment, "answer = 'recovered'"), "recovered");
}

TEST_F(SandboxLimit, AreLiftedWhenAsked) {
    auto free = spec();
    free.limits = false;
    free.ephemeral_storage_mb = 1;
    const auto environment = start(free);
    ASSERT_TRUE(environment);
    EXPECT_EQ(
        ask(*environment,
            "import resource; answer = resource.getrlimit(resource.RLIMIT_NOFILE) == (1024, 1024)"),
        "False");
    EXPECT_EQ(
        ask(*environment, "open('/tmp/x', 'wb').write(bytes(4 << 20)); answer = 'written'"),
        "written");
    EXPECT_EQ(
        ask(*environment,
            "import glob; f = [open(p).read().strip() for p in glob.glob('/sys/fs/cgroup/pids.max')"
            " + glob.glob('/sys/fs/cgroup/pids/pids.max')]; answer = '1024' in f"),
        "False");
}

TEST_F(SandboxLimit, TooMuchOutputIsPassedOnWhole) {
    const auto environment = start(spec());
    ASSERT_TRUE(environment);
    EXPECT_EQ(
        ask(*environment,
            "import os\nfor _ in range(100): os.write(1, bytes(1 << 20))\nanswer = 'done'"),
        "done");
    EXPECT_TRUE(eventually([&] { return output().size() == 100U << 20U; }));
}

} // namespace
} // namespace samara::engine::sandbox
