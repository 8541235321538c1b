#include "build/tool.h"

#include "base/strings.h"
#include "os/environment.h"

#include <fmt/format.h>

namespace samara::build {

base::Result<ToolOutput> try_tool(const Tool& tool, const os::Cancellation& cancel) {
    os::Command command;
    command.argv = tool.argv;
    command.folder = tool.folder;
    if (!tool.environment.empty()) {
        command.environment = tool.environment;
        command.environment->merge(os::environment());
    }
    ToolOutput output;
    const auto both = [&](std::string_view bytes) { output.all += bytes; };
    os::OutputSinks sinks;
    sinks.out = [&](std::string_view bytes) {
        output.out += bytes;
        both(bytes);
    };
    sinks.error = both;
    auto process = os::Process::start(command, std::move(sinks));
    if (!process) {
        return tl::unexpected(std::move(process.error()));
    }
    const os::ExitStatus status = process->wait(cancel);
    if (status.cause == os::EndCause::cancelled) {
        return base::fail("cancelled");
    }
    output.success = status.success();
    output.status = os::to_string(status);
    return output;
}

base::Result<std::string> run_tool(
    const Tool& tool,
    std::string_view failure,
    std::string_view hint,
    const base::Log& log,
    const os::Cancellation& cancel) {
    auto output = try_tool(tool, cancel);
    if (!output) {
        return tl::unexpected(std::move(output.error()));
    }
    if (!output->success) {
        log_output(output->all, log);
        const std::string name = tool.name.empty()
                                     ? std::filesystem::path(tool.argv.front()).filename().string()
                                     : tool.name;
        return base::fail(
            fmt::format("{}: {}: {}", failure, name, output->status), std::string(hint));
    }
    return std::move(output->out);
}

void log_output(std::string_view output, const base::Log& log) {
    for (const std::string_view line : base::split(base::trim(output), '\n')) {
        log.info(line);
    }
}

} // namespace samara::build
