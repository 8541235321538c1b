#pragma once

#include "base/error.h"
#include "os/cancellation.h"
#include "os/unique_fd.h"
#include "os/wait.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

/// Child processes: each leads a process group of its own, and nothing of that group outlives it.
namespace samara::os {

/// A descriptor of ours that the child shall have under the number `as` (3 or more).
struct PassedDescriptor {
    int descriptor = -1;
    int as = -1;
};

/// A limit of setrlimit(2) for the child.
struct ResourceLimit {
    int resource = 0; ///< RLIMIT_...
    std::uint64_t value = 0;
};

struct Command {
    /// argv[0] is looked up on PATH (of `environment` where that is given) when it has no slash.
    std::vector<std::string> argv;
    std::optional<std::map<std::string, std::string>> environment; ///< nothing: ours
    std::filesystem::path folder;                                  ///< empty: ours
    std::optional<std::string> input;                              ///< nothing: /dev/null
    bool merge_output = false;                                     ///< standard error into output
    bool new_session = false;                                      ///< setsid(2): no terminal
    /// SIGKILL when the *thread* that started it ends (PR_SET_PDEATHSIG): only for threads that
    /// live as long as the child.
    bool die_with_parent = false;
    /// SAMARA_OWNER in its environment, by which the next samara ends what a killed one left.
    bool owner_mark = true;
    std::vector<PassedDescriptor> descriptors;
    std::vector<ResourceLimit> limits;
    /// Open cgroup.procs or tasks files of the control groups that the child joins before it runs.
    std::vector<int> control_groups;
    /// Between SIGTERM and SIGKILL when a wait is cancelled or times out.
    std::chrono::milliseconds grace{2000};
};

/// Receives bytes as they come.
using ByteSink = std::function<void(std::string_view)>;

/// Where output goes; an empty one discards. Called from the thread in Process::wait().
struct OutputSinks {
    ByteSink out = {};
    ByteSink error = {};
};

enum class EndCause : std::uint8_t { own, cancelled, timed_out };

struct ExitStatus {
    int code = 0;   ///< when it exited
    int signal = 0; ///< when a signal ended it, else 0
    EndCause cause = EndCause::own;

    [[nodiscard]] bool success() const {
        return code == 0 && signal == 0 && cause == EndCause::own;
    }
};

/// "exit code 3", "killed by SIGSEGV (Segmentation fault)", "cancelled", "timed out".
std::string to_string(const ExitStatus& status);

class Process {
public:
    /// Fails when the program cannot be found or executed, with its name in the message.
    static base::Result<Process> start(const Command& command, OutputSinks sinks = {});

    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    ~Process(); ///< kills the group and reaps

    /// -1 once wait() has returned: not for kill(2), which takes -1 for every process there is.
    [[nodiscard]] pid_t pid() const { return pid_; }

    /// Polls readable once the child has ended. Owned by this object.
    [[nodiscard]] int descriptor() const { return pid_descriptor_.get(); }

    /// To the child and all of its group. Not beside wait() in another thread: cancel that instead.
    void kill(int signal) const noexcept;

    /// Passes output on until the child ends, and then kills what it left in its group. When
    /// cancelled or late it ends the group first: SIGTERM, after the grace SIGKILL; then none of it
    /// writes anything any more. Only once.
    ExitStatus wait(const Cancellation& cancel, Deadline deadline = {});

private:
    Process() = default;
    void finish(ExitStatus& status);
    /// Passes on what comes, or waits until then; false once the child has ended.
    bool watch(const ExitStatus& status, const Cancellation& cancel, Deadline deadline);

    pid_t pid_ = -1;
    UniqueFd pid_descriptor_;
    UniqueFd out_;
    UniqueFd error_;
    OutputSinks sinks_;
    std::chrono::milliseconds grace_{0};
};

/// What a command writes that is captured. Far more than any answer has; a program that never stops
/// writing must not take all memory.
inline constexpr std::size_t captured_bytes = std::size_t{16} << 20U;

struct Completed {
    ExitStatus status;
    std::string out;
    std::string error;
};

/// Runs a command to its end and captures what it writes, of each output `captured_bytes`. One that
/// writes more on its standard output is ended, and that is an error: half an answer is none. Of
/// longer messages on standard error the end is left out, with a line that says so.
base::Result<Completed>
run(const Command& command, const Cancellation& cancel, Deadline deadline = {});

/// The first executable file called `name` in the folders of `path`, by default $PATH.
std::optional<std::filesystem::path>
find_program(std::string_view name, std::optional<std::string_view> path = {});

/// Turns bytes into lines without their line ends; destroying it gives the last, unfinished one.
class LineSplitter {
public:
    explicit LineSplitter(ByteSink line) : line_(std::move(line)) {}

    LineSplitter(const LineSplitter&) = delete;
    LineSplitter& operator=(const LineSplitter&) = delete;
    LineSplitter(LineSplitter&&) = delete;
    LineSplitter& operator=(LineSplitter&&) = delete;
    ~LineSplitter();

    void operator()(std::string_view bytes);

private:
    ByteSink line_;
    std::string rest_;
};

} // namespace samara::os
