#include "engine/sandbox/control_group.h"
#include "engine/sandbox/sandbox_engine.h"
#include "os/architecture.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/process.h"
#include "unit/engine/sandbox_probe.h"

#include <csignal>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

namespace samara::engine::sandbox {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class SandboxLife : public SandboxProbe {
protected:
    // What a sandbox of this id has on the host.
    static std::vector<fs::path> traces(const std::string& id) {
        std::vector<fs::path> found;
        const ControlGroupHome home = find_control_group_home();
        for (const fs::path& folder : {os::temp_folder(), home.memory, home.pids}) {
            if (!folder.empty() && fs::exists(folder / id)) {
                found.push_back(folder / id);
            }
        }
        return found;
    }

    // SIGKILL to the probes that this test has started.
    static void kill_emulator() {
        const std::string own = " " + std::to_string(::getpid()) + " ";
        for (const pid_t bwrap : processes_with("bwrap")) {
            const auto stat = os::read_file(fs::path("/proc") / std::to_string(bwrap) / "stat");
            if (!stat || stat->find(own) == std::string::npos) {
                continue;
            }
            const std::string name = std::to_string(bwrap);
            const auto child = os::read_file(fs::path("/proc") / name / "task" / name / "children");
            ::kill(std::stoi(child.value()), SIGKILL);
        }
    }

    // Starts a process in the sandbox that the host can find by `mark` in its command line.
    static void spawn_marked(const Environment& environment, const std::string& mark) {
        const std::string code = "import subprocess; subprocess.Popen(['python3', '-c', "
                                 "'import time; time.sleep(600)', '" +
                                 mark + "']); answer = 'ok'";
        EXPECT_EQ(ask(environment, code), "ok");
        EXPECT_TRUE(eventually([&] { return !processes_with(mark).empty(); }));
    }

    std::string mark_ = "mark-" + dir_.path().filename().string();
};

TEST_F(SandboxLife, LeavesNothingAfterANormalEnd) {
    auto environment = start(spec());
    ASSERT_TRUE(environment);
    const std::string id = environment->id();
    EXPECT_TRUE(environment->alive());
    EXPECT_THAT(traces(id), testing::Not(IsEmpty()));
    spawn_marked(*environment, mark_);
    environment.reset();
    EXPECT_THAT(traces(id), IsEmpty());
    EXPECT_THAT(processes_with(mark_), IsEmpty());
    EXPECT_EQ(output(), "stopped\n"); // it was asked to end before it was made to
}

TEST_F(SandboxLife, PassesOutputOnWhileItRuns) {
    const auto environment = start(spec());
    ASSERT_TRUE(environment);
    ask(*environment, "import os; os.write(1, b'out'); os.write(2, b'error'); answer = ''");
    EXPECT_TRUE(eventually([&] { return output() == "outerror"; }));
}

TEST_F(SandboxLife, TellsHowItEnded) {
    auto environment = start(spec());
    ASSERT_TRUE(environment);
    ask(*environment, "import os; os._exit(3)");
    EXPECT_TRUE(eventually([&] { return !environment->alive(); }));
    EXPECT_EQ(environment->end_reason(), "exit code 3");

    environment = start(spec());
    ASSERT_TRUE(environment);
    // A signal that it does not handle ends number 1 only from outside.
    kill_emulator();
    EXPECT_TRUE(eventually([&] { return !environment->alive(); }));
    EXPECT_THAT(environment->end_reason(), HasSubstr("SIGKILL"));
}

TEST_F(SandboxLife, StartFailsWithWhatBubblewrapSays) {
    auto broken = spec();
    // A file where bubblewrap is to make a folder.
    broken.debug = DebugSpec{{}, {}, "/etc/hostname/nothing", {}};
    const auto environment = engine_->start(broken, {}, cancel_);
    ASSERT_FALSE(environment);
    EXPECT_THAT(environment.error().message, AllOf(HasSubstr("did not start"), HasSubstr("bwrap")));
}

TEST_F(SandboxLife, StartIsCancelled) {
    cancel_.cancel();
    EXPECT_FALSE(engine_->start(spec(), {}, cancel_));
}

TEST_F(SandboxLife, RefusesWhatItCannotRun) {
    const auto error_of = [&](const EnvironmentSpec& impossible) {
        const auto environment = engine_->start(impossible, {}, cancel_);
        EXPECT_FALSE(environment);
        return environment ? std::string() : base::to_string(environment.error());
    };
    auto image = spec();
    image.package = ImagePackage{"thumbnails:latest", {}, {}, {}};
    EXPECT_THAT(error_of(image), AllOf(HasSubstr("image"), HasSubstr("--engine docker")));
    auto foreign = spec();
    foreign.architecture = os::machine_architecture() == "x86_64" ? "arm64" : "x86_64";
    foreign.runtime = "provided.al2023";
    if (!os::runs_architecture(foreign.architecture)) {
        EXPECT_THAT(
            error_of(foreign),
            AllOf(
                HasSubstr("arm64"),
                HasSubstr("x86_64"),
                HasSubstr("apt-get install qemu-user-static")));
    }
    auto java = spec();
    java.runtime = "java21";
    EXPECT_THAT(error_of(java), AllOf(HasSubstr("java21"), HasSubstr("--engine docker")));
    auto gone = spec();
    gone.package = ZipPackage{dir_.path() / "gone"};
    EXPECT_THAT(error_of(gone), HasSubstr("gone"));
}

TEST_F(SandboxLife, NothingOutlivesAKilledSamara) {
    // A process of its own that starts a sandbox and is killed while it runs.
    const auto pipe = os::make_pipe();
    ASSERT_TRUE(pipe);
    const pid_t samara = ::fork();
    if (samara == 0) {
        const auto environment = start(spec());
        spawn_marked(*environment, mark_);
        const std::string& id = environment->id();
        static_cast<void>(!::write(pipe->write.get(), id.data(), id.size()));
        ::pause();
    }
    std::array<char, 128> id{};
    ASSERT_GT(::read(pipe->read.get(), id.data(), id.size() - 1), 0);
    EXPECT_THAT(traces(id.data()), testing::Not(IsEmpty()));
    ::kill(samara, SIGKILL);
    ::waitpid(samara, nullptr, 0);
    EXPECT_TRUE(eventually([&] { return processes_with(mark_).empty(); }));

    const auto living = start(spec());
    ASSERT_TRUE(living);
    EXPECT_TRUE(eventually([&] {
        sweep_leftovers(); // as the next start does
        return traces(id.data()).empty();
    }));
    EXPECT_THAT(traces(living->id()), testing::Not(IsEmpty()));
    EXPECT_EQ(ask(*living, "answer = 'alive'"), "alive");
}

} // namespace
} // namespace samara::engine::sandbox
