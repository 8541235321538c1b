#include "engine/sandbox/root.h"
#include "os/file.h"
#include "unit/engine/sandbox_probe.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::engine::sandbox {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using SandboxRoot = SandboxProbe;

TEST_F(SandboxRoot, ShowsTheCodeReadOnly) {
    const auto environment = start(spec());
    ASSERT_TRUE(environment);
    EXPECT_EQ(ask(*environment, "answer = open('/var/task/app.py').read()"), "code\n");
    EXPECT_EQ(ask(*environment, "import os; answer = os.getcwd()"), "/var/task");
    for (const char* path :
         {"/var/task/x", "/x", "/var/x", "/usr/x", "/etc/x", "/dev/shm/x", "/opt/x"}) {
        EXPECT_THAT(
            ask(*environment, "answer = open('" + std::string(path) + "', 'w')"),
            HasSubstr("Read-only file system"))
            << path;
    }
}

TEST_F(SandboxRoot, AnEditIsSeenAtOnce) {
    const auto environment = start(spec());
    ASSERT_TRUE(environment);
    ASSERT_TRUE(os::write_file_atomically(code_ / "app.py", "edited\n"));
    EXPECT_EQ(ask(*environment, "answer = open('/var/task/app.py').read()"), "edited\n");
}

TEST_F(SandboxRoot, HidesTheHost) {
    const auto environment = start(spec());
    ASSERT_TRUE(environment);
    EXPECT_THAT(
        ask(*environment, "import os; answer = sorted(os.listdir('/'))"),
        AllOf(Not(HasSubstr("home")), Not(HasSubstr("root")), Not(HasSubstr("work"))));
    EXPECT_THAT(
        ask(*environment, "answer = open('/etc/shadow').read()"), HasSubstr("No such file"));
    // Its own processes only: the probe is number 1.
    EXPECT_EQ(
        ask(*environment, "import os; answer = [p for p in os.listdir('/proc') if p.isdigit()]"),
        "['1']");
    EXPECT_NE(ask(*environment, "import os; answer = os.getuid()"), "0");
    EXPECT_EQ(
        ask(*environment, "import getpass, os; os.environ.clear(); answer = getpass.getuser()"),
        "sbx_user1051");
    EXPECT_THAT(
        ask(*environment,
            "answer = [l for l in open('/proc/self/status') if l.startswith('CapBnd')]"),
        HasSubstr("0000000000000000"));
}

TEST_F(SandboxRoot, GivesItsOwnTmpOfTheSizeAskedFor) {
    auto small = spec();
    small.memory_mb = 256;
    small.ephemeral_storage_mb = 16;
    const auto environment = start(small);
    const auto other = start(small);
    ASSERT_TRUE(environment && other);
    EXPECT_EQ(
        ask(*environment, "open('/tmp/x', 'w').write('mine'); answer = 'written'"), "written");
    EXPECT_EQ(ask(*other, "import os; answer = os.listdir('/tmp')"), "[]");
    EXPECT_EQ(
        ask(*environment,
            "import os; s = os.statvfs('/tmp'); answer = s.f_blocks * s.f_frsize >> 20"),
        "16");
    EXPECT_THAT(
        ask(*environment, "open('/tmp/y', 'wb').write(bytes(17 << 20))"),
        HasSubstr("No space left on device"));
}

TEST_F(SandboxRoot, EnvironmentIsTheFunctionsAndNoOther) {
    auto with_secret = spec();
    with_secret.environment = {{"SECRET", "hidden=value"}, {"TZ", "Europe/Berlin"}};
    const auto environment = start(with_secret);
    ASSERT_TRUE(environment);
    EXPECT_EQ(ask(*environment, "import os; answer = os.environ['SECRET']"), "hidden=value");
    EXPECT_EQ(ask(*environment, "import os; answer = os.environ['TZ']"), "Europe/Berlin");
    EXPECT_EQ(ask(*environment, "import os; answer = os.environ['LAMBDA_TASK_ROOT']"), "/var/task");
    EXPECT_EQ(ask(*environment, "import os; answer = 'HOME' in os.environ"), "False");
    EXPECT_EQ(
        ask(*environment, "import os; answer = os.environ['AWS_EXECUTION_ENV']"),
        "AWS_Lambda_" + with_secret.runtime);
    EXPECT_THAT(processes_with("hidden=value"), ElementsAre());
}

