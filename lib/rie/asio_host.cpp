#include "rie/asio_host.h"

#include "base/try.h"
#include "os/process_spawn.h"
#include "rie/memory.h"
#include "rie/memory_watch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace samara::rie {

namespace asio = boost::asio;

namespace {

struct Child {
    Child(asio::io_context& context, ProcessId id, int descriptor)
        : process(id), output(context, descriptor) {}

    ProcessId process;
    asio::posix::stream_descriptor output;
    bool alive = true;
};

using ChildPtr = std::shared_ptr<Child>;

void write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR && errno != EAGAIN) {
            return; // nobody reads our log any more
        }
        bytes.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
}

// Under memory pressure the function goes first, not the emulator that has to tell about it.
void make_first_victim(ProcessId process) {
    const int file =
        ::open(fmt::format("/proc/{}/oom_score_adj", process).c_str(), O_WRONLY | O_CLOEXEC);
    if (file >= 0) {
        write_all(file, "900");
        ::close(file);
    }
}

constexpr auto write_pause = std::chrono::milliseconds(2);

constexpr std::array bootstraps{"/var/runtime/bootstrap", "/var/task/bootstrap", "/opt/bootstrap"};

base::Result<std::vector<std::string>> find_bootstrap() {
    for (const char* candidate : bootstraps) {
        if (::access(candidate, X_OK) == 0) {
            return std::vector<std::string>{candidate};
        }
    }
    return base::fail(
        fmt::format("Couldn't find valid bootstrap(s): [{}]", fmt::join(bootstraps, " ")));
}

} // namespace

struct AsioHost::State {
    State(asio::io_context& io, const Settings& from, Variables given)
        : context(io), settings(from), variables(std::move(given)), child_signal(io, SIGCHLD),
          timer(io), memory(io), write_timer(io) {}

    base::Result<ProcessId> start(std::vector<std::string> argv, Variables environment);
    void watch_children();
    void reap();
    void watch_output(const ChildPtr& child);
    bool read_output(const ChildPtr& child, std::size_t most);
    void forget(const ChildPtr& child);
    [[nodiscard]] std::vector<pid_t> others() const;
    void write_after();

    asio::io_context& context;
    const Settings& settings;
    Variables variables;
    std::string runtime_api;
    asio::signal_set child_signal;
    asio::steady_timer timer;
    std::uint64_t timer_generation = 0;
    HostEvents* events = nullptr;
    std::function<void()> stopped;
    std::vector<ChildPtr> children;
    OutOfMemoryCounter out_of_memory;
    MemoryWatch memory;
    std::string unwritten; ///< of the log
    asio::steady_timer write_timer;
    bool writes = false; ///< once the timer has passed
};

