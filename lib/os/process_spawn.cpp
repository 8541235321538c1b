#include "os/process_spawn.h"

#include "base/try.h"
#include "os/environment.h"
#include "os/exec_text.h"
#include "os/owner.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <system_error>
#include <utility>

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
    ArgumentList arguments = {};
    std::vector<char*> argv = {};
    ArgumentList variables = {};
    std::vector<char*> environment = {};
    int report = -1; ///< a Failure goes here when the program could not be executed
    pid_t parent = 0;
    std::vector<int> sources = {}; ///< of standard input, output, error and command.descriptors
    std::vector<int> targets = {};
    std::vector<unsigned> kept = {}; ///< sources and report, ascending: the child closes the others
};

[[noreturn]] void give_up(int report, Step step) {
    const Failure failure{step, errno};
    static_cast<void>(!::write(report, &failure, sizeof failure));
    ::_exit(127);
}

// Moves what is passed above every target first, so that no dup2 overwrites a later source.
void place_descriptors(Plan& plan) {
    // What we hold is not the child's, and leaves no room where we hold nearly as many as allowed.
    unsigned first = 3;
    for (const unsigned descriptor : plan.kept) {
        if (descriptor > first) {
            ::syscall(SYS_close_range, first, descriptor - 1, 0);
        }
        first = std::max(first, descriptor + 1);
    }
    ::syscall(SYS_close_range, first, ~0U, 0);
    // What others opened carelessly, or handed to us, is not the program's either.
    ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    const int above = 1 + *std::max_element(plan.targets.begin(), plan.targets.end());
    const int report = ::fcntl(plan.report, F_DUPFD_CLOEXEC, above);
    if (report < 0) {
        give_up(plan.report, Step::descriptors);
    }
    plan.report = report;
    for (int& source : plan.sources) {
        source = ::fcntl(source, F_DUPFD_CLOEXEC, above);
    }
    for (std::size_t i = 0; i < plan.sources.size(); ++i) {
        if (::dup2(plan.sources[i], plan.targets[i]) < 0) {
            give_up(plan.report, Step::descriptors);
        }
    }
}

// EAGAIN tells of no limit by itself; root has none, but for the control group's.
tl::unexpected<base::Error> no_process(const std::string& program, int reason) {
    auto failed = fail_errno(fmt::format("cannot start {}", program), reason);

    struct rlimit limit {};

    if (reason == EAGAIN && ::getrlimit(RLIMIT_NPROC, &limit) == 0) {
        failed.value().hint =
            limit.rlim_cur == RLIM_INFINITY
                ? "there are as many processes as its control group or the machine takes"
                : fmt::format(
                      "there are as many processes as there may be: {} of this user (ulimit -u), "
                      "or those of its control group",
                      limit.rlim_cur);
    }
    return failed;
}

void reset_signals() {
    struct sigaction standard {};

    standard.sa_handler = SIG_DFL;
    for (const int signal : {SIGPIPE, SIGXFSZ, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) {
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

// The folders whose entrances it was given.
std::string groups_of(const Command& command) {
    std::string groups;
    for (const int entrance : command.control_groups) {
        std::error_code error;
        const auto file =
            std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", entrance), error);
        groups += fmt::format(
            "{}{}", groups.empty() ? "" : ", ", error ? "?" : file.parent_path().string());
    }
    return groups;
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
        return fmt::format("cannot join the control group {}", groups_of(plan.command));
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

base::Result<void> fill_vectors(Plan& plan) {
    plan.arguments = ArgumentList(plan.command.argv);
    TRY_ASSIGN(auto arguments, plan.arguments.pointers());
    plan.argv = std::move(arguments);
    std::map<std::string, std::string> variables =
        plan.command.environment ? *plan.command.environment : environment();
    if (plan.command.owner_mark) {
        variables.insert_or_assign(std::string(owner_variable), to_string(this_process()));
    }
    TRY_ASSIGN(auto entries, VariableList(variables).entries());
    plan.variables = std::move(entries);
    plan.environment = plan.variables.pointers().value();
    return check_no_nul(plan.command.folder.native(), "the working folder");
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

    Plan plan{
        .command = command,
        .program = *program,
        .report = report->write.get(),
        .parent = ::getpid()};
    TRY(fill_vectors(plan));
    plan.sources = {
        input->get(),
        out->write.get(),
        command.merge_output ? out->write.get() : error->write.get()};
    plan.targets = {0, 1, 2};
    for (const PassedDescriptor& passed : command.descriptors) {
        plan.sources.push_back(passed.descriptor);
        plan.targets.push_back(passed.as);
    }
    plan.kept.assign(plan.sources.begin(), plan.sources.end());
    plan.kept.push_back(static_cast<unsigned>(plan.report));
    std::sort(plan.kept.begin(), plan.kept.end());

    Spawned child;
    child.pid = ::fork();
    if (child.pid < 0) {
        return no_process(*program, errno);
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
        // A number above the limit of open files is EBADF to dup2(2) and EINVAL to fcntl(2).
        const bool too_few = failure.step == Step::descriptors;
        return fail_errno(describe(plan, failure.step), too_few ? EMFILE : failure.error);
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
