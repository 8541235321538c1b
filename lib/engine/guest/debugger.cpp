#include "engine/guest/debugger.h"

#include "base/strings.h"
#include "model/runtimes.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

namespace samara::engine {

namespace {

void append_words(std::vector<std::string>& command, std::string_view text) {
    for (const std::string_view word : base::split(text, ' ')) {
        if (!word.empty()) {
            command.emplace_back(word);
        }
    }
}

std::string with_arguments(std::string options, std::string_view arguments) {
    return arguments.empty() ? options : fmt::format("{} {}", options, arguments);
}

} // namespace

DebugStart debug_start(std::string_view runtime, const DebugSpec& debug, std::string_view address) {
    DebugStart start;
    const std::string family = model::runtime_family(runtime);
    const std::uint16_t port = debug.ports.empty() ? 0 : debug.ports.front();
    if (family == "python") {
        start.command = {"/var/lang/bin/python3"};
        append_words(start.command, debug.args);
        start.command.emplace_back("/var/runtime/bootstrap.py");
    } else if (family == "nodejs") {
        start.environment["NODE_OPTIONS"] =
            with_arguments(fmt::format("--inspect-brk={}:{}", address, port), debug.args);
    } else if (family == "java") {
        start.environment["JAVA_TOOL_OPTIONS"] = with_arguments(
            fmt::format(
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,quiet=y,address={}:{}",
                address,
                port),
            debug.args);
    } else if (family == "provided" && !debug.debugger_path.empty()) {
        start.command = {
            fmt::format("{}/dlv", debugger_folder),
            fmt::format("--listen={}:{}", address, port),
            "--headless=true",
            "--api-version=2"};
        append_words(start.command, debug.args);
        start.command.insert(start.command.end(), {"exec", "/var/task/bootstrap"});
    }
    for (const auto& [name, value] : debug.environment) {
        start.environment.insert_or_assign(name, value);
    }
    return start;
}

void insert_debug_arguments(std::vector<std::string>& entry_point, const DebugSpec& debug) {
    constexpr std::array<std::string_view, 3> interpreters{"python", "node", "java"};
    if (entry_point.empty()) {
        return;
    }
    const std::string program = std::filesystem::path(entry_point.front()).filename().string();
    const bool known =
        std::any_of(interpreters.begin(), interpreters.end(), [&](std::string_view name) {
            return program.starts_with(name);
        });
    if (known) {
        std::vector<std::string> arguments;
        append_words(arguments, debug.args);
        entry_point.insert(entry_point.begin() + 1, arguments.begin(), arguments.end());
    }
}

} // namespace samara::engine
