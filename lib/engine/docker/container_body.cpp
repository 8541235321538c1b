#include "engine/docker/container_body.h"

#include "data/nul.h"
#include "engine/guest/about.h"
#include "engine/guest/debugger.h"
#include "os/exec_text.h"
#include "os/linked_packages.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace samara::engine::docker {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t mebibyte = 1LL << 20U;
constexpr int open_files = 1024; // Lambda's quotas: file descriptors, processes and threads
constexpr int processes = 1024;
/// The name under which extensions listen and the Telemetry API calls them.
/// https://docs.aws.amazon.com/lambda/latest/dg/telemetry-api.html
constexpr std::string_view own_name = "sandbox.localdomain:127.0.0.1";

// Ports are published on the host's interface; inside, a debugger listens on all.
constexpr std::string_view any_address = "0.0.0.0";

data::List list_of(const std::vector<std::string>& texts) {
    data::List list;
    for (const std::string& text : texts) {
        list.emplace_back(text);
    }
    return list;
}

data::Value read_only_bind(const std::string& source, std::string_view target) {
    return data::Map{{"Type", "bind"}, {"Source", source}, {"Target", target}, {"ReadOnly", true}};
}

struct Start {
    std::vector<std::string> entry_point;
    std::vector<std::string> command;
    std::string working_directory;
};

// A Zip function: the emulator finds the runtime's bootstrap itself. An Image function: what its
// image runs, with the overrides of ImageConfig, becomes the emulator's arguments.
Start start_of(
    const EnvironmentSpec& spec, const image::ImageInfo& image, const DebugStart& debug) {
    Start start;
    start.entry_point = {std::string(image::emulator_path)};
    if (!spec.limits) {
        start.entry_point.emplace_back("--no-limits");
    }
    if (spec.debug) {
        start.entry_point.emplace_back("--no-timeout"); // somebody thinks at a breakpoint
    }
    const auto* package = std::get_if<ImagePackage>(&spec.package);
    if (package == nullptr) {
        start.command = debug.command;
        start.working_directory = "/var/task";
        return start;
    }
    std::vector<std::string> entry_point =
        package->entry_point.empty() ? image.entry_point : package->entry_point;
    if (spec.debug) {
        insert_debug_arguments(entry_point, *spec.debug);
    }
    start.entry_point.insert(start.entry_point.end(), entry_point.begin(), entry_point.end());
    start.command = package->command.empty() ? image.command : package->command;
    start.working_directory =
        package->working_directory.empty() ? image.working_directory : package->working_directory;
    return start;
}

