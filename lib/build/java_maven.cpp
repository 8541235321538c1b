#include "build/tool.h"
#include "build/workflow.h"

#include <fmt/format.h>

// https://docs.aws.amazon.com/lambda/latest/dg/java-package.html
namespace samara::build {

namespace fs = std::filesystem;

namespace {

base::Result<void> copy_if_there(const fs::path& from, const fs::path& to) {
    std::error_code ignored;
    if (!fs::is_directory(from, ignored)) {
        return {};
    }
    return os::make_folders(to).and_then([&] { return os::copy_tree(from, to); });
}

} // namespace

base::Result<void> build_java(const WorkflowInput& input) {
    std::error_code ignored;
    if (!fs::is_regular_file(input.source / "pom.xml", ignored)) {
        return base::fail(
            fmt::format("there is no pom.xml in {}", input.source.string()),
            "Maven is the only build tool for Java that is supported yet; build with another by a "
            "Makefile: Metadata: BuildMethod: makefile");
    }
    if (!os::find_program("mvn")) {
        return base::fail(
            "mvn was not found",
            "install Maven (Debian: apt install maven) and see that it is on PATH");
    }
    const fs::path source = input.scratch / "source";
    if (auto copied = os::copy_tree(input.source, source, input.copy); !copied) {
        return copied;
    }
    const std::string failure = fmt::format("cannot build {}", input.source.string());
    const std::vector<std::vector<std::string>> steps{
        {"mvn", "--batch-mode", "clean", "install"},
        {"mvn",
         "--batch-mode",
         "dependency:copy-dependencies",
         "-DincludeScope=runtime",
         "-Dmdep.prependGroupId=true"}};
    for (const std::vector<std::string>& step : steps) {
        const auto done = run_tool(
            {step, source}, failure, "see the output of mvn above", input.log, input.cancel);
        if (!done) {
            return tl::unexpected(done.error());
        }
    }
    // Classes at the root and jars in lib/; a layer has all jars in java/lib.
    if (input.layer) {
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
