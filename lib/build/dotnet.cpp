#include "base/try.h"
#include "build/tool.h"
#include "build/workflow.h"

#include <fmt/format.h>

// https://docs.aws.amazon.com/lambda/latest/dg/csharp-package-cli.html
namespace samara::build {

base::Result<void> build_dotnet(const WorkflowInput& input) {
    TRY(require_tool(
        input,
        "dotnet",
        "install the .NET SDK (https://dotnet.microsoft.com/download) and see that it is on PATH"));
    report_step(input, "RunPackageAction");
    const std::filesystem::path source = input.scratch / "source";
    if (auto copied = os::copy_tree(input.source, source, input.copy); !copied) {
        return copied;
    }
    Tool dotnet;
    dotnet.argv = {
        "dotnet",
        "publish",
        "--configuration",
        is_debug_build() ? "Debug" : "Release",
        "--runtime",
        input.recipe.architecture == "arm64" ? "linux-arm64" : "linux-x64",
        "--self-contained",
        "false",
        "--output",
        input.artifacts.string(),
        "-p:GenerateRuntimeConfigurationFiles=true"};
    dotnet.folder = source;
    dotnet.environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
    dotnet.environment["DOTNET_NOLOGO"] = "1";
    return run_tool(
               input,
               dotnet,
               fmt::format("cannot compile {}", input.source.string()),
               "see the output of dotnet above")
        .map([](const std::string&) {});
}

} // namespace samara::build
