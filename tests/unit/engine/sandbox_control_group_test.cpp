#include "engine/sandbox/control_group.h"
#include "os/file.h"
#include "os/process.h"
#include "os/temp_dir.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

namespace samara::engine::sandbox {
namespace {

namespace fs = std::filesystem;

class ControlGroupHomeTest : public testing::Test {
protected:
    fs::path group(const fs::path& relative, std::string_view subtree_control = {}) {
        const fs::path path = dir_.path() / relative;
        EXPECT_TRUE(os::make_folders(path));
        EXPECT_TRUE(os::write_file_atomically(path / "cgroup.procs", ""));
        EXPECT_TRUE(os::write_file_atomically(path / "cgroup.subtree_control", subtree_control));
        return path;
    }

    [[nodiscard]] std::string mount(const fs::path& at, std::string_view type_and_options) const {
        return fmt::format(
            "30 23 0:26 / {} rw,nosuid shared:4 - {}\n",
            (dir_.path() / at).string(),
            type_and_options);
    }

    os::TempDir dir_ = os::TempDir::create("test").value();
};

TEST_F(ControlGroupHomeTest, Version1IsTheOwnGroupOfEachController) {
    const fs::path memory = group("memory/jobs/a");
    const fs::path pids = group("pids");
    const auto home = find_control_group_home(
        mount("memory", "cgroup cgroup rw,memory") + mount("pids", "cgroup cgroup rw,pids"),
        "8:pids:/\n4:memory:/jobs/a\n0::/\n");
    EXPECT_EQ(home.memory, memory);
    EXPECT_EQ(home.pids, pids);
    EXPECT_FALSE(home.unified);
}

TEST_F(ControlGroupHomeTest, Version2IsTheNearestAboveThatHandsControllersOn) {
    group("user", "memory pids\n");
    const fs::path slice = group("user/app", "cpu memory pids\n");
    group("user/app/terminal");
    const auto home =
        find_control_group_home(mount(".", "cgroup2 cgroup2 rw"), "0::/user/app/terminal\n");
    EXPECT_EQ(home.memory.lexically_normal(), slice);
    EXPECT_TRUE(home.unified);
}

// As systemd leaves a unit with Delegate=yes: controllers are offered, and the unit is a member.
TEST_F(ControlGroupHomeTest, Version2IsTheOwnGroupWhereItIsDelegated) {
    group("system", "cpu\n");
    const fs::path unit = group("system/unit");
    const auto find = [&] {
        return find_control_group_home(mount(".", "cgroup2 cgroup2 rw"), "0::/system/unit\n");
    };
    EXPECT_FALSE(find().usable()); // the top of a hierarchy
    ASSERT_TRUE(os::write_file_atomically(unit / "cgroup.type", "domain\n"));
    ASSERT_TRUE(os::write_file_atomically(unit / "cgroup.controllers", "cpu memory\n"));
    EXPECT_FALSE(find().usable()); // does not offer pids
    ASSERT_TRUE(os::write_file_atomically(unit / "cgroup.controllers", "cpu memory pids\n"));
    auto home = find();
    EXPECT_EQ(home.memory.lexically_normal(), unit);
    EXPECT_TRUE(home.occupied);

    // Files of a test take members without letting them go; a group with none is free at once.
    ASSERT_TRUE(make_room(home));
    EXPECT_FALSE(home.occupied);
    EXPECT_TRUE(fs::is_directory(unit / members_group));
    EXPECT_EQ(os::read_file(unit / "cgroup.subtree_control").value(), "+memory +pids");
    ASSERT_TRUE(os::write_file_atomically(unit / "cgroup.procs", "4711\n"));
    home.occupied = true;
    EXPECT_FALSE(make_room(home));
}

TEST_F(ControlGroupHomeTest, NoneWhereControllersAreNotHandedOn) {
    group("user", "cpu\n");
    EXPECT_FALSE(find_control_group_home(mount(".", "cgroup2 cgroup2 rw"), "0::/user\n").usable());
    EXPECT_FALSE(find_control_group_home("", "").usable());
    EXPECT_FALSE(find_control_group_home("nonsense - \n - a\n", "1:\n:::\n").usable());
}

TEST_F(ControlGroupHomeTest, NoneWhereTheOwnGroupIsOutsideOfTheMount) {
    group("memory");
    const std::string mounts = fmt::format(
        "30 23 0:26 /docker/abc {} rw - cgroup cgroup rw,memory\n",
        (dir_.path() / "memory").string());
    EXPECT_FALSE(find_control_group_home(mounts, "4:memory:/elsewhere\n").usable());
    EXPECT_TRUE(find_control_group_home(mounts, "4:memory:/docker/abc\n").usable());
}

class ControlGroupTest : public testing::Test {
protected:
    void SetUp() override {
        home_ = find_control_group_home();
        if (!home_.usable()) {
            GTEST_SKIP() << "no control group can be made here";
        }
    }

    std::string name_ = fmt::format("samara-test-{}", ::getpid());
    ControlGroupHome home_;
};

TEST_F(ControlGroupTest, KillsWhatTakesMoreMemory) {
    ControlGroupLimits limits;
    limits.memory_bytes = 32U << 20U;
    fs::path folder;
    {
        const auto group = ControlGroup::create(home_, name_, limits);
        ASSERT_TRUE(group) << group.error().message;
        folder = group->memory_folder();
        os::Command command;
        command.argv = {"/usr/bin/python3", "-c", "b'x' * (200 << 20)"};
        command.control_groups = group->entrances();
        EXPECT_EQ(group->out_of_memory_kills(), 0U);
        EXPECT_EQ(os::run(command, {}).value().status.signal, SIGKILL);
        EXPECT_EQ(group->out_of_memory_kills(), 1U);
    }
    EXPECT_FALSE(fs::exists(folder));
}

TEST_F(ControlGroupTest, SweepTakesOnlyWhatNobodyOwns) {
    const auto owned = ControlGroup::create(home_, name_ + "-owned", {});
    ASSERT_TRUE(owned);
    const fs::path orphan = home_.memory / (name_ + "-orphan");
    const fs::path foreign = home_.memory / ("other-" + name_);
    ASSERT_TRUE(os::make_folders(orphan));
    ASSERT_TRUE(os::make_folders(foreign));
    sweep_control_groups(home_); // another samara may have been faster
    EXPECT_FALSE(fs::exists(orphan));
    EXPECT_TRUE(fs::exists(foreign));
    EXPECT_TRUE(fs::exists(owned->memory_folder()));
    ::rmdir(foreign.c_str());
}

} // namespace
} // namespace samara::engine::sandbox