// What the links at the top of the code lead to outside of it (--mount-symlinks). The engine
// follows the link inside, so that it finds there what it finds here.
void mount_links(const fs::path& code, data::List& mounts) {
    std::error_code error;
    const fs::path root = fs::canonical(code, error);
    for (fs::directory_iterator entry(code, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code broken;
        if (!entry->is_symlink(broken)) {
            continue;
        }
        const fs::path target = fs::canonical(entry->path(), broken);
        if (!broken && *target.lexically_relative(root).begin() == "..") {
            mounts.push_back(read_only_bind(
                target.string(), (fs::path("/var/task") / entry->path().filename()).string()));
            for (const fs::path& package : os::linked_packages(target)) {
                mounts.push_back(read_only_bind(package.string(), package.string()));
            }
        }
    }
}

// What the packages of the code are links into stays where it is.
void mount_modules(const fs::path& code, data::List& mounts) {
    for (const fs::path& modules : os::linked_modules(code)) {
        mounts.push_back(read_only_bind(modules.string(), modules.string()));
        for (const fs::path& package : os::linked_packages(modules)) {
            mounts.push_back(read_only_bind(package.string(), package.string()));
        }
    }
}

data::Value mounts_of(const EnvironmentSpec& spec) {
    data::List mounts;
    if (const auto* zip = std::get_if<ZipPackage>(&spec.package)) {
        mounts.push_back(read_only_bind(zip->code.string(), "/var/task"));
        if (spec.mount_symlinks) {
            mount_links(zip->code, mounts);
            mount_modules(zip->code, mounts);
        }
    }
    if (spec.debug && !spec.debug->debugger_path.empty()) {
        mounts.push_back(read_only_bind(spec.debug->debugger_path.string(), debugger_folder));
    }
    return mounts;
}

// The invoke port on one that is free, debug ports on the same number.
data::Map port_bindings(const EnvironmentSpec& spec) {
    const auto binding = [&](std::string port) -> data::Value {
        return data::List{
            data::Map{{"HostIp", spec.network.host_interface}, {"HostPort", std::move(port)}}};
    };
    data::Map bindings;
    bindings.set(data::Entry(std::string(invoke_port), binding("")));
    if (spec.debug) {
        for (const std::uint16_t port : spec.debug->ports) {
            bindings.set(data::Entry(fmt::format("{}/tcp", port), binding(std::to_string(port))));
        }
    }
    return bindings;
}

// Programs may be run from /tmp in Lambda.
std::string temporary_options(const EnvironmentSpec& spec) {
    const std::string options = "rw,exec,nosuid,nodev,mode=1777";
    return spec.limits ? fmt::format("{},size={}m", options, spec.ephemeral_storage_mb) : options;
}

data::Map host_config(const EnvironmentSpec& spec) {
    data::Map host{
        {"Mounts", mounts_of(spec)},
        {"PortBindings", port_bindings(spec)},
        {"ReadonlyRootfs", true},
        {"Tmpfs", data::Map{{"/tmp", temporary_options(spec)}}},
        // The engine's default may be one whose logs cannot be read back.
        {"LogConfig", data::Map{{"Type", "json-file"}}},
    };
    if (spec.limits) {
        host.set("PidsLimit", processes);
        host.set(
            "Ulimits",
            data::List{data::Map{{"Name", "nofile"}, {"Soft", open_files}, {"Hard", open_files}}});
    }
    if (spec.memory_limit) {
        host.set("Memory", spec.memory_mb * mebibyte);
        host.set("MemorySwap", spec.memory_mb * mebibyte); // no swap beside it
    }
    if (!spec.network.network.empty()) {
        host.set("NetworkMode", spec.network.network);
    }
    // In the network of another container that one's names are used; the engine refuses more.
    if (!spec.network.network.starts_with("container:")) {
        std::vector<std::string> hosts = spec.network.extra_hosts;
        hosts.emplace_back(own_name);
        host.set("ExtraHosts", list_of(hosts));
    }
    if (!spec.network.dns.empty()) {
        host.set("Dns", list_of(spec.network.dns));
    }
    return host;
}

} // namespace

base::Result<data::Value> container_body(
    const EnvironmentSpec& spec, const image::AddedImage& image, const os::Owner& owner) {
    const DebugStart debug =
        spec.debug ? debug_start(spec.runtime, *spec.debug, any_address) : DebugStart();
    const Start start = start_of(spec, image.info, debug);
    auto variables = debug.environment;
    variables.insert(spec.environment.begin(), spec.environment.end());
    const auto environment = os::VariableList(variables).texts();
    if (!environment) {
        return base::fail(about(environment.error(), spec));
    }
    data::Map ports;
    for (const data::Entry& binding : port_bindings(spec)) {
        ports.set(binding.key, data::Map());
    }
    data::Value body = data::Map{
        {"Image", image.name},
        {"Entrypoint", list_of(start.entry_point)},
        {"Cmd", list_of(start.command)},
        {"WorkingDir", start.working_directory},
        {"Env", list_of(*environment)},
        {"ExposedPorts", std::move(ports)},
        {"Labels",
         data::Map{
             {"sam.cli.container.type", "lambda"},
             {"sam.cli.function.name", spec.function},
             {"sam.cli.runtime", spec.runtime},
             {std::string(owner_label), os::to_string(owner)}}},
        {"HostConfig", host_config(spec)},
    };
    // JSON carries a NUL; the kernel behind the engine does not.
    if (const auto nul = data::find_nul(body)) {
        return base::fail(about(
            os::check_no_nul(std::string_view("\0", 1), nul->path + " of the container").error(),
            spec));
    }
    return body;
}

} // namespace samara::engine::docker
