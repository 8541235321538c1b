#include "base/try.h"
#include "build/tool.h"
#include "build/workflow.h"

#include <fmt/format.h>

// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/building-custom-runtimes.html
namespace samara::build {

namespace fs = std::filesystem;

namespace {

fs::path text_path(const WorkflowInput& input, std::string_view key) {
    const data::Value* value = input.recipe.metadata.find(key);
    return value == nullptr || value->text().empty()
               ? fs::path()
               : (input.recipe.template_folder / value->text()).lexically_normal();
}

// A folder below `source` is meant as that below its copy.
fs::path in_copy(const fs::path& folder, const fs::path& source, const fs::path& copy) {
    const fs::path relative = folder.lexically_relative(source);
    const bool below = !relative.empty() && *relative.begin() != "..";
    return below ? (copy / relative).lexically_normal() : folder;
}

} // namespace

base::Result<void> build_custom_make(const WorkflowInput& input) {
    // ContextPath has the Makefile, ProjectRootDirectory all that it needs; both, and
    // WorkingDirectory, are relative to the template.
    const fs::path context = text_path(input, "ContextPath");
    const fs::path project = text_path(input, "ProjectRootDirectory");
    const fs::path manifest = input.manifest.empty()
                                  ? (context.empty() ? input.source : context) / "Makefile"
                                  : input.manifest;
    std::error_code ignored;
    if (!fs::is_regular_file(manifest, ignored)) {
        return base::fail(
            fmt::format("there is no Makefile at {}", manifest.string()),
            fmt::format(
                "add one with the target build-{} that puts its result into $(ARTIFACTS_DIR)",
                input.target));
    }
    TRY(require_tool(input, "make", "install it and see that it is on PATH"));
    const fs::path source = project.empty() ? input.source : project;
    fs::path copy = source;
    if (!input.build_in_source) {
        report_step(input, "CopySource");
        copy = input.scratch;
        if (auto copied = os::copy_tree(source, copy, input.copy); !copied) {
            return copied;
        }
    }
    fs::path folder = copy;
    if (const data::Value* below = input.recipe.metadata.find("WorkingDirectory")) {
        folder = in_copy(text_path(input, "WorkingDirectory"), source, copy);
        if (!fs::is_directory(folder, ignored)) {
            return base::fail(
                fmt::format("there is no folder {}", folder.string()),
                "WorkingDirectory is relative to the template's folder",
                below->where());
        }
    }
    report_step(input, "MakeBuild");
    const std::string target = "build-" + input.target;
    Tool make;
    make.argv = {"make", "--makefile", manifest.string(), target};
    make.folder = folder;
    make.environment["ARTIFACTS_DIR"] = input.artifacts.string();
    auto made = run_tool(
        input,
        make,
        fmt::format("the target {} of {} failed", target, manifest.string()),
        fmt::format("see the output of make above; it needs a target {}", target));
    if (!made) {
        return tl::unexpected(std::move(made.error()));
    }
    if (fs::is_empty(input.artifacts, ignored)) {
        return base::fail(
            fmt::format("the target {} of {} made nothing", target, manifest.string()),
            "put the result into the folder $(ARTIFACTS_DIR)");
    }
    return {};
}

} // namespace samara::build
