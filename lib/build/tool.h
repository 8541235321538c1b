#pragma once

#include "base/error.h"
#include "base/log.h"
#include "build/workflow.h"
#include "os/process.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Running the tools of other languages: pip, npm, make, ...
namespace samara::build {

/// Files that we made for a tool, and what the user knows them by.
using ToolNames = std::map<std::string, std::string>;

struct Tool {
    std::vector<std::string> argv;
    std::filesystem::path folder;
    std::map<std::string, std::string> environment = {}; ///< over our own
    std::string name = {};                               ///< for messages; empty: the program's
    ToolNames names = {};                                ///< in its output, and in messages
};

struct ToolOutput {
    bool success = false;
    std::string status; ///< "exit code 1"
    std::string out;
    std::string all; ///< both streams as they came
};

/// Where tools run: this machine, or a container with a runtime's own tools, which sees the folders
/// of the workflow under the same paths. Thread-safe.
class ToolHost {
public:
    ToolHost() = default;
    ToolHost(const ToolHost&) = delete;
    ToolHost& operator=(const ToolHost&) = delete;
    ToolHost(ToolHost&&) = delete;
    ToolHost& operator=(ToolHost&&) = delete;
    virtual ~ToolHost() = default;

    /// Fails only when the tool cannot be started or was cancelled.
    virtual base::Result<ToolOutput> run(const Tool& tool, const os::Cancellation& cancel) = 0;

    [[nodiscard]] virtual std::optional<std::filesystem::path> find(std::string_view program) = 0;
};

ToolHost& this_machine();

/// The first program of that name where the workflow's tools run.
std::optional<std::filesystem::path>
find_tool(const WorkflowInput& input, std::string_view program);

/// Fails with "npm was not found", how to get it and, where that could help, --use-container.
base::Result<std::filesystem::path>
require_tool(const WorkflowInput& input, std::string_view program, std::string_view how_to_get_it);

/// Fails only when it cannot be started or was cancelled.
base::Result<ToolOutput> try_tool(const WorkflowInput& input, const Tool& tool);

/// Must succeed: else its output goes to the log and the error is "<failure>: <name>: exit code 1"
/// with `hint`. Returns what it wrote to standard output.
base::Result<std::string> run_tool(
    const WorkflowInput& input, const Tool& tool, std::string_view failure, std::string_view hint);

/// Writes every line of a tool's output to `log`.
void log_output(std::string_view output, const base::Log& log);

/// Tells what the workflow does now: "Running PythonPipBuilder:ResolveDependencies". `builder`
/// where a workflow has more than one.
void report_step(
    const WorkflowInput& input, std::string_view action, std::string_view builder = {});

} // namespace samara::build
