#include "build/tool.h"
#include "build/workflow.h"

#include <fmt/format.h>

// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/building-custom-runtimes.html
namespace samara::build {

namespace fs = std::filesystem;

base::Result<void> build_custom_make(const WorkflowInput& input) {
    const fs::path manifest = input.manifest.empty() ? input.source / "Makefile" : input.manifest;
    std::error_code ignored;
    if (!fs::is_regular_file(manifest, ignored)) {
        return base::fail(
            fmt::format("there is no Makefile at {}", manifest.string()),
            fmt::format(
                "add one with the target build-{} that puts its result into $(ARTIFACTS_DIR)",
                input.target));
    }
    if (!os::find_program("make")) {
        return base::fail("make was not found", "install it and see that it is on PATH");
    }
    fs::path folder = input.source;
    if (!input.build_in_source) {
        folder = input.scratch;
        if (auto copied = os::copy_tree(input.source, folder, input.copy); !copied) {
            return copied;
        }
    }
    const data::Value* below = input.metadata.find("WorkingDirectory");
    if (below != nullptr && below->is_string()) {
        folder /= below->text();
        if (!fs::is_directory(folder, ignored)) {
            return base::fail(
                fmt::format("there is no folder {}", folder.string()),
                "WorkingDirectory is relative to the function's source",
                below->where());
        }
    }
    const std::string target = "build-" + input.target;
    Tool make;
    make.argv = {"make", "--makefile", manifest.string(), target};
    make.folder = folder;
    make.environment["ARTIFACTS_DIR"] = input.artifacts.string();
    return run_tool(
               make,
               fmt::format("the target {} of {} failed", target, manifest.string()),
               fmt::format("see the output of make above; it needs a target {}", target),
               input.log,
               input.cancel)
        .map([](const std::string&) {});
}

} // namespace samara::build
