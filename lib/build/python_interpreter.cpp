#include "build/python_interpreter.h"

#include "base/strings.h"
#include "build/tool.h"

#include <optional>
#include <vector>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view probe = "import sys, pip; print('%d.%d' % sys.version_info[:2])";

} // namespace

std::string_view python_version(std::string_view runtime) {
    return runtime.substr(std::min(runtime.size(), std::string_view("python").size()));
}

base::Result<Interpreter> find_interpreter(const WorkflowInput& input) {
    const std::string& runtime = input.recipe.runtime;
    std::vector<fs::path> candidates;
    for (const std::string& name : {runtime, std::string("python3"), std::string("python")}) {
        if (const auto found = find_tool(input, name)) {
            candidates.push_back(*found);
        }
    }
    candidates.emplace_back("/usr/bin/python3");
    std::optional<Interpreter> other;
    for (const fs::path& program : candidates) {
        const auto output = try_tool(input, {{program.string(), "-c", std::string(probe)}, {}});
        if (!output) {
            if (input.cancel.cancelled()) {
                return tl::unexpected(output.error());
            }
            continue;
        }
        if (!output->success) {
            continue;
        }
        const Interpreter found{program, std::string(base::trim(output->out))};
        if (found.version == python_version(runtime)) {
            return found;
        }
        if (!other) {
            other = found;
        }
    }
    if (!other) {
        return base::fail(
            fmt::format("no Python with pip was found for {}", runtime),
            fmt::format(
                "install {} and pip (Debian: apt install python3-pip), or build with "
                "--use-container",
                runtime));
    }
    return *other;
}

} // namespace samara::build
