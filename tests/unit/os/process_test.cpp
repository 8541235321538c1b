#include "os/file.h"
#include "os/owner.h"
#include "os/process.h"
#include "os/process_table.h"
#include "os/side_by_side.h"
#include "os/temp_dir.h"

#include <csignal>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace samara::os {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

Command shell(std::string script) {
    Command command;
    command.argv = {"sh", "-c", std::move(script)};
    return command;
}

Completed complete(const Command& command) {
    return run(command, {}).value();
}

bool exists(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

TEST(Process, CapturesBothStreamsAndTheCode) {
    const Completed done = complete(shell("echo out; echo error >&2; exit 3"));
    EXPECT_EQ(done.out, "out\n");
    EXPECT_EQ(done.error, "error\n");
    EXPECT_EQ(done.status.code, 3);
    EXPECT_FALSE(done.status.success());
    EXPECT_EQ(to_string(done.status), "exit code 3");
}

TEST(Process, TellsTheSignal) {
    const Completed done = complete(shell("kill -SEGV $$"));
    EXPECT_EQ(done.status.signal, SIGSEGV);
    EXPECT_EQ(to_string(done.status), "killed by SIGSEGV (Segmentation fault)");
}

TEST(Process, GetsInputEnvironmentAndFolder) {
    const TempDir dir = TempDir::create("test").value();
    Command command = shell("cat; echo $NAME; pwd; env | wc -l");
    command.environment = {{"NAME", "value with blanks"}, {"PATH", "/usr/bin:/bin"}};
    command.input = "input\n";
    command.folder = dir.path();
    command.owner_mark = false;
    const Completed done = complete(command);
    // PWD is the shell's own addition.
    EXPECT_EQ(done.out, "input\nvalue with blanks\n" + dir.path().string() + "\n3\n");
}

TEST(Process, CarriesTheMarkOfItsOwner) {
    Command command = shell("echo $SAMARA_OWNER");
    command.environment = {{"PATH", "/usr/bin:/bin"}, {"SAMARA_OWNER", "somebody else"}};
    EXPECT_EQ(complete(command).out, to_string(this_process()) + "\n");
}

TEST(Process, WithoutInputReadsNothing) {
    EXPECT_EQ(complete(shell("cat; echo end")).out, "end\n");
}

TEST(Process, PassesOnMoreThanAPipeHolds) {
    const Completed done =
        complete(shell("head -c 3000000 /dev/zero; head -c 1000000 /dev/zero >&2"));
    EXPECT_EQ(done.out.size(), 3000000U);
    EXPECT_EQ(done.error.size(), 1000000U);
}

TEST(Process, EndsWhatNeverStopsAnswering) {
    Command command;
    command.argv = {"yes"};
    const auto done = run(command, {});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message, "yes wrote more than 16 MB to its standard output");
}

TEST(Process, KeepsTheBeginningOfLongMessages) {
    Command command;
    command.argv = {"sh", "-c", "echo begin >&2; head -c 40000000 /dev/zero >&2; echo answer"};
    const auto done = run(command, {}).value();
    EXPECT_TRUE(done.status.success());
    EXPECT_EQ(done.out, "answer\n");
    EXPECT_TRUE(done.error.starts_with("begin\n"));
    EXPECT_TRUE(done.error.ends_with("(more was written here than is kept)\n"));
    EXPECT_LT(done.error.size(), captured_bytes + 100);
}

TEST(Process, NamesAProgramThatIsNotThere) {
    Command command;
    command.argv = {"samara-no-such-program"};
    EXPECT_THAT(run(command, {}).error().message, HasSubstr("samara-no-such-program"));
    command.argv = {"/dev/null"};
    EXPECT_THAT(run(command, {}).error().message, HasSubstr("Permission denied"));
    command = shell("true");
    command.folder = "/nonexistent";
    EXPECT_THAT(run(command, {}).error().message, HasSubstr("/nonexistent"));
}

TEST(Process, EndsTheWholeGroupWhenCancelled) {
    // The grandchild ignores SIGTERM, so it takes the SIGKILL after the grace.
    Command command =
        shell("sh -c 'trap \"\" TERM; echo $$; while :; do read x < /dev/zero; done' & wait");
    command.grace = 10ms;
    const Cancellation cancel;
    std::string out;
    auto process = Process::start(command, {[&](std::string_view bytes) {
                                      out += bytes;
                                      cancel.cancel();
                                  }});
    ASSERT_TRUE(process);
    const pid_t leader = process->pid();
    const ExitStatus status = process->wait(cancel);
    EXPECT_EQ(status.cause, EndCause::cancelled);
    EXPECT_FALSE(exists(leader));
    const pid_t grandchild = std::stoi(out);
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (exists(grandchild) && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield(); // init reaps it
    }
    EXPECT_FALSE(exists(grandchild));
}

TEST(Process, WaitsForTheWholeGroupThatItHasKilled) {
    // Its memory takes a while to be given back, in which the leader is long gone.
    const Command command = shell(
        "python3 -c 'import os, time; all = bytearray(256 << 20); print(os.getpid(), flush=True); "
        "time.sleep(600)' & wait");
    const Cancellation cancel;
    std::string out;
    auto process = Process::start(command, {[&](std::string_view bytes) {
                                      out += bytes;
                                      cancel.cancel();
                                  }});
    ASSERT_TRUE(process);
    process->wait(cancel);
    EXPECT_FALSE(process_stat(std::stoi(out))); // or a zombie, until init reaps it
}

