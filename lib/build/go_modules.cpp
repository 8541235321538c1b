#include "base/try.h"
#include "build/tool.h"
#include "build/workflow.h"
#include "data/accessors.h"
#include "os/environment.h"

#include <fmt/format.h>

// https://docs.aws.amazon.com/lambda/latest/dg/golang-package.html
namespace samara::build {

base::Result<void> build_go_modules(const WorkflowInput& input) {
    TRY(require_tool(input, "go", "install Go (https://go.dev/dl) and see that it is on PATH"));
    report_step(input, "Build");
    // go1.x ran the handler; an OS-only runtime runs "bootstrap".
    const bool by_handler = input.recipe.runtime == "go1.x" && !input.recipe.handler.empty();
    const std::string program = by_handler ? input.recipe.handler : "bootstrap";
    Tool go;
    go.argv = {"go", "build", "-o", (input.artifacts / program).string()};
    if (data::text_of(input.properties().find("TrimGoPath")) == "true") {
        go.argv.emplace_back("-trimpath");
    }
    if (is_debug_build()) { // neither optimized nor inlined
        go.argv.emplace_back("-gcflags=all=-N -l");
    }
    if (const std::string flags = data::text_of(input.properties().find("GoLdflags"));
        !flags.empty()) {
        go.argv.insert(go.argv.end(), {"-ldflags", flags});
    }
    go.folder = input.source;
    go.environment["GOOS"] = "linux";
    go.environment["GOARCH"] = input.recipe.architecture == "arm64" ? "arm64" : "amd64";
    // The environment's C library may be older than this machine's.
    go.environment["CGO_ENABLED"] = os::variable("CGO_ENABLED").value_or("0");
    return run_tool(
               input,
               go,
               fmt::format("cannot compile {}", input.source.string()),
               "see the output of go above")
        .map([](const std::string&) {});
}

} // namespace samara::build