TEST_F(SandboxRoot, LaterLayersWin) {
    const auto write = [&](const std::string& path, std::string_view bytes) {
        const fs::path file = dir_.path() / path;
        ASSERT_TRUE(os::make_folders(file.parent_path()));
        ASSERT_TRUE(os::write_file_atomically(file, bytes));
    };
    write("first/python/shared.py", "first");
    write("first/python/one.py", "one");
    write("second/python/shared.py", "second");
    auto layered = spec();
    layered.layers = {
        {"first-1", dir_.path() / "first", true}, {"second-1", dir_.path() / "second", true}};
    const auto environment = start(layered);
    ASSERT_TRUE(environment);
    EXPECT_EQ(
        ask(*environment,
            "answer = [open('/opt/python/' + f).read() for f in ('shared.py', 'one.py')]"),
        "['second', 'one']");

    layered.layers = {{"gone-1", dir_.path() / "gone", true}};
    const auto missing = engine_->start(layered, {}, cancel_);
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message, HasSubstr("gone-1"));
}

TEST_F(SandboxRoot, BringsTheRuntimeClientAndItsInterpreter) {
    const auto environment = start(spec());
    ASSERT_TRUE(environment);
    EXPECT_EQ(ask(*environment, "answer = open('/var/runtime/family').read()"), "python");
    EXPECT_EQ(
        ask(*environment, "import os; answer = os.access('/var/runtime/bootstrap', os.X_OK)"),
        "True");
    EXPECT_EQ(
        ask(*environment,
            "import subprocess; answer = subprocess.check_output(['python3', '-c', 'print(1)'])"),
        "b'1\\n'");
}

TEST_F(SandboxRoot, WarnsOnceOfAnotherVersion) {
    auto newer = spec();
    newer.runtime = "python3.99";
    ASSERT_TRUE(start(newer));
    ASSERT_TRUE(start(newer));
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("python3.99")));
}

TEST_F(SandboxRoot, ShowsTheModulesThatLambdaHasAndNoOthers) {
    const auto environment = start(spec());
    ASSERT_TRUE(environment);
    EXPECT_EQ(
        ask(*environment,
            "import glob, os\n"
            "answer = {n.split('.')[0].split('-')[0] for f in "
            "glob.glob('/usr/lib/python3*/*-packages')"
            " + glob.glob('/usr/local/lib/python3*/*-packages') for n in os.listdir(f)}"
            " - {'boto3', 'botocore', 's3transfer', 'jmespath', 'dateutil', 'python_dateutil', "
            "'six',"
            " 'urllib3'}"),
        "set()");
}

TEST_F(SandboxRoot, SymlinksAreMountedWhenAsked) {
    ASSERT_TRUE(os::make_folders(dir_.path() / "shared"));
    ASSERT_TRUE(os::write_file_atomically(dir_.path() / "shared" / "lib.py", "shared"));
    fs::create_symlink("../shared", code_ / "relative");
    fs::create_symlink(dir_.path() / "shared", code_ / "absolute");
    fs::create_symlink("/nowhere", code_ / "dangling");
    auto linked = spec();
    const std::string read =
        "answer = [open('/var/task/%s/lib.py' % n).read() for n in ('relative', 'absolute')]";
    EXPECT_THAT(ask(*start(linked), read), HasSubstr("No such file"));
    linked.mount_symlinks = true;
    EXPECT_EQ(ask(*start(linked), read), "['shared', 'shared']");
}

TEST_F(SandboxRoot, ResolvesAddedHosts) {
    auto with_hosts = spec();
    with_hosts.network.extra_hosts = {
        "s3.test:10.1.2.3", "six.test:[fd00::7]", "gate.test:host-gateway"};
    const auto environment = start(with_hosts);
    ASSERT_TRUE(environment);
    const auto resolve = [&](const std::string& name) {
        return ask(
            *environment, "import socket; answer = socket.getaddrinfo('" + name + "', 1)[0][4][0]");
    };
    EXPECT_EQ(resolve("s3.test"), "10.1.2.3");
    EXPECT_EQ(resolve("six.test"), "fd00::7");
    EXPECT_EQ(resolve("gate.test"), "127.0.0.1");
    EXPECT_EQ(resolve("localhost"), "127.0.0.1");
}

TEST(HostsFile, RefusesWhatIsNoHost) {
    for (const char* entry :
         {"", "name", "name:", ":1.2.3.4", "two names:1.2.3.4", "a:1.2.3.4\n5.6.7.8 b"}) {
        EXPECT_FALSE(hosts_file({entry}, "")) << entry;
    }
    EXPECT_THAT(
        hosts_file({"a:1.2.3.4"}, "5.6.7.8 b\n").value(),
        AllOf(StartsWith("1.2.3.4\ta\n"), HasSubstr("5.6.7.8 b\n")));
}

} // namespace
} // namespace samara::engine::sandbox
