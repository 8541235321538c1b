#include "os/process.h"

#include "base/bounded_text.h"
#include "base/strings.h"
#include "base/trace.h"
#include "base/try.h"
#include "os/environment.h"
#include "os/process_spawn.h"
#include "os/process_table.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace samara::os {

namespace {

// Reads once; closes the descriptor at the end of the stream.
void pass_on(UniqueFd& from, const ByteSink& sink) {
    std::array<char, 65536> chunk; // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
    const ssize_t count = ::read(from.get(), chunk.data(), chunk.size());
    if (count > 0) {
        sink({chunk.data(), static_cast<std::size_t>(count)});
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
        from.reset();
    }
}

// What is still in the pipe, without waiting for others who may hold its other end.
void drain(UniqueFd& from, const ByteSink& sink) {
    pollfd waiting{from.get(), POLLIN, 0};
    while (from.valid() && ::poll(&waiting, 1, 0) > 0) {
        pass_on(from, sink);
    }
    from.reset();
}

// Who has been killed may still be in the middle of making a file, behind the back of whoever
// clears up then.
void wait_for_end_of(pid_t group) {
    constexpr std::chrono::seconds longest{5}; // a call that waits for a disk ends then
    constexpr std::chrono::milliseconds pause{2};
    const auto end = std::chrono::steady_clock::now() + longest;
    while (group_runs(group) && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(pause);
    }
}

} // namespace

std::string to_string(const ExitStatus& status) {
    switch (status.cause) {
    case EndCause::cancelled:
        return "cancelled";
    case EndCause::timed_out:
        return "timed out";
    case EndCause::own:
        break;
    }
    if (status.signal != 0) {
        const char* name = ::sigabbrev_np(status.signal);
        const char* description = ::sigdescr_np(status.signal);
        return fmt::format(
            "killed by SIG{} ({})",
            name == nullptr ? std::to_string(status.signal) : name,
            description == nullptr ? "unknown signal" : description);
    }
    return fmt::format("exit code {}", status.code);
}

base::Result<Process> Process::start(const Command& command, OutputSinks sinks) {
    TRY_ASSIGN(auto child, spawn(command, sinks.out != nullptr, sinks.error != nullptr));
    if (base::tracing()) {
        base::trace(fmt::format("runs {} (process {})", command.argv.front(), child.pid));
    }
    Process process;
    process.pid_ = child.pid;
    process.pid_descriptor_ = std::move(child.pid_descriptor);
    process.out_ = std::move(child.out);
    process.error_ = std::move(child.error);
    process.sinks_ = std::move(sinks);
    process.grace_ = command.grace;
    return process;
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pid_descriptor_(std::move(other.pid_descriptor_)),
      out_(std::move(other.out_)), error_(std::move(other.error_)), sinks_(std::move(other.sinks_)),
      grace_(other.grace_) {}

Process& Process::operator=(Process&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(pid_descriptor_, other.pid_descriptor_);
    std::swap(out_, other.out_);
    std::swap(error_, other.error_);
    std::swap(sinks_, other.sinks_);
    std::swap(grace_, other.grace_);
    return *this;
}

Process::~Process() {
    if (pid_ > 0) {
        kill(SIGKILL);
        ExitStatus ignored;
        finish(ignored);
    }
}

void Process::kill(int signal) const noexcept {
    if (pid_ > 0) {
        ::kill(-pid_, signal);
    }
}

bool Process::watch(const ExitStatus& status, const Cancellation& cancel, Deadline deadline) {
    // Once the group has been told to stop, the cancellation is no longer news.
    std::array<pollfd, 4> watched{
        pollfd{pid_descriptor_.get(), POLLIN, 0},
        pollfd{out_.get(), POLLIN, 0},
        pollfd{error_.get(), POLLIN, 0},
        pollfd{status.cause == EndCause::own ? cancel.descriptor() : -1, POLLIN, 0}};
    if (::poll(watched.data(), watched.size(), poll_timeout(deadline)) <= 0) {
        return true;
    }
    if (watched[1].revents != 0) {
        pass_on(out_, sinks_.out);
    }
    if (watched[2].revents != 0) {
        pass_on(error_, sinks_.error);
    }
    return watched[0].revents == 0;
}

ExitStatus Process::wait(const Cancellation& cancel, Deadline deadline) {
    ExitStatus status;
    bool killed = false;
    while (watch(status, cancel, deadline)) {
        const bool late = deadline && std::chrono::steady_clock::now() >= *deadline;
        if (status.cause == EndCause::own && (cancel.cancelled() || late)) {
            status.cause = cancel.cancelled() ? EndCause::cancelled : EndCause::timed_out;
            deadline = std::chrono::steady_clock::now() + grace_;
            kill(grace_.count() > 0 ? SIGTERM : SIGKILL);
        } else if (late && !killed) {
            killed = true;
            deadline.reset();
            kill(SIGKILL);
        }
    }
    finish(status);
    return status;
}

void Process::finish(ExitStatus& status) {
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 &&
           errno == EINTR) {
    }
    // While the leader is a zombie its number cannot be anybody else's group.
    kill(SIGKILL);
    if (out_.valid()) {
        drain(out_, sinks_.out);
    }
    if (error_.valid()) {
        drain(error_, sinks_.error);
    }
    while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) != 0 && errno == EINTR) {
    }
    const pid_t group = std::exchange(pid_, -1);
    if (status.cause != EndCause::own) {
        wait_for_end_of(group);
    }
    if (info.si_code == CLD_EXITED) {
        status.code = info.si_status;
    } else {
        status.signal = info.si_status;
    }
}

