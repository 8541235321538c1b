#include "os/process_spawn.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace samara::os {

namespace {

enum class Step : int { descriptors, folder, limits, control_group, execute };

struct Failure {
    Step step;
    int error;
};

// Everything the child needs, made before the fork: after it nothing may allocate.
struct Plan {
    const Command& command;
    std::string program;
    std::vector<char*> argv;
    std::vector<std::string> variables;
    std::vector<char*> environment;
    std::vector<int> sources; ///< of standard input, output, error and command.descriptors
    std::vector<int> targets;
    int report = -1; ///< a Failure goes here when the program could not be executed
    pid_t parent = 0;
};

[[noreturn]] void give_up(int report, Step step) {
    const Failure failure{step, errno};
    static_cast<void>(!::write(report, &failure, sizeof failure));
    ::_exit(127);
}

// Moves what is passed above every target first, so that no dup2 overwrites a later source.
void place_descriptors(Plan& plan) {
    // What others opened carelessly, or handed to us, is not the child's either.
    ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    const int above = 1 + *std::max_element(plan.targets.begin(), plan.targets.end());
    plan.report = ::fcntl(plan.report, F_DUPFD_CLOEXEC, above);
    for (int& source : plan.sources) {
        source = ::fcntl(source, F_DUPFD_CLOEXEC, above);
    }
    for (std::size_t i = 0; i < plan.sources.size(); ++i) {
        if (::dup2(plan.sources[i], plan.targets[i]) < 0) {
            give_up(plan.report, Step::descriptors);
        }
    }
}

void reset_signals() {
    struct sigaction standard {};

    standard.sa_handler = SIG_DFL;
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) {
        ::sigaction(signal, &standard, nullptr);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// In the child: async-signal-safe calls only.
[[noreturn]] void execute(Plan& plan) {
    const Command& command = plan.command;
    if (command.new_session) {
        ::setsid();
    } else {
        ::setpgid(0, 0);
    }
    if (command.die_with_parent) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != plan.parent) {
            ::_exit(127); // it died before the call above
        }
    }
    reset_signals();
    for (const int group : command.control_groups) {
        if (::write(group, "0", 1) != 1) {
            give_up(plan.report, Step::control_group);
        }
    }
    place_descriptors(plan);
    if (!command.folder.empty() && ::chdir(command.folder.c_str()) != 0) {
        give_up(plan.report, Step::folder);
    }
    for (const ResourceLimit& limit : command.limits) {
        struct rlimit current {};

        ::getrlimit(static_cast<__rlimit_resource_t>(limit.resource), &current);
        // Lowered as far as asked; what is lower already stays.
        current.rlim_max = std::min<rlim_t>(current.rlim_max, limit.value);
        current.rlim_cur = current.rlim_max;
        if (::setrlimit(static_cast<__rlimit_resource_t>(limit.resource), &current) != 0) {
            give_up(plan.report, Step::limits);
        }
    }
    ::execve(plan.program.c_str(), plan.argv.data(), plan.environment.data());
    give_up(plan.report, Step::execute);
}

std::string describe(const Plan& plan, Step step) {
    switch (step) {
    case Step::descriptors:
        return fmt::format("cannot set up the descriptors of {}", plan.program);
    case Step::folder:
        return fmt::format("cannot run {} in {}", plan.program, plan.command.folder.string());
    case Step::limits:
        return fmt::format("cannot limit the resources of {}", plan.program);
    case Step::control_group:
        return fmt::format("cannot put {} into its control group", plan.program);
    case Step::execute:
        break;
    }
    return fmt::format("cannot run {}", plan.program);
}

base::Result<std::string> locate(const Command& command) {
    const std::string& name = command.argv.front();
    if (name.find('/') != std::string::npos) {
        return name;
    }
    std::optional<std::string_view> path;
    if (command.environment) {
        if (const auto found = command.environment->find("PATH");
            found != command.environment->end()) {
            path = found->second;
        }
    }
    if (auto program = find_program(name, path)) {
        return program->string();
    }
    return base::fail(
        fmt::format("cannot find the program {}", name), "install it or add its folder to PATH");
}

void fill_vectors(Plan& plan) {
    for (const std::string& argument : plan.command.argv) {
        plan.argv.push_back(const_cast<char*>(argument.c_str()));
    }
    plan.argv.push_back(nullptr);
    if (plan.command.environment) {
        for (const auto& [name, value] : *plan.command.environment) {
            plan.variables.push_back(fmt::format("{}={}", name, value));
        }
        for (std::string& variable : plan.variables) {
            plan.environment.push_back(variable.data());
        }
    } else {
        for (char** variable = environ; *variable != nullptr; ++variable) {
            plan.environment.push_back(*variable);
        }
    }
    plan.environment.push_back(nullptr);
}

base::Result<UniqueFd> open_input(const Command& command) {
    if (command.input) {
        return make_memory_file(*command.input);
    }
    UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null.valid()) {
        return fail_errno("cannot open /dev/null");
    }
    return null;
}

base::Result<Pipe> output_pipe(bool capture) {
    if (capture) {
        return make_pipe();
    }
    return Pipe{{}, UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC))};
}

} // namespace

base::Result<Spawned> spawn(const Command& command, bool capture_out, bool capture_error) {
    auto program = locate(command);
    auto input = open_input(command);
    auto out = output_pipe(capture_out);
    auto error = output_pipe(capture_error);
    auto report = make_pipe();
    if (!program) {
        return tl::unexpected(program.error());
    }
    if (!input) {
        return tl::unexpected(input.error());
    }
    for (const base::Result<Pipe>* pipe : {&out, &error, &report}) {
        if (!*pipe) {
            return tl::unexpected(pipe->error());
        }
    }

    Plan plan{command, *program, {}, {}, {}, {}, {}, report->write.get(), ::getpid()};
    fill_vectors(plan);
    plan.sources = {
        input->get(),
        out->write.get(),
        command.merge_output ? out->write.get() : error->write.get()};
    plan.targets = {0, 1, 2};
    for (const PassedDescriptor& passed : command.descriptors) {
        plan.sources.push_back(passed.descriptor);
        plan.targets.push_back(passed.as);
    }

    Spawned child;
    child.pid = ::fork();
    if (child.pid < 0) {
        return fail_errno(fmt::format("cannot start {}", *program));
    }
    if (child.pid == 0) {
        execute(plan);
    }
    // The end of the pipe without a word means that the program runs.
    report->write.reset();
    Failure failure{};
    ssize_t count = 0;
    do {
        count = ::read(report->read.get(), &failure, sizeof failure);
    } while (count < 0 && errno == EINTR);
    if (count != 0) {
        ::waitpid(child.pid, nullptr, 0);
        return fail_errno(describe(plan, failure.step), failure.error);
    }
    // The header of glibc 2.36's pidfd_open() lacks its extern "C". Close-on-exec by itself.
    child.pid_descriptor.reset(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
    if (!child.pid_descriptor.valid()) {
        const int reason = errno;
        ::kill(-child.pid, SIGKILL);
        ::waitpid(child.pid, nullptr, 0);
        return fail_errno(fmt::format("cannot watch {}", *program), reason);
    }
    child.out = std::move(out->read);
    child.error = std::move(error->read);
    return child;
}

} // namespace samara::os
