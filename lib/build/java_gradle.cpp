#include "build/java.h"
#include "build/tool.h"
#include "build/workflow.h"

#include <fmt/format.h>

// https://docs.aws.amazon.com/lambda/latest/dg/java-package.html
namespace samara::build {

namespace fs = std::filesystem;

namespace {

// A task that puts classes at the root and jars into lib/; of a layer all as jars. The project's
// own build file stays as it is.
constexpr std::string_view init_script = R"(
def artifacts = System.getProperty('samara.artifacts')
def layer = System.getProperty('samara.layer') == 'true'
rootProject { project ->
    project.afterEvaluate {
        project.task('samaraArtifact', type: Copy) {
            into artifacts
            if (!layer) {
                from project.sourceSets.main.output
            }
            into('lib') {
                from project.configurations.runtimeClasspath
                if (layer) {
                    from project.tasks.jar
                }
            }
        }
    }
}
)";

} // namespace

base::Result<void> build_java_gradle(const WorkflowInput& input) {
    const fs::path source = input.scratch / "source";
    if (auto copied = os::copy_tree(input.source, source, input.copy); !copied) {
        return copied;
    }
    auto program = wrapper_or_tool(
        input,
        source,
        "gradlew",
        "gradle",
        "install Gradle (https://gradle.org/install), or add its wrapper to the project");
    if (!program) {
        return tl::unexpected(std::move(program.error()));
    }
    const fs::path script = input.scratch / "samara.gradle";
    if (auto written = os::replace_file(script, init_script); !written) {
        return written;
    }
    report_step(input, "GradleBuild", "JavaGradleWorkflow");
    Tool gradle;
    gradle.argv = {
        program->string(),
        "--quiet",
        "--no-daemon",
        "--console=plain",
        "--init-script",
        script.string(),
        "-Dsamara.artifacts=" + input.artifacts.string(),
        fmt::format("-Dsamara.layer={}", input.recipe.layer),
        ":samaraArtifact"};
    gradle.folder = source;
    gradle.name = "gradle";
    return run_tool(
               input,
               gradle,
               fmt::format("cannot build {}", input.source.string()),
               "see the output of gradle above")
        .map([](const std::string&) {});
}

} // namespace samara::build