base::Result<Completed> run(const Command& command, const Cancellation& cancel, Deadline deadline) {
    Completed completed;
    base::BoundedText<captured_bytes> error;
    Command bound = command;
    bound.die_with_parent = true; // this thread waits for it
    bool too_much = false;
    std::optional<Process> process;
    const auto take = [&](std::string_view bytes) {
        if (completed.out.size() + bytes.size() <= captured_bytes) {
            completed.out += bytes;
        } else if (!std::exchange(too_much, true)) {
            process->kill(SIGKILL);
        }
    };
    auto started = Process::start(bound, {take, [&](std::string_view bytes) { error += bytes; }});
    if (!started) {
        return tl::unexpected(started.error());
    }
    process.emplace(std::move(*started));
    completed.status = process->wait(cancel, deadline);
    if (too_much) {
        return base::fail(fmt::format(
            "{} wrote more than {} MB to its standard output",
            command.argv.front(),
            captured_bytes >> 20U));
    }
    completed.error = std::string_view(error);
    return completed;
}

std::optional<std::filesystem::path>
find_program(std::string_view name, std::optional<std::string_view> path) {
    const std::string folders =
        path ? std::string(*path) : variable("PATH").value_or("/usr/local/bin:/usr/bin:/bin");
    for (const std::string_view folder : base::split(folders, ':')) {
        const std::filesystem::path candidate =
            std::filesystem::path(folder.empty() ? "." : folder) / name;
        std::error_code error;
        if (std::filesystem::is_regular_file(candidate, error) &&
            ::access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
    }
    return std::nullopt;
}

LineSplitter::~LineSplitter() {
    if (!rest_.empty()) {
        line_(rest_);
    }
}

void LineSplitter::operator()(std::string_view bytes) {
    while (true) {
        const std::size_t end = bytes.find('\n');
        if (end == std::string_view::npos) {
            rest_ += bytes;
            return;
        }
        rest_ += bytes.substr(0, end);
        if (rest_.ends_with('\r')) {
            rest_.pop_back();
        }
        line_(rest_);
        rest_.clear();
        bytes.remove_prefix(end + 1);
    }
}

} // namespace samara::os
