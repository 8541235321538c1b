#include "engine/sandbox/sandbox_engine.h"

#include "engine/payload/architecture.h"
#include "engine/payload/debugger.h"
#include "engine/sandbox/control_group.h"
#include "engine/sandbox/interpreter.h"
#include "engine/sandbox/layers.h"
#include "engine/sandbox/root.h"
#include "engine/sandbox/sandbox_environment.h"
#include "os/architecture.h"
#include "os/environment.h"
#include "os/process.h"
#include "os/temp_dir.h"

#include <mutex>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
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
    static const std::map<std::string, std::string> variables{
        {"LAMBDA_RUNTIME_DIR", "/var/runtime"},
        {"LAMBDA_TASK_ROOT", "/var/task"},
        {"LANG", "en_US.UTF-8"},
        {"LD_LIBRARY_PATH",
         "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:"
         "/opt/lib"},
        {"PATH", "/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin"},
        {"TZ", ":UTC"},
    };
    return variables;
}

// A listening socket and the folder that it is in. Paths of unix sockets are short.
struct Listener {
    os::TempDir folder;
    fs::path path;
    os::UniqueFd socket;
};

base::Result<Listener> listen_in_temp_dir() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    constexpr std::size_t name_length = 48; // samara-<pid>-sandbox-XXXXXX/invoke.sock
    const fs::path parent = os::temp_folder();
    const bool fits = parent.string().size() + name_length < sizeof address.sun_path;
    auto folder = os::TempDir::create("sandbox", fits ? parent : fs::path("/tmp"));
    if (!folder) {
        return tl::unexpected(folder.error());
    }
    const fs::path path = folder->path() / "invoke.sock";
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    os::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.valid() ||
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(socket.get(), SOMAXCONN) != 0) {
        return os::fail_errno(fmt::format("cannot listen on {}", path.string()));
    }
    return Listener{std::move(*folder), path, std::move(socket)};
}

// What /tmp may take where nothing else bounds it.
std::uint64_t installed_memory() {
    return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
           static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

class SandboxEngine final : public Engine {
public:
    explicit SandboxEngine(Options options)
        : options_(std::move(options)),
          home_(options_.control_groups ? find_control_group_home() : ControlGroupHome{}) {}

    [[nodiscard]] std::string_view name() const override { return "sandbox"; }

    [[nodiscard]] base::Result<void> check(const EnvironmentSpec& spec) const override {
        const auto* zip = std::get_if<ZipPackage>(&spec.package);
        if (zip == nullptr || !spec.invoke_image.empty()) {
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
        if (auto able = check_architecture(spec); !able) {
            return able;
        }
        // An emulator runs a bootstrap; the interpreters are those of this machine.
        if (spec.architecture != os::machine_architecture() &&
            !spec.runtime.starts_with("provided")) {
            return base::fail(
                fmt::format(
                    "{} is for {}, and the interpreters here are for {}",
                    spec.function,
                    spec.architecture,
                    os::machine_architecture()),
                fmt::format(
                    "use --engine docker, or set Architectures to [{}]",
                    os::machine_architecture()));
        }
        std::error_code error;
        if (!fs::is_directory(zip->code, error)) {
            return base::fail(fmt::format(
                "the code of {} is not a folder: {}", spec.function, zip->code.string()));
        }
        return {};
    }

    base::Result<void>
    prepare(const EnvironmentSpec& spec, const os::Cancellation& cancel) override {
        if (auto able = check(spec); !able) {
            return able;
        }
        if (auto interpreter = interpreter_for(spec.runtime); !interpreter) {
            return tl::unexpected(interpreter.error());
        }
        if (auto layers = layers_.folder(spec.layers, cancel); !layers) {
            return tl::unexpected(layers.error());
        }
        return {};
    }

    base::Result<std::unique_ptr<Environment>>
    start(const EnvironmentSpec& spec, OutputSink output, const os::Cancellation& cancel) override {
        if (auto able = check(spec); !able) {
            return tl::unexpected(able.error());
        }
        auto parts = assemble(spec, cancel);
        if (!parts) {
            return tl::unexpected(parts.error());
        }
        return SandboxEnvironment::start(std::move(*parts), std::move(output), cancel);
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

    base::Result<void> add_runtime(
        Bubblewrap& bubblewrap, const EnvironmentSpec& spec, const os::Cancellation& cancel) {
        const auto interpreter = interpreter_for(spec.runtime);
        if (!interpreter) {
            return tl::unexpected(interpreter.error());
        }
        const auto layers = layers_.folder(spec.layers, cancel);
        if (!layers) {
            return tl::unexpected(layers.error());
        }
        if (auto added = add_function(bubblewrap, spec, *interpreter, *layers); !added) {
            return added;
        }
        for (const PayloadFile& file : options_.runtime_client(interpreter->family)) {
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
        if (!listener || !ready) {
            return tl::unexpected(listener ? ready.error() : listener.error());
        }
        if (auto added = add_system(bubblewrap, spec); !added) {
            return tl::unexpected(added.error());
        }
        if (auto added = add_runtime(bubblewrap, spec, cancel); !added) {
            return tl::unexpected(added.error());
        }
        DebugStart debug;
        if (spec.debug) {
            debug = debug_start(spec.runtime, *spec.debug, spec.network.host_interface);
            if (!spec.debug->debugger_path.empty()) {
                bubblewrap.bind_read_only(spec.debug->debugger_path, debugger_folder);
            }
        }
        auto variables = std::move(debug.environment);
        variables.insert(spec.environment.begin(), spec.environment.end());
        variables.insert(base_environment().begin(), base_environment().end());
        variables.emplace("_HANDLER", spec.handler);
        bubblewrap.environment(variables);

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
                 fmt::format("{}", bubblewrap.pass(std::move(ready->write)))},
            .limits = {},
            .group = {},
            .ready = std::move(ready->read),
            .memory_mb = spec.memory_mb,
            .processes = spec.limits ? processes : 0};
        if (spec.limits) {
            parts.limits.push_back({RLIMIT_NOFILE, open_files});
        } else {
            parts.command.emplace_back("--no-limits");
        }
        if (spec.debug) {
            parts.command.emplace_back("--no-timeout");
        }
        parts.command.insert(parts.command.end(), debug.command.begin(), debug.command.end());
        if (auto limited = limit(parts, spec, bubblewrap); !limited) {
            return tl::unexpected(limited.error());
        }
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
            auto group =
                ControlGroup::create(home_, parts.folder.path().filename().string(), limits);
            if (!group) {
                return tl::unexpected(group.error());
            }
            // For the peak that REPORT tells.
            bubblewrap.bind_read_only(group->memory_folder(), group->memory_folder_inside());
            parts.group.emplace(std::move(*group));
        } else if (spec.memory_limit) {
            parts.limits.push_back({RLIMIT_DATA, bytes + unused_memory});
        }
        return {};
    }

    Options options_;
    ControlGroupHome home_;
    LayerStore layers_;
    std::mutex mutex_;
    std::map<std::string, Interpreter> interpreters_;
};

} // namespace

base::Result<std::unique_ptr<Engine>> make_engine(Options options) {
    if (!os::find_program("bwrap")) {
        return base::fail(
            "the sandbox engine needs bubblewrap (bwrap)",
            "install it (apt-get install bubblewrap) or use --engine docker");
    }
    sweep_leftovers();
    return std::make_unique<SandboxEngine>(std::move(options));
}

std::size_t sweep_leftovers() {
    return os::sweep_temp_dirs() + sweep_control_groups(find_control_group_home());
}

} // namespace samara::engine::sandbox
