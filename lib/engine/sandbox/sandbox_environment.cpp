#include "engine/sandbox/sandbox_environment.h"

#include "base/try.h"
#include "engine/guest/stop_limit.h"
#include "engine/sandbox/namespaces.h"
#include "os/wait.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace samara::engine::sandbox {

namespace {

using namespace std::chrono_literals;

// Starting takes milliseconds; a machine that needs this long is not working.
constexpr auto start_limit = 30s;
// A killed process is gone at once unless it hangs in the kernel.
constexpr auto kill_limit = 5s;

os::Deadline in(std::chrono::milliseconds duration) {
    return std::chrono::steady_clock::now() + duration;
}

// The number after "child-pid" in what bwrap writes to --info-fd.
std::optional<pid_t> parse_child(std::string_view info) {
    const std::size_t key = info.find("\"child-pid\"");
    const std::size_t digits = info.find_first_of("0123456789", key);
    pid_t pid = 0;
    if (key == info.npos || digits == info.npos) {
        return std::nullopt;
    }
    std::from_chars(info.data() + digits, info.data() + info.size(), pid);
    return pid;
}

} // namespace

base::Result<std::unique_ptr<Environment>>
SandboxEnvironment::start(Parts parts, OutputSink output, const os::Cancellation& cancel) {
    try {
        std::unique_ptr<SandboxEnvironment> environment(
            new SandboxEnvironment(std::move(parts), std::move(output)));
        TRY(environment->launch(cancel));
        return environment;
    } catch (const std::system_error& error) { // no descriptor for a cancellation, or no thread
        return os::fail_errno("cannot start a sandbox", error.code().value());
    }
}

SandboxEnvironment::SandboxEnvironment(Parts parts, OutputSink output)
    : parts_(std::move(parts)), output_(std::move(output)),
      id_(parts_.folder.path().filename().string()), endpoint_(UnixEndpoint{parts_.socket}) {}

SandboxEnvironment::~SandboxEnvironment() {
    if (!thread_.joinable()) {
        return;
    }
    if (alive_ && output_.released() && first_process_.valid()) {
        ::syscall(SYS_pidfd_send_signal, first_process_.get(), SIGTERM, nullptr, 0);
        os::wait_readable(-1, ended_, in(stop_limit));
    }
    stop_.cancel();
    thread_.join();
    if (first_process_.valid()) {
        // Its end is that of every process in the sandbox; only then can the group be removed.
        kill();
        os::wait_readable(first_process_.get(), {}, in(kill_limit));
    }
}

// The kernel ends with the first process of a namespace all others, and lets no more be made. The
// group (in version 2) also knows who has not come that far.
void SandboxEnvironment::kill() noexcept {
    if (parts_.group) {
        parts_.group->kill();
    }
    if (first_process_.valid()) {
        ::syscall(SYS_pidfd_send_signal, first_process_.get(), SIGKILL, nullptr, 0);
    }
}

std::string SandboxEnvironment::end_reason() const {
    const std::lock_guard guard(mutex_);
    return end_reason_;
}

base::Result<void> SandboxEnvironment::launch(const os::Cancellation& cancel) {
    auto info = os::make_pipe();
    auto gate = os::make_pipe();
    if (!info || !gate) {
        return os::fail_errno("cannot start a sandbox");
    }
    parts_.bubblewrap.option(
        "--info-fd", std::to_string(parts_.bubblewrap.pass(std::move(info->write))));
    if (!parts_.group || parts_.connect) {
        parts_.bubblewrap.option(
            "--block-fd", std::to_string(parts_.bubblewrap.pass(std::move(gate->read))));
    }
    TRY_ASSIGN(auto command, parts_.bubblewrap.command(parts_.command));
    command.environment.emplace(); // bwrap itself needs none
    command.limits = parts_.limits;
    if (parts_.group) {
        command.control_groups = parts_.group->entrances();
        if (parts_.group->limits().memory_bytes) {
            memory_guard_.emplace(*parts_.group);
        }
    }

    thread_ = std::thread([this, command = std::move(command)] { run(command); });
    if (auto watched = watch_first_process(info->read.get(), gate->write.get(), cancel); !watched) {
        return watched;
    }
    const os::Wake wake = os::wait_readable(parts_.ready.get(), cancel, in(start_limit));
    char byte = 0;
    if (wake != os::Wake::ready || ::read(parts_.ready.get(), &byte, 1) != 1) {
        return wake == os::Wake::cancelled ? base::fail("cancelled") : base::fail(start_failure());
    }
    output_.release();
    return {};
}

base::Result<void>
SandboxEnvironment::watch_first_process(int info, int gate, const os::Cancellation& cancel) {
    std::array<char, 256> text{};
    const os::Wake wake = os::wait_readable(info, cancel, in(start_limit));
    if (wake == os::Wake::cancelled) {
        return base::fail("cancelled");
    }
    const ssize_t count = wake == os::Wake::ready ? ::read(info, text.data(), text.size()) : 0;
    const auto pid =
        parse_child({text.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))});
    if (!pid) {
        return base::fail(start_failure());
    }
    first_process_.reset(static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0)));
    if (parts_.connect) {
        TRY_ASSIGN(auto network, IsolatedNetwork::attach(*pid, cancel));
        network_.emplace(std::move(network));
    }
    if (!parts_.group) {
        // Counted for each user in each user namespace: inside the sandbox's, only its own
        // processes count, and that is why it cannot be set before.
        if (parts_.processes > 0) {
            const struct rlimit processes { parts_.processes, parts_.processes };

            ::prlimit(*pid, RLIMIT_NPROC, &processes, nullptr);
        }
    }
    static_cast<void>(!::write(gate, "x", 1)); // where somebody waits for it
    return {};
}

void SandboxEnvironment::run(const os::Command& command) {
    const os::ByteSink sink = [this](std::string_view bytes) { output_.write(bytes); };
    auto process = os::Process::start(command, {sink, sink});
    parts_.bubblewrap = {}; // our copies of the ends that the sandbox holds now
    if (!process) {
        const std::lock_guard guard(mutex_);
        end_reason_ = process.error().message;
        end_hint_ = process.error().hint;
    } else {
        note_end(process->wait(stop_));
    }
    alive_ = false;
    ended_.cancel();
}

void SandboxEnvironment::note_end(const os::ExitStatus& status) {
    const bool out_of_memory = parts_.group && parts_.group->out_of_memory_kills() > 0;
    const std::lock_guard guard(mutex_);
    if (out_of_memory) {
        end_reason_ = fmt::format("killed: out of memory ({} MB)", parts_.memory_mb);
    } else if (status.code > 128) {
        // bwrap tells the signal that ended its child as a shell does.
        end_reason_ = to_string(os::ExitStatus{.signal = status.code - 128});
    } else {
        end_reason_ = to_string(status);
    }
}

base::Error SandboxEnvironment::start_failure() {
    stop_.cancel();
    thread_.join(); // what it has written is complete then
    base::Error error;
    const std::string said = output_.kept();
    error.message = fmt::format("the sandbox did not start: {}", said.empty() ? end_reason_ : said);
    error.hint = end_hint_;
    if (said.find("Too many open files") != std::string::npos) {
        error.hint = os::too_few_descriptors();
    } else if (const auto refusal = explain_refusal(said)) {
        error.message += fmt::format(": {}", refusal->message);
        error.hint = refusal->hint;
    }
    return error;
}

} // namespace samara::engine::sandbox