AsioHost::AsioHost(asio::io_context& context, const Settings& settings, Variables variables)
    : state_(std::make_unique<State>(context, settings, std::move(variables))) {
    // Orphans of the function become our children, so that none is lost sight of.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

AsioHost::~AsioHost() {
    kill_all();
    write_log({});
}

void AsioHost::set_runtime_api(std::string address) {
    state_->runtime_api = std::move(address);
}

void AsioHost::connect(HostEvents& events, std::function<void()> stopped) {
    state_->events = &events;
    state_->stopped = std::move(stopped);
    state_->watch_children();
}

SteadyTime AsioHost::now() const {
    return std::chrono::steady_clock::now();
}

WallTime AsioHost::wall_time() const {
    return std::chrono::system_clock::now();
}

base::Result<ProcessId>
AsioHost::State::start(std::vector<std::string> argv, Variables environment) {
    os::Command command;
    command.argv = std::move(argv);
    command.environment = std::move(environment);
    command.merge_output = true;
    command.owner_mark = false; // functions see their own variables only
    if (settings.limits.descriptors != 0) {
        command.limits = {{RLIMIT_NOFILE, settings.limits.descriptors}};
    }
    TRY_ASSIGN(auto spawned, os::spawn(command, true, false));
    make_first_victim(spawned.pid);
    auto child = std::make_shared<Child>(context, spawned.pid, spawned.out.release());
    child->output.non_blocking(true);
    children.push_back(child);
    watch_output(child);
    return child->process;
}

base::Result<ProcessId> AsioHost::start_runtime() {
    std::vector<std::string> command = state_->settings.command;
    if (command.empty()) {
        TRY_ASSIGN(auto found, find_bootstrap());
        command = std::move(found);
    }
    return state_->start(
        std::move(command),
        runtime_variables(state_->settings, state_->variables, state_->runtime_api));
}

base::Result<ProcessId> AsioHost::start_extension(const std::string& path) {
    return state_->start(
        {path}, extension_variables(state_->settings, state_->variables, state_->runtime_api));
}

void AsioHost::State::watch_children() {
    child_signal.async_wait([this](const boost::system::error_code& error, int /*signal*/) {
        if (!error) {
            watch_children();
            reap();
        }
    });
}

void AsioHost::State::reap() {
    int status = 0;
    rusage usage{};
    for (pid_t pid = 0; (pid = ::wait4(-1, &status, WNOHANG, &usage)) > 0;) {
        memory.count_ended(usage);
        const auto found = std::find_if(children.begin(), children.end(), [&](const ChildPtr& c) {
            return c->process == pid && c->alive;
        });
        if (found == children.end()) {
            continue; // an orphan we took in
        }
        const ChildPtr child = *found;
        child->alive = false;
        read_output(child, std::size_t{1} << 20);
        ProcessEnd end;
        end.code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
        end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        end.out_of_memory = end.signal == SIGKILL && out_of_memory.advanced();
        events->on_exit(pid, end);
    }
}

void AsioHost::State::watch_output(const ChildPtr& child) {
    child->output.async_wait(
        asio::posix::stream_descriptor::wait_read,
        [this, child](const boost::system::error_code& error) {
            if (!error && read_output(child, std::size_t{1} << 18)) {
                watch_output(child);
            }
        });
}

// False once the pipe has ended.
bool AsioHost::State::read_output(const ChildPtr& child, std::size_t most) {
    std::array<char, 65536> buffer{};
    for (std::size_t total = 0; total < most && child->output.is_open();) {
        const ssize_t count = ::read(child->output.native_handle(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return errno == EAGAIN;
        }
        if (count == 0) {
            forget(child);
            return false;
        }
        total += static_cast<std::size_t>(count);
        events->on_output(child->process, {buffer.data(), static_cast<std::size_t>(count)});
    }
    return child->output.is_open();
}

void AsioHost::State::forget(const ChildPtr& child) {
    boost::system::error_code ignored;
    child->output.close(ignored);
    if (!child->alive) {
        children.erase(std::remove(children.begin(), children.end(), child), children.end());
    }
}

// Everything we started or took in.
std::vector<pid_t> AsioHost::State::others() const {
    return descendants(::getpid());
}

void AsioHost::terminate(ProcessId process) {
    if (process > 1) { // 0 and -1 mean others than it
        ::kill(-process, SIGTERM);
    }
}

void AsioHost::kill_all() {
    State& state = *state_;
    // What they have written until now is theirs; what they leave behind is not waited for.
    if (state.events != nullptr) {
        drain_output();
    }
    const auto deadline = now() + std::chrono::seconds(2);
    while (true) {
        for (const pid_t process : state.others()) {
            ::kill(process, SIGKILL);
        }
        rusage usage{};
        pid_t reaped = 0;
        while ((reaped = ::wait4(-1, nullptr, WNOHANG, &usage)) > 0) {
        }
        if (reaped < 0 || now() > deadline) { // no children left
            break;
        }
        ::usleep(200);
    }
    if (state.events != nullptr) {
        drain_output();
    }
    for (const ChildPtr& child : std::exchange(state.children, {})) {
        boost::system::error_code ignored;
        child->output.close(ignored);
    }
    state.out_of_memory.advanced();
    state.memory.forget();
}

void AsioHost::drain_output() {
    // A pipe holds 64 KiB (up to 1 MiB where enlarged): a flood must not keep us here.
    const std::vector<ChildPtr> children = state_->children;
    for (const ChildPtr& child : children) {
        state_->read_output(child, std::size_t{1} << 20);
    }
}

void AsioHost::set_timer(SteadyTime when) {
    state_->timer.expires_at(when);
    const std::uint64_t generation = ++state_->timer_generation;
    state_->memory.begin();
    state_->timer.async_wait([state = state_.get(), generation](const auto& error) {
        // One that had expired before it was replaced comes all the same.
        if (!error && generation == state->timer_generation) {
            state->events->on_timer();
        }
    });
}

void AsioHost::clear_timer() {
    ++state_->timer_generation;
    state_->memory.end();
    state_->timer.cancel();
}

void AsioHost::write_log(std::string_view bytes) {
    std::string& unwritten = state_->unwritten;
    if (unwritten.empty()) {
        write_all(STDERR_FILENO, bytes);
    } else {
        write_all(STDERR_FILENO, unwritten.append(bytes));
        unwritten.clear();
    }
}

void AsioHost::write_log_soon(std::string_view bytes) {
    constexpr std::size_t most = 64UL * 1024;
    state_->unwritten += bytes;
    if (state_->unwritten.size() >= most) {
        write_log({});
    } else {
        state_->write_after();
    }
}

// One timer for all that comes meanwhile: setting it anew for each would cost a write.
void AsioHost::State::write_after() {
    if (std::exchange(writes, true)) {
        return;
    }
    write_timer.expires_after(write_pause);
    write_timer.async_wait([this](const auto& error) {
        if (error) {
            return; // all of this is gone
        }
        writes = false;
        write_all(STDERR_FILENO, std::exchange(unwritten, {}));
    });
}

std::uint64_t AsioHost::peak_memory() {
    return state_->memory.peak();
}

std::vector<std::string> AsioHost::extension_programs() {
    std::vector<std::string> names;
    const std::string& folder = state_->settings.extensions_folder;
    DIR* listing = ::opendir(folder.c_str());
    if (listing == nullptr) {
        return names;
    }
    while (const dirent* entry = ::readdir(listing)) {
        const std::string name = static_cast<const char*>(entry->d_name);
        if (entry->d_type != DT_DIR &&
            ::access(fmt::format("{}/{}", folder, name).c_str(), X_OK) == 0 &&
            !name.starts_with('.')) {
            names.push_back(name);
        }
    }
    ::closedir(listing);
    std::sort(names.begin(), names.end());
    return names;
}

void AsioHost::stop() {
    if (state_->stopped) {
        std::exchange(state_->stopped, nullptr)();
    }
}

} // namespace samara::rie
