#include "base/try.h"
#include "build/java.h"
#include "build/tool.h"
#include "build/workflow.h"

#include <fmt/format.h>

// https://docs.aws.amazon.com/lambda/latest/dg/java-package.html
namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view builder = "JavaMavenWorkflow"; // Gradle's has another name

base::Result<void> copy_if_there(const fs::path& from, const fs::path& to) {
    std::error_code ignored;
    if (!fs::is_directory(from, ignored)) {
        return {};
    }
    return os::make_folders(to).and_then([&] { return os::copy_tree(from, to); });
}

} // namespace

base::Result<void> build_java_maven(const WorkflowInput& input) {
    std::error_code ignored;
    const fs::path source = input.scratch / "source";
    report_step(input, "CopySource", builder);
    if (auto copied = os::copy_tree(input.source, source, input.copy); !copied) {
        return copied;
    }
    auto program = wrapper_or_tool(
        input,
        source,
        "mvnw",
        "mvn",
        "install Maven (Debian: apt install maven) and see that it is on PATH");
    if (!program) {
        return tl::unexpected(std::move(program.error()));
    }
    const std::string failure = fmt::format("cannot build {}", input.source.string());
    const std::vector<std::pair<std::string_view, std::vector<std::string>>> steps{
        {"MavenBuild", {program->string(), "--batch-mode", "clean", "install"}},
        {"MavenCopyDependency",
         {program->string(),
          "--batch-mode",
          "dependency:copy-dependencies",
          "-DincludeScope=runtime",
          "-Dmdep.prependGroupId=true"}}};
    for (const auto& [action, arguments] : steps) {
        report_step(input, action, builder);
        TRY(run_tool(input, {arguments, source}, failure, "see the output of mvn above"));
    }
    report_step(input, "MavenCopyArtifacts", builder);
    // Classes at the root and jars in lib/; a layer has all jars in java/lib.
    if (input.recipe.layer) {
        const fs::path lib = input.artifacts / "lib";
        auto copied = copy_if_there(source / "target" / "dependency", lib);
        for (fs::directory_iterator entry(source / "target", ignored), end; copied && entry != end;
             entry.increment(ignored)) {
            if (entry->path().extension() == ".jar") {
                copied = os::make_folders(lib).and_then(
                    [&] { return os::copy_tree(entry->path(), lib / entry->path().filename()); });
            }
        }
        return copied;
    }
    return copy_if_there(source / "target" / "classes", input.artifacts).and_then([&] {
        return copy_if_there(source / "target" / "dependency", input.artifacts / "lib");
    });
}

} // namespace samara::build
