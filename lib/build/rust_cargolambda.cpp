#include "build/tool.h"
#include "build/workflow.h"
#include "os/environment.h"

#include <fmt/format.h>

// https://www.cargo-lambda.info/commands/build.html
namespace samara::build {

namespace fs = std::filesystem;

base::Result<void> build_rust_cargolambda(const WorkflowInput& input) {
    const auto found = require_tool(
        input, "cargo-lambda", "install it: https://www.cargo-lambda.info/guide/installation");
    if (!found) {
        return tl::unexpected(found.error());
    }
    tell_step(input, "CargoLambdaBuild");
    const data::Value* binary = input.properties().find("Binary");
    std::string name = binary == nullptr ? std::string() : data::scalar_text(*binary);
    const fs::path made = input.scratch / "lambda";
    Tool cargo;
    cargo.argv = {"cargo", "lambda", "build", "--release", "--lambda-dir", made.string()};
    if (input.architecture == "arm64") {
        cargo.argv.emplace_back("--arm64");
    }
    if (!name.empty()) {
        cargo.argv.insert(cargo.argv.end(), {"--bin", name});
    }
    cargo.folder = input.source;
    const std::string failure = fmt::format("cannot compile {}", input.source.string());
    auto built = run_tool(input, cargo, failure, "see the output of cargo above");
    if (!built) {
        return tl::unexpected(std::move(built.error()));
    }
    std::vector<fs::path> programs;
    std::error_code error;
    for (fs::directory_iterator entry(made, error), end; !error && entry != end;
         entry.increment(error)) {
        if (name.empty() || entry->path().filename() == name) {
            programs.push_back(entry->path() / "bootstrap");
        }
    }
    if (programs.size() != 1) {
        return base::fail(
            fmt::format("{}: the package makes {} programs", failure, programs.size()),
            "say which: Metadata: BuildProperties: Binary: <name>");
    }
    return os::copy_tree(programs.front(), input.artifacts / "bootstrap");
}

} // namespace samara::build
