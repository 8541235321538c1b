#include "engine/sandbox/sandbox_engine.h"

#include "aws/lambda_environment.h"
#include "base/try.h"
#include "engine/guest/about.h"
#include "engine/guest/architecture.h"
#include "engine/guest/code_folder.h"
#include "engine/guest/debugger.h"
#include "engine/sandbox/control_group.h"
#include "engine/sandbox/identity.h"
#include "engine/sandbox/interpreter.h"
#include "engine/sandbox/layers.h"
#include "engine/sandbox/listener.h"
#include "engine/sandbox/native_code.h"
#include "engine/sandbox/readable.h"
#include "engine/sandbox/root.h"
#include "engine/sandbox/sandbox_environment.h"
#include "engine/sandbox/seccomp.h"
#include "model/runtimes.h"
#include "os/architecture.h"
#include "os/environment.h"
#include "os/process.h"
#include "os/temp_dir.h"

#include <mutex>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <sys/resource.h>
#include <unistd.h>

namespace samara::engine::sandbox {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t mebibyte = 1ULL << 20U;
// Lambda's quotas: file descriptors, processes and threads.
constexpr std::uint64_t open_files = 1024;
constexpr std::uint32_t processes = 1024;
// Without a control group, writable memory that a process has but does not use (stacks of the
// threads that Node.js starts) must not count against the function.
constexpr std::uint64_t unused_memory = 64 * mebibyte;

// What AWS's base images set; the function's own settings come over it.
const std::map<std::string, std::string>& base_environment() {
    static const std::map<std::string, std::string> variables = [] {
        std::map<std::string, std::string> result;
        for (const auto& [name, value] : aws::lambda_variables) {
            result.emplace(name, value);
        }
        result["PATH"].insert(0, fmt::format("{}:", aws::language_programs));
        result["LD_LIBRARY_PATH"].insert(0, fmt::format("{}:", aws::language_libraries));
        return result;
    }();
    return variables;
}

// What /tmp may take where nothing else bounds it.
std::uint64_t installed_memory() {
    return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
           static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

class SandboxEngine final : public Engine {
public:
    SandboxEngine(Options options, fs::path bubblewrap_program)
        : options_(std::move(options)),
          home_(options_.control_groups ? find_control_group_home() : ControlGroupHome{}),
          bubblewrap_program_(std::move(bubblewrap_program)) {
        if (!make_room(home_)) {
            home_ = {};
        }
    }

    [[nodiscard]] std::string_view name() const override { return "sandbox"; }

    [[nodiscard]] base::Result<void> check(const EnvironmentSpec& spec) const override {
        if (!std::holds_alternative<ZipPackage>(spec.package)) {
            return base::fail(
                fmt::format(
                    "{} runs from an image, which the sandbox engine cannot", spec.function),
                "use --engine docker with a Docker engine that answers");
        }
        if (auto able = check_runtime(spec.runtime); !able) {
            base::Error error = std::move(able).error();
            error.message = fmt::format("{}: {}", spec.function, error.message);
            return base::fail(std::move(error));
        }
        // Python and Node.js code runs on any machine; what it brings of native code does not.
        if (model::runtime_family(spec.runtime) == "provided") {
            if (auto able = check_architecture(spec); !able) {
                return able;
            }
        } else if (auto able = check_native_code(spec); !able) {
            return able;
        }
        return check_code_folder(spec);
    }

    base::Result<void>
    prepare(const EnvironmentSpec& spec, const os::Cancellation& cancel) override {
        if (auto able = check(spec); !able) {
            return able;
        }
        TRY(interpreter_for(spec.runtime));
        warn_of_architecture(spec);
        TRY(layers_.folder(spec.layers, cancel));
        return {};
    }

    base::Result<std::unique_ptr<Environment>>
    start(const EnvironmentSpec& spec, OutputSink output, const os::Cancellation& cancel) override {
        TRY(check(spec));
        warn_of_architecture(spec);
        TRY_ASSIGN(auto parts, assemble(spec, cancel));
        return SandboxEnvironment::start(std::move(parts), std::move(output), cancel);
    }

private:
    // Looked for once a runtime; a mismatch is told once.
    base::Result<Interpreter> interpreter_for(const std::string& runtime) {
        const std::lock_guard guard(mutex_);
        if (const auto found = interpreters_.find(runtime); found != interpreters_.end()) {
            return found->second;
        }
        auto interpreter =
            find_interpreter(runtime, interpreter_folders(), os::cache_folder() / "interpreters");
        if (interpreter && !interpreter->warning.empty()) {
            if (options_.strict) {
                return base::fail(interpreter->warning, "leave out --strict, or install it");
            }
            options_.log.warning(interpreter->warning);
        }
        if (interpreter) {
            interpreters_.emplace(runtime, *interpreter);
        }
        return interpreter;
    }

    // Told once where it cannot be.
    bool can_connect() {
        const std::lock_guard guard(mutex_);
        if (!can_connect_) {
            const auto missing = IsolatedNetwork::missing();
            can_connect_ = !missing;
            if (missing) {
                options_.log.warning(fmt::format(
                    "--sandbox-network isolated: {}, so functions have no network at all",
                    *missing));
            }
        }
        return *can_connect_;
    }

    void warn_of_memory() {
        const std::lock_guard guard(mutex_);
        if (!std::exchange(warned_of_memory_, true)) {
            options_.log.warning(
                "no control group can be made here: each process of a function is held to its "
                "MemorySize; not held are several processes together, shared memory, and files in "
                "/tmp (in a delegated group all are: systemd-run --user --scope -p Delegate=yes "
                "samara ...)");
        }
    }

    // Told once a function.
    void warn_of_architecture(const EnvironmentSpec& spec) {
        if (spec.architecture == os::machine_architecture() ||
            model::runtime_family(spec.runtime) == "provided") {
            return;
        }
        const std::lock_guard guard(mutex_);
        if (foreign_.insert(spec.function).second) {
            options_.log.warning(fmt::format(
                "{} is for {}: running on this machine's {}",
                spec.function,
                spec.architecture,
                os::machine_architecture()));
        }
    }

    bool forbids_nested() {
        const std::lock_guard guard(mutex_);
        if (!forbids_nested_) {
            forbids_nested_ = forbids_user_namespaces(bubblewrap_program_, cancel_nothing_);
        }
        return *forbids_nested_;
    }

    // As `identity` can read it.
    base::Result<fs::path>
    readable(const fs::path& folder, const Identity& identity, const os::Cancellation& cancel) {
        return identity.unprivileged && !folder.empty() ? readable_.folder(folder, cancel)
                                                        : base::Result<fs::path>(folder);
    }

    base::Result<void> add_filter(Bubblewrap& bubblewrap, bool debug) {
        std::string* program = nullptr;
        {
            const std::lock_guard guard(mutex_);
            program = &filters_[debug];
            if (program->empty()) {
                TRY_ASSIGN(auto made, seccomp_program(debug));
                *program = std::move(made);
            }
        }
        TRY_ASSIGN(auto file, os::make_memory_file(*program));
        bubblewrap.option("--seccomp", std::to_string(bubblewrap.pass(std::move(file))));
        return {};
    }

    base::Result<void> add_runtime(
        Bubblewrap& bubblewrap,
        const EnvironmentSpec& spec,
        const Identity& identity,
        const fs::path& empty,
        const os::Cancellation& cancel) {
        TRY_ASSIGN(const auto interpreter, interpreter_for(spec.runtime));
        options_.log.debug(
            interpreter.program.empty() ? fmt::format("{}: runs its own bootstrap", spec.function)
                                        : fmt::format(
                                              "{}: {} runs on {} ({})",
                                              spec.function,
                                              spec.runtime,
                                              interpreter.program.string(),
                                              interpreter.version));
        TRY_ASSIGN(const auto layers, layers_.folder(spec.layers, cancel));
        const auto code = readable(std::get<ZipPackage>(spec.package).code, identity, cancel);
        const auto readable_layers = readable(layers, identity, cancel);
        if (!code || !readable_layers) {
            return base::fail(code ? readable_layers.error() : code.error());
        }
        FunctionFolders folders{*code, *readable_layers, {}};
        if (spec.mount_symlinks) {
            folders.links = link_targets(std::get<ZipPackage>(spec.package).code);
        }
        for (LinkTarget& link : folders.links) {
            TRY_ASSIGN(auto target, readable(link.real, identity, cancel));
            link.real = std::move(target);
        }
        if (auto added = add_function(bubblewrap, spec, interpreter, folders, empty); !added) {
            return added;
        }
        for (const PayloadFile& file : options_.runtime_client(interpreter.family)) {
            const fs::path inside = fs::path("/var/runtime") / file.name;
            if (auto added = bubblewrap.file(file.bytes, inside, file.name == "bootstrap");
                !added) {
                return added;
            }
        }
        return bubblewrap.file(options_.emulator, "/var/rapid/samara-rie", true);
    }

    base::Result<Parts> assemble(const EnvironmentSpec& spec, const os::Cancellation& cancel) {
        Bubblewrap bubblewrap;
        auto listener = listen_in_temp_dir();
        auto ready = os::make_pipe();
        auto lifeline = os::make_pipe();
        if (!listener || !ready || !lifeline) {
            return tl::unexpected(
                !listener ? listener.error() : (ready ? lifeline.error() : ready.error()));
        }
        const Identity identity = next_identity();
        // What connects an isolated network must join the namespace that owns it.
        const bool no_nested = !identity.unprivileged && !spec.network.isolated && forbids_nested();
        auto added = add_system(bubblewrap, spec, identity, no_nested, listener->empty);
        if (added) {
            added = add_runtime(bubblewrap, spec, identity, listener->empty, cancel);
        }
        if (added) {
            added = add_filter(bubblewrap, spec.debug.has_value());
        }
        if (!added) {
            return tl::unexpected(added.error());
        }
        DebugStart debug;
        if (spec.debug) {
            debug = debug_start(spec.runtime, *spec.debug, spec.network.host_interface);
            TRY_ASSIGN(const auto debugger, readable(spec.debug->debugger_path, identity, cancel));
            if (!debugger.empty()) {
                bubblewrap.bind_read_only(debugger, debugger_folder);
            }
        }
        auto variables = std::move(debug.environment);
        variables.insert(spec.environment.begin(), spec.environment.end());
        variables.insert(base_environment().begin(), base_environment().end());
        variables.emplace("_HANDLER", spec.handler);
        if (!spec.runtime.starts_with("provided")) { // which is no more than a system
            variables.emplace("AWS_EXECUTION_ENV", "AWS_Lambda_" + spec.runtime);
        }
        if (auto set = bubblewrap.environment(variables); !set) {
            return tl::unexpected(about(set.error(), spec));
        }
        Parts parts{
            .folder = std::move(listener->folder),
            .socket = listener->path,
            .bubblewrap = {},
            .command =
                {"/var/rapid/samara-rie",
                 "--listen-fd",
                 fmt::format("{}", bubblewrap.pass(std::move(listener->socket))),
                 "--runtime-api",
                 "127.0.0.1:0", // sandboxes share the host's network
                 "--ready-fd",
                 fmt::format("{}", bubblewrap.pass(std::move(ready->write))),
                 "--lifeline-fd",
                 fmt::format("{}", bubblewrap.pass(std::move(lifeline->read)))},
            .limits = {},
            .group = {},
            .ready = std::move(ready->read),
            .lifeline = std::move(lifeline->write),
            .connect = spec.network.isolated && can_connect(),
            .memory_mb = spec.memory_mb,
            .processes = spec.limits ? processes : 0};
        if (identity.unprivileged) {
            const uid_t user = *identity.unprivileged;
            parts.command.insert(parts.command.end(), {"--user", fmt::format("{}:{}", user, user)});
        }
        if (spec.limits) {
            parts.limits.push_back({RLIMIT_NOFILE, open_files});
        } else {
            parts.command.emplace_back("--no-limits");
        }
        if (spec.debug) {
            parts.command.emplace_back("--no-timeout");
        }
        parts.command.insert(parts.command.end(), debug.command.begin(), debug.command.end());
        TRY(limit(parts, spec, bubblewrap));
        seal(bubblewrap);
        parts.bubblewrap = std::move(bubblewrap);
        return parts;
    }

    // A control group where one can be made, else the limits of setrlimit(2).
    base::Result<void> limit(Parts& parts, const EnvironmentSpec& spec, Bubblewrap& bubblewrap) {
        const std::uint64_t bytes = spec.memory_mb * mebibyte;
        if (home_.usable()) {
            ControlGroupLimits limits;
            limits.processes = parts.processes;
            if (spec.memory_limit) {
                limits.memory_bytes = bytes;
                limits.temporary_bytes =
                    spec.limits ? spec.ephemeral_storage_mb * mebibyte : installed_memory();
            }
            TRY_ASSIGN(
                auto group,
                ControlGroup::create(home_, parts.folder.path().filename().string(), limits));
            // For the peak that REPORT tells.
            bubblewrap.bind_read_only(group.memory_folder(), group.memory_folder_inside());
            parts.group.emplace(std::move(group));
        } else if (spec.memory_limit) {
            parts.limits.push_back({RLIMIT_DATA, bytes + unused_memory});
            warn_of_memory();
        }
        return {};
    }

    Options options_;
    ControlGroupHome home_;
    fs::path bubblewrap_program_;
    LayerStore layers_;
    ReadableStore readable_;
    os::Cancellation cancel_nothing_;
    std::mutex mutex_;
    bool warned_of_memory_ = false;
    std::optional<bool> can_connect_;
    std::optional<bool> forbids_nested_;
    std::map<bool, std::string> filters_; ///< of system calls, by whether a debugger may trace
    std::map<std::string, Interpreter> interpreters_;
    std::set<std::string> foreign_; ///< functions for another architecture, told of
};

} // namespace

base::Result<std::unique_ptr<Engine>> make_engine(Options options) {
    const auto bubblewrap = os::find_program("bwrap");
    if (!bubblewrap) {
        return base::fail(
            "the sandbox engine needs bubblewrap (bwrap)",
            "install it (apt-get install bubblewrap) or use --engine docker");
    }
    sweep_leftovers();
    return std::make_unique<SandboxEngine>(std::move(options), *bubblewrap);
}

std::size_t sweep_leftovers() {
    return os::sweep_temp_dirs() + sweep_control_groups(find_control_group_home());
}

} // namespace samara::engine::sandbox
