#include "engine/docker/build_program.h"

#include "base/strings.h"
#include "os/environment.h"
#include "os/process.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <variant>

#include <fmt/format.h>

namespace samara::engine::docker {

namespace {

os::Command
command_of(std::vector<std::string> argv, const std::map<std::string, std::string>& environment) {
    os::Command command;
    command.argv = std::move(argv);
    command.environment = os::environment();
    for (const auto& [name, value] : environment) {
        command.environment->insert_or_assign(name, value);
    }
    command.die_with_parent = true; // this thread waits for it
    return command;
}

bool has_buildx(const os::Cancellation& cancel) {
    auto process = os::Process::start(command_of({"docker", "buildx", "version"}, {}));
    return process && process->wait(cancel).success();
}

// Clients before 23 speak BuildKit's protocol themselves.
// https://docs.docker.com/engine/release-notes/23.0/
bool has_own_buildkit(const os::Cancellation& cancel) {
    constexpr int first_without = 23;
    const auto asked =
        os::run(command_of({"docker", "version", "--format", "{{.Client.Version}}"}, {}), cancel);
    int major = 0;
    const bool known =
        asked &&
        std::from_chars(asked->out.data(), asked->out.data() + asked->out.size(), major).ec ==
            std::errc();
    constexpr int first_with = 18;
    return known && major >= first_with && major < first_without;
}

// The program finds what the environment or its context names by itself. A socket that only we
// have looked for has to be named.
std::map<std::string, std::string> host_variable(const HostLookup& lookup) {
    const auto hosts = docker_hosts(lookup);
    if (!hosts || lookup.environment.contains("DOCKER_HOST")) {
        return {};
    }
    for (const DockerHost& host : *hosts) {
        const auto* const socket = std::get_if<net::UnixAddress>(&host.address);
        std::error_code ignored;
        if (socket == nullptr || host.origin.starts_with("context")) {
            return {};
        }
        if (std::filesystem::exists(socket->socket, ignored)) {
            return {{"DOCKER_HOST", "unix://" + socket->socket}};
        }
    }
    return {};
}

} // namespace

std::optional<BuildProgram>
find_build_program(const HostLookup& lookup, const os::Cancellation& cancel) {
    if (os::find_program("docker")) {
        BuildProgram program{{"docker", "build"}, false, host_variable(lookup)};
        if (has_buildx(cancel)) {
            // Lambda does not take images with attestations beside them.
            program.command = {"docker", "buildx", "build", "--load"};
            program.buildkit = true;
            program.environment["BUILDX_NO_DEFAULT_ATTESTATIONS"] = "1";
        } else {
            program.buildkit = has_own_buildkit(cancel);
            program.environment["DOCKER_BUILDKIT"] = program.buildkit ? "1" : "0";
        }
        return program;
    }
    for (const char* name : {"finch", "podman"}) {
        if (os::find_program(name)) {
            return BuildProgram{{name, "build"}, true, {}};
        }
    }
    return std::nullopt;
}

base::Result<void> run_build_program(
    const BuildProgram& program,
    const ImageBuild& build,
    const std::vector<std::string>& extra,
    const os::Cancellation& cancel) {
    std::vector<std::string> argv = program.command;
    std::map<std::string, std::string> environment = program.environment;
    const auto add = [&](std::string option, std::string value) {
        argv.push_back(std::move(option));
        argv.push_back(std::move(value));
    };
    add("--file", (build.context / build.dockerfile).lexically_normal().string());
    add("--tag", build.tag);
    if (!build.target.empty()) {
        add("--target", build.target);
    }
    if (!build.architecture.empty()) {
        add("--platform", build.architecture == "arm64" ? "linux/arm64" : "linux/amd64");
    }
    const auto ours = os::environment();
    for (const auto& [name, value] : build.arguments) {
        const bool free = !ours.contains(name) && !environment.contains(name);
        if (free) { // others on this machine may read the command line, not the environment
            environment[name] = value;
        }
        add("--build-arg", free ? name : name + "=" + value);
    }
    argv.insert(argv.end(), extra.begin(), extra.end());
    argv.push_back(build.context.string());
    os::OutputSinks sinks;
    if (build.output) {
        sinks.out = build.output;
        sinks.error = build.output;
    }
    const std::string name = base::join(program.command, " ");
    auto process = os::Process::start(command_of(std::move(argv), environment), std::move(sinks));
    if (!process) {
        return tl::unexpected(std::move(process.error()));
    }
    const os::ExitStatus status = process->wait(cancel);
    if (status.cause == os::EndCause::cancelled) {
        return base::fail("cancelled");
    }
    if (!status.success()) {
        return base::fail(
            fmt::format(
                "cannot build the image {}: {}: {}", build.tag, name, os::to_string(status)),
            "see its output above");
    }
    return {};
}

} // namespace samara::engine::docker
