#include "app/doctor/checks.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "engine/docker/api.h"
#include "engine/docker/docker_engine.h"
#include "engine/sandbox/control_group.h"
#include "engine/sandbox/interpreter.h"
#include "engine/sandbox/isolated_network.h"
#include "engine/sandbox/namespaces.h"
#include "model/runtimes.h"
#include "os/architecture.h"
#include "os/environment.h"
#include "os/process.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace samara::app::doctor {

namespace {

namespace sandbox = engine::sandbox;

std::string sentences(const base::Error& error) {
    return base::replace_all(error.message, "\n", "; ");
}

} // namespace

Check check_container_engine(const os::Cancellation& cancel) {
    namespace docker = engine::docker;
    Check check{.name = "container_engine"};
    const auto api = docker::Api::connect(docker::current_lookup(), cancel);
    if (!api) {
        check.state = CheckState::missing;
        check.found = sentences(api.error());
        check.mend =
            "start Docker, Podman's service, Finch or Colima, or set DOCKER_HOST; without one, "
            "Python, Node.js and provided runtimes run in the sandbox";
        return check;
    }
    docker::ApiRequest request;
    request.path = "/version";
    request.timeout = std::chrono::seconds(10);
    const auto answer = (*api)->call_json(request, "cannot ask for the version", cancel);
    const std::string version = answer ? data::text_of(answer->find("Version")) : std::string();
    const auto& host = (*api)->host();
    check.found = fmt::format(
        "{}, API {}, at {} ({})",
        version.empty() ? "an engine" : version,
        (*api)->version(),
        net::to_string(host.address),
        host.origin);
    return check;
}

Check check_bubblewrap(const os::Cancellation& cancel) {
    Check check{.name = "bubblewrap"};
    const auto program = os::find_program("bwrap");
    if (!program) {
        check.state = CheckState::missing;
        check.found = "not installed; the sandbox engine runs functions with it";
        check.mend = "sudo apt-get install bubblewrap";
        return check;
    }
    os::Command command;
    command.argv = {program->string(), "--version"};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    const auto done = os::run(command, cancel, deadline);
    const std::string said = done ? std::string(base::trim(done->out)) : std::string();
    check.found = fmt::format(
        "{} ({})", said.empty() ? "a version that cannot be asked" : said, program->string());
    return check;
}

Check check_namespaces(const os::Cancellation& cancel) {
    Check check{.name = "namespaces"};
    const auto program = os::find_program("bwrap");
    if (!program) {
        check.state = CheckState::missing;
        check.found = "not tried: there is no bubblewrap to make them";
        return check;
    }
    if (const auto made = sandbox::try_namespaces(*program, cancel); !made) {
        check.state = CheckState::missing;
        check.found = sentences(made.error());
        check.mend = made.error().hint;
        return check;
    }
    check.found = "bubblewrap may make them";
    return check;
}

Check check_interpreters() {
    Check check{.name = "interpreters"};
    const auto folders = sandbox::interpreter_folders();
    const auto cache = os::cache_folder() / "interpreters";
    std::vector<std::string> exact;
    std::vector<std::string> others; // interpreters that stand in for other versions
    std::vector<std::string> absent;
    for (const model::Runtime& runtime : model::runtimes()) {
        if (runtime.family == "provided" || !sandbox::check_runtime(runtime.id)) {
            continue;
        }
        const auto found = sandbox::find_interpreter(runtime.id, folders, cache);
        auto& list = !found ? absent : found->warning.empty() ? exact : others;
        const std::string entry = !found ? runtime.family
                                  : found->warning.empty()
                                      ? runtime.id
                                      : fmt::format("{} {}", found->family, found->version);
        if (std::find(list.begin(), list.end(), entry) == list.end()) {
            list.push_back(entry);
            if (!found) {
                check.mend += (check.mend.empty() ? "" : "; ") + found.error().hint;
            }
        }
    }
    exact.emplace_back("provided.*");
    check.found = fmt::format("{} run as they are", base::join(exact, ", "));
    if (!others.empty()) {
        check.found +=
            fmt::format("; other versions run on {}, with a warning", base::join(others, " and "));
    }
    if (!absent.empty()) {
        check.state = CheckState::limited;
        check.found += fmt::format("; nothing runs {}", base::join(absent, " or "));
    }
    return check;
}

Check check_control_groups() {
    Check check{.name = "control_groups"};
    const auto home = sandbox::find_control_group_home();
    if (home.usable()) {
        check.found = fmt::format("version {}, {}", home.unified ? 2 : 1, home.memory.string());
        return check;
    }
    check.state = CheckState::limited;
    check.found =
        "none that this user may write to: in the sandbox, MemorySize limits each process, "
        "not all of them together";
    check.mend = "systemd-run --user --scope -p Delegate=yes samara ...";
    return check;
}

Check check_isolated_network() {
    Check check{.name = "isolated_network"};
    if (const auto missing = sandbox::IsolatedNetwork::missing()) {
        check.state = CheckState::limited;
        check.found = fmt::format("--sandbox-network isolated gives no network: {}", *missing);
        check.mend = os::find_program("slirp4netns") ? "" : "sudo apt-get install slirp4netns";
        return check;
    }
    check.found = "--sandbox-network isolated works";
    return check;
}

Check check_other_architecture() {
    Check check{.name = "other_architecture"};
    const std::string own = os::machine_architecture();
    const std::string_view other = own == "arm64" ? "x86_64" : "arm64";
    if (os::runs_architecture(other)) {
        check.found = fmt::format("this machine is {}; functions for {} are emulated", own, other);
        return check;
    }
    check.state = CheckState::limited;
    check.found = fmt::format("this machine is {}; native code for {} does not run", own, other);
    check.mend = "sudo apt-get install qemu-user-static binfmt-support";
    return check;
}

} // namespace samara::app::doctor
