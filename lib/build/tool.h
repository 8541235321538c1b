#pragma once

#include "base/error.h"
#include "base/log.h"
#include "os/process.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Running the tools of other languages: pip, npm, make, ...
namespace samara::build {

struct Tool {
    std::vector<std::string> argv;
    std::filesystem::path folder;
    std::map<std::string, std::string> environment = {}; ///< over our own
    std::string name = {};                               ///< for messages; empty: the program's
};

struct ToolOutput {
    bool success = false;
    std::string status; ///< "exit code 1"
    std::string out;
    std::string all; ///< both streams as they came
};

/// Fails only when it cannot be started or was cancelled.
base::Result<ToolOutput> try_tool(const Tool& tool, const os::Cancellation& cancel);

/// Must succeed: else its output goes to `log` and the error is "<failure>: <name>: exit code 1"
/// with `hint`. Returns what it wrote to standard output.
base::Result<std::string> run_tool(
    const Tool& tool,
    std::string_view failure,
    std::string_view hint,
    const base::Log& log,
    const os::Cancellation& cancel);

/// Writes every line of a tool's output to `log`.
void log_output(std::string_view output, const base::Log& log);

} // namespace samara::build
