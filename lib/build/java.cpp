#include "build/java.h"

#include "build/tool.h"

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

base::Result<fs::path> wrapper_or_tool(
    const WorkflowInput& input,
    const fs::path& folder,
    std::string_view wrapper,
    std::string_view program,
    std::string_view how_to_get_it) {
    std::error_code ignored;
    const fs::path own = folder / wrapper;
    if (fs::is_regular_file(own, ignored)) {
        // A checkout from elsewhere may have lost the permission.
        fs::permissions(own, fs::perms::owner_exec, fs::perm_options::add, ignored);
        return own;
    }
    return require_tool(input, program, how_to_get_it);
}

base::Result<void> build_java(const WorkflowInput& input) {
    std::error_code ignored;
    for (const char* name : {"build.gradle", "build.gradle.kts"}) {
        if (fs::is_regular_file(input.source / name, ignored)) {
            return build_java_gradle(input);
        }
    }
    if (fs::is_regular_file(input.source / "pom.xml", ignored)) {
        return build_java_maven(input);
    }
    return base::fail(
        fmt::format(
            "there is no build.gradle, build.gradle.kts or pom.xml in {}", input.source.string()),
        "CodeUri names the folder of a Gradle or Maven project; another tool can be run by a "
        "Makefile: Metadata: BuildMethod: makefile");
}

} // namespace samara::build