TEST(Process, TimesOut) {
    const auto begin = std::chrono::steady_clock::now();
    const auto done = run(shell("sleep 600"), {}, begin + 20ms);
    ASSERT_TRUE(done);
    EXPECT_EQ(done->status.cause, EndCause::timed_out);
    EXPECT_EQ(to_string(done->status), "timed out");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 60s);
}

TEST(Process, DoesNotWaitForABackgroundProcessThatKeepsThePipe) {
    const Completed done = complete(shell("sleep 600 & echo $!"));
    EXPECT_TRUE(done.status.success());
    EXPECT_FALSE(done.out.empty());
}

TEST(Process, DestroyingItKillsIt) {
    pid_t pid = 0;
    {
        auto process = Process::start(shell("sleep 600"));
        ASSERT_TRUE(process);
        pid = process->pid();
        EXPECT_TRUE(exists(pid));
    }
    EXPECT_FALSE(exists(pid));
}

TEST(Process, PassesDescriptorsAndNoOthers) {
    const auto pipe = make_pipe();
    ASSERT_TRUE(pipe);
    Command command = shell("echo through >&9; ls /proc/self/fd");
    command.descriptors = {{pipe->write.get(), 9}};
    // 3 is the folder that ls reads.
    EXPECT_EQ(complete(command).out, "0\n1\n2\n3\n9\n");
    std::array<char, 16> bytes{};
    ASSERT_EQ(::read(pipe->read.get(), bytes.data(), bytes.size()), 8);
    EXPECT_STREQ(bytes.data(), "through\n");
}

TEST(Process, AppliesLimitsAndSignalDefaults) {
    Command command = shell("ulimit -n; kill -PIPE $$");
    command.limits = {{RLIMIT_NOFILE, 64}};
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    const Completed done = complete(command);
    std::signal(SIGPIPE, before);
    EXPECT_EQ(done.out, "64\n");
    EXPECT_EQ(done.status.signal, SIGPIPE);
}

TEST(Process, TellsWhichLimitKeepsItFromBeingMade) {
    EXPECT_EXIT(
        {
            constexpr uid_t nobodys = 54321;
            const struct rlimit none {};

            if (::setrlimit(RLIMIT_NPROC, &none) != 0 ||
                (::geteuid() == 0 && ::setresuid(nobodys, nobodys, nobodys) != 0)) {
                ::_exit(2);
            }
            const auto started = Process::start(shell(":"), {});
            const bool told = !started && started.error().hint.find("0 of this user (ulimit -u)") !=
                                              std::string::npos;
            ::_exit(told ? 7 : 1);
        },
        testing::ExitedWithCode(7),
        "");
}

TEST(SideBySide, WhatNoThreadCanBeMadeForIsDoneInPlace) {
    EXPECT_EXIT(
        {
            constexpr uid_t nobodys = 54321;
            const struct rlimit none {};

            if (::setrlimit(RLIMIT_NPROC, &none) != 0 ||
                (::geteuid() == 0 && ::setresuid(nobodys, nobodys, nobodys) != 0)) {
                ::_exit(2);
            }
            std::vector<std::thread::id> done(3);
            {
                SideBySide threads;
                for (std::thread::id& thread : done) {
                    threads.run([&] { thread = std::this_thread::get_id(); });
                }
            }
            ::_exit(done == std::vector(3, std::this_thread::get_id()) ? 7 : 1);
        },
        testing::ExitedWithCode(7),
        "");
}

TEST(Process, LeadsASessionWhenAsked) {
    Command command = shell("echo $$ $(cut -d' ' -f6 /proc/$$/stat)");
    command.new_session = true;
    const std::string out = complete(command).out;
    EXPECT_EQ(out.substr(0, out.find(' ')) + "\n", out.substr(out.find(' ') + 1));
}

TEST(Process, DiesWithItsParent) {
    // The middle process is killed before it could clean up; its child must go all the same.
    const auto pipe = make_pipe();
    ASSERT_TRUE(pipe);
    const pid_t middle = ::fork();
    if (middle == 0) {
        Command command = shell("sleep 600");
        command.die_with_parent = true;
        const auto child = Process::start(command);
        const pid_t pid = child ? child->pid() : 0;
        static_cast<void>(!::write(pipe->write.get(), &pid, sizeof pid));
        ::raise(SIGKILL);
    }
    pid_t pid = 0;
    ASSERT_EQ(::read(pipe->read.get(), &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
    ASSERT_GT(pid, 0);
    ::waitpid(middle, nullptr, 0);
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (exists(pid) && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
    }
    EXPECT_FALSE(exists(pid));
}

TEST(FindProgram, LooksInTheFoldersGiven) {
    const TempDir dir = TempDir::create("test").value();
    ASSERT_TRUE(write_file_atomically(dir.path() / "tool", "#!/bin/sh\n", 0755));
    ASSERT_TRUE(write_file_atomically(dir.path() / "text", "", 0644));
    ASSERT_TRUE(make_folders(dir.path() / "folder"));
    const std::string path = "/nonexistent:" + dir.path().string();
    EXPECT_EQ(find_program("tool", path), dir.path() / "tool");
    EXPECT_EQ(find_program("text", path), std::nullopt);
    EXPECT_EQ(find_program("folder", path), std::nullopt);
    EXPECT_TRUE(find_program("sh"));
}

TEST(LineSplitter, GivesWholeLinesAndTheRest) {
    std::vector<std::string> lines;
    {
        LineSplitter split([&](std::string_view line) { lines.emplace_back(line); });
        split("one\r\ntw");
        split("o\n\nthr");
        EXPECT_THAT(lines, ElementsAre("one", "two", ""));
        split("ee");
    }
    EXPECT_THAT(lines, ElementsAre("one", "two", "", "three"));
}

} // namespace
} // namespace samara::os
