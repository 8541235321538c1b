#include "engine/sandbox/bubblewrap.h"
#include "engine/sandbox/identity.h"
#include "engine/sandbox/libraries.h"
#include "engine/sandbox/native_code.h"
#include "engine/sandbox/readable.h"
#include "engine/sandbox/seccomp.h"
#include "os/architecture.h"
#include "os/file.h"
#include "os/temp_dir.h"
#include "unit/engine/sandbox_probe.h"

#include <filesystem>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

namespace samara::engine::sandbox {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view all_capabilities = "000001ffffffffff";
constexpr std::string_view all_users = "         0          0 4294967295\n";

TEST(ChooseIdentity, AnOrdinaryUserStaysItself) {
    const Identity identity = choose_identity(1000, "0000000000000000", all_users, 1);
    EXPECT_FALSE(identity.unprivileged);
    EXPECT_EQ(identity.user, 993U);
    EXPECT_EQ(identity.group, 990U);
}

TEST(ChooseIdentity, RootBecomesAnotherUserForEachSandbox) {
    std::set<uid_t> users;
    for (std::uint64_t number = 0; number < 8; ++number) {
        const Identity identity =
            choose_identity(0, all_capabilities, all_users, (number << 22U) + 4711);
        ASSERT_TRUE(identity.unprivileged);
        EXPECT_EQ(*identity.unprivileged, identity.user);
        users.insert(identity.user);
    }
    EXPECT_EQ(users.size(), 8U);
    EXPECT_GE(*users.begin(), 1'879'048'192U);
    EXPECT_LT(*users.rbegin(), 2'147'352'576U); // systemd's own begin
}

TEST(ChooseIdentity, RootOfAContainerTakesAUserThatItHas) {
    const auto in_map = [](std::string_view map) {
        return choose_identity(0, all_capabilities, map, 1).unprivileged;
    };
    EXPECT_EQ(in_map("0 100000 65536\n"), 65'533U);
    EXPECT_EQ(in_map("0 1000 1\n1 100000 2000\n"), 1'000U);
    EXPECT_FALSE(in_map("0 1000 1\n"));
    EXPECT_FALSE(in_map(""));
}

TEST(ChooseIdentity, RootThatCannotMountNeedsAUserNamespace) {
    EXPECT_FALSE(choose_identity(0, "00000000a80425fb", all_users, 1).unprivileged);
    EXPECT_FALSE(choose_identity(0, "", all_users, 1).unprivileged);
}

TEST(SeccompProgram, IsMadeForBothAndLetsDebuggersTrace) {
    const auto closed = seccomp_program(false);
    const auto debug = seccomp_program(true);
    ASSERT_TRUE(closed && debug);
    EXPECT_EQ(closed->size() % 8, 0U); // struct sock_filter
    EXPECT_GT(closed->size(), debug->size());
}

TEST(IsOfModule, KnowsPackagesModulesAndTheirMetadata) {
    const std::vector<std::string> modules{"six", "boto3"};
    for (const char* name : {"six", "six.py", "six-1.16.0.egg-info", "boto3-1.26.dist-info"}) {
        EXPECT_TRUE(is_of_module(name, modules)) << name;
    }
    for (const char* name : {"sixteen", "six.pyc", "six-other", "boto", "boto3_extras", "yaml"}) {
        EXPECT_FALSE(is_of_module(name, modules)) << name;
    }
}

class Readable : public testing::Test {
protected:
    fs::path file(const std::string& name, mode_t mode) {
        const fs::path path = folder_ / name;
        EXPECT_TRUE(os::make_folders(path.parent_path()));
        EXPECT_TRUE(os::write_file_atomically(path, "text"));
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
        return path;
    }

    static mode_t mode_of(const fs::path& path) {
        struct stat status {};

        EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
        return status.st_mode & 07777;
    }

    os::TempDir dir_ = os::TempDir::create("test").value();
    fs::path folder_ = dir_.path() / "code";
    ReadableStore store_;
};

TEST_F(Readable, IsTheFolderItselfWhereAllMayReadIt) {
    file("a.py", 0644);
    file("sub/b.py", 0444);
    fs::create_symlink("/nowhere", folder_ / "link");
    ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
    ASSERT_EQ(::chmod((folder_ / "sub").c_str(), 0755), 0);
    EXPECT_EQ(store_.folder(folder_, {}).value(), folder_);
}

TEST_F(Readable, IsACopyThatAllMayReadElse) {
    file("a.py", 0600);
    file("run", 04700);
    file("sub/b.py", 0640);
    ASSERT_EQ(::chmod((folder_ / "sub").c_str(), 0700), 0);
    const auto copy = store_.folder(folder_, {});
    ASSERT_TRUE(copy) << copy.error().message;
    EXPECT_NE(*copy, folder_);
    EXPECT_EQ(mode_of(*copy), 0755U);
    EXPECT_EQ(mode_of(*copy / "a.py"), 0644U);
    EXPECT_EQ(mode_of(*copy / "run"), 0755U);
    EXPECT_EQ(mode_of(*copy / "sub"), 0755U);
    EXPECT_EQ(mode_of(*copy / "sub/b.py"), 0644U);
    EXPECT_EQ(mode_of(folder_ / "a.py"), 0600U) << "the user's own stay as they are";
    EXPECT_EQ(store_.folder(folder_, {}).value(), *copy) << "once";
    file("sub/c.py", 0600);
    const auto edited = store_.folder(folder_, {});
    EXPECT_NE(*edited, *copy);
    EXPECT_TRUE(fs::exists(*edited / "sub/c.py"));
}

TEST(NativeCode, OfAnotherMachineIsToldByItsFile) {
    const auto dir = os::TempDir::create("test").value();
    EnvironmentSpec spec;
    spec.function = "Fn";
    spec.package = ZipPackage{dir.path()};
    spec.architecture = os::machine_architecture() == "x86_64" ? "arm64" : "x86_64";
    ASSERT_TRUE(os::write_file_atomically(dir.path() / "app.py", "code"));
    ASSERT_TRUE(os::copy_tree("/bin/true", dir.path() / "own.so"));
    EXPECT_TRUE(check_native_code(spec)) << "what this machine can load";
    std::string foreign = os::read_file("/bin/true").value();
    foreign[18] = spec.architecture == "arm64" ? '\xb7' : '\x3e';
    ASSERT_TRUE(os::make_folders(dir.path() / "lib"));
    ASSERT_TRUE(os::write_file_atomically(dir.path() / "lib/speed.so", foreign));
    const auto checked = check_native_code(spec);
    ASSERT_FALSE(checked);
    EXPECT_THAT(
        checked.error().message, AllOf(HasSubstr("lib/speed.so"), HasSubstr(spec.architecture)));
}

// Whatever makes arguments of bwrap: none of it can hold a NUL.
TEST(BubblewrapArguments, CannotHoldANul) {
    const std::string nul = "x\0--bind\0/etc\0/mnt"s;
    const auto fails = [](const std::function<void(Bubblewrap&)>& add) {
        Bubblewrap bubblewrap;
        add(bubblewrap);
        return !bubblewrap.command({"true"}).has_value();
    };
    EXPECT_TRUE(fails([&](Bubblewrap& b) { b.option(nul); }));
    EXPECT_TRUE(fails([&](Bubblewrap& b) { b.option("--chdir", nul); }));
    EXPECT_TRUE(fails([&](Bubblewrap& b) { b.option("--symlink", "a", nul); }));
    EXPECT_TRUE(fails([&](Bubblewrap& b) { b.option("--symlink", nul, "a"); }));
    EXPECT_TRUE(fails([&](Bubblewrap& b) { b.bind_read_only(nul, "/a"); }));
    EXPECT_TRUE(fails([&](Bubblewrap& b) { static_cast<void>(b.file("bytes", nul)); }));
    Bubblewrap bubblewrap;
    for (const auto& [name, value] : std::map<std::string, std::string>{
             {"NAME", nul}, {"A\0B"s, "x"}, {"A=B", "x"}, {"", "x"}}) {
        EXPECT_FALSE(bubblewrap.environment({{name, value}})) << value;
    }
    EXPECT_FALSE(fails([&](Bubblewrap& b) { static_cast<void>(b.file(nul, "/a")); }));
}

using SandboxArguments = SandboxProbe;

TEST_F(SandboxArguments, WithANulAreRefusedByName) {
    const std::string nul = "x\0--bind\0/etc\0/mnt"s;
    const auto refused = [&](const std::function<void(EnvironmentSpec&)>& edit) {
        EnvironmentSpec edited = spec();
        edit(edited);
        const auto environment = engine_->start(edited, {}, cancel_);
        EXPECT_FALSE(environment);
        return environment ? std::string() : environment.error().message;
    };
    EXPECT_THAT(
        refused([&](EnvironmentSpec& s) { s.environment["TOKEN"] = nul; }),
        AllOf(HasSubstr("Function"), HasSubstr("'TOKEN' holds a NUL")));
    EXPECT_THAT(
        refused([&](EnvironmentSpec& s) { s.environment["A=B"] = "x"; }), HasSubstr("'A=B'"));
    EXPECT_THAT(refused([&](EnvironmentSpec& s) { s.handler = nul; }), HasSubstr("_HANDLER"));
    refused([&](EnvironmentSpec& s) { s.package = ZipPackage{code_.string() + nul}; });
    refused([&](EnvironmentSpec& s) { s.layers = {{"layer", code_.string() + nul, true}}; });
    EXPECT_THAT(
        refused([&](EnvironmentSpec& s) { s.network.extra_hosts = {"a:1.2.3.4\0x"s}; }),
        HasSubstr("--add-host"));
    EXPECT_THAT(
        refused([&](EnvironmentSpec& s) {
            s.debug = DebugSpec{{5858}, {}, {}, {{"NODE_OPTIONS", nul}}};
        }),
        HasSubstr("NODE_OPTIONS"));
    refused([&](EnvironmentSpec& s) { s.debug = DebugSpec{{5858}, nul, {}, {}}; });
}

} // namespace
} // namespace samara::engine::sandbox
