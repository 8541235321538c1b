#include "build/tool.h"

#include "base/strings.h"
#include "os/environment.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>

namespace samara::build {

namespace {

class ThisMachine : public ToolHost {
public:
    base::Result<ToolOutput> run(const Tool& tool, const os::Cancellation& cancel) override {
        os::Command command;
        command.argv = tool.argv;
        command.folder = tool.folder;
        command.die_with_parent = true; // this thread waits for it
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

    std::optional<std::filesystem::path> find(std::string_view program) override {
        return os::find_program(program);
    }
};

std::string name_of(const Tool& tool) {
    return tool.name.empty() ? std::filesystem::path(tool.argv.front()).filename().string()
                             : tool.name;
}

// Says that a tool is still at work, for one that hangs looks like one that is slow.
class LongTime {
public:
    LongTime(const WorkflowInput& input, const Tool& tool)
        : thread_([this, &input, name = name_of(tool)](const std::stop_token& stop) {
              auto pause = input.long_time;
              std::chrono::milliseconds all{0};
              std::unique_lock lock(mutex_);
              while (!ended_.wait_for(lock, stop, pause, [&] { return stop.stop_requested(); })) {
                  all += pause;
                  input.notices.info(fmt::format(
                      "{}: {} has been at work for {} s (Ctrl-C ends it)",
                      input.target,
                      name,
                      std::chrono::duration_cast<std::chrono::seconds>(all).count()));
                  pause = all;
              }
          }) {}

private:
    std::mutex mutex_;
    std::condition_variable_any ended_;
    std::jthread thread_;
};

ToolHost& host_of(const WorkflowInput& input) {
    return input.host == nullptr ? this_machine() : *input.host;
}

} // namespace

ToolHost& this_machine() {
    static ThisMachine machine;
    return machine;
}

std::optional<std::filesystem::path>
find_tool(const WorkflowInput& input, std::string_view program) {
    return host_of(input).find(program);
}

base::Result<std::filesystem::path>
require_tool(const WorkflowInput& input, std::string_view program, std::string_view how_to_get_it) {
    if (auto found = find_tool(input, program)) {
        return *found;
    }
    return base::fail(
        fmt::format("{} was not found", program),
        fmt::format(
            "{}{}", how_to_get_it, input.host == nullptr ? ", or build with --use-container" : ""));
}

base::Result<ToolOutput> try_tool(const WorkflowInput& input, const Tool& tool) {
    const LongTime notice(input, tool);
    return host_of(input).run(tool, input.cancel);
}

base::Result<std::string> run_tool(
    const WorkflowInput& input, const Tool& tool, std::string_view failure, std::string_view hint) {
    auto output = try_tool(input, tool);
    if (!output) {
        return tl::unexpected(std::move(output.error()));
    }
    if (!output->success) {
        std::string text = std::move(output->all);
        for (const auto& [made, own] : tool.names) {
            text = base::replace_all(text, made, own);
        }
        log_output(text, input.log);
        return base::fail(
            fmt::format("{}: {}: {}", failure, name_of(tool), output->status), std::string(hint));
    }
    return std::move(output->out);
}

void log_output(std::string_view output, const base::Log& log) {
    for (const std::string_view line : base::split(base::trim(output), '\n')) {
        log.info(line);
    }
}

void report_step(const WorkflowInput& input, std::string_view action, std::string_view builder) {
    input.log.info(
        fmt::format("Running {}:{}", builder.empty() ? input.facts->builder : builder, action));
}

} // namespace samara::build
