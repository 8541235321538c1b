#include "base/strings.h"
#include "base/try.h"
#include "build/python_interpreter.h"
#include "build/python_requirements.h"
#include "build/tool.h"
#include "build/workflow.h"
#include "model/runtimes.h"
#include "os/file.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

struct Installation {
    const WorkflowInput& input;
    const PythonRequirements& requirements;
    Interpreter interpreter;
};

std::string machine_of(std::string_view architecture) {
    return architecture == "arm64" ? "aarch64" : "x86_64";
}

Tool pip(const Installation& installation, std::vector<std::string> arguments) {
    Tool tool;
    tool.argv = {installation.interpreter.program.string(), "-m", "pip"};
    tool.argv.insert(tool.argv.end(), arguments.begin(), arguments.end());
    tool.argv.insert(
        tool.argv.end(),
        {"--requirement",
         installation.requirements.file.string(),
         "--no-input",
         "--disable-pip-version-check"});
    tool.folder = installation.requirements.file.parent_path();
    tool.name = "pip";
    tool.names = installation.requirements.names;
    tool.environment["PIP_ROOT_USER_ACTION"] = "ignore";
    return tool;
}

// Takes the wheels that run in the environment, whatever this machine is.
// https://peps.python.org/pep-0600/
Tool install_wheels(const Installation& installation, std::vector<std::string> more = {}) {
    const WorkflowInput& input = installation.input;
    const std::string_view version = python_version(input.recipe.runtime);
    std::vector<std::string> arguments{
        "install",
        "--target",
        input.artifacts.string(),
        "--no-compile",
        "--no-warn-script-location",
        "--only-binary=:all:",
        "--implementation",
        "cp",
        "--python-version",
        std::string(version)};
    std::vector<std::string> platforms;
    constexpr int oldest_glibc_minor = 5;
    for (int minor = model::glibc_minor_of(input.recipe.runtime); minor >= oldest_glibc_minor;
         --minor) {
        platforms.push_back(fmt::format("manylinux_2_{}", minor));
    }
    platforms.insert(platforms.end(), {"manylinux2014", "manylinux2010", "manylinux1", "linux"});
    for (const std::string& platform : platforms) {
        arguments.emplace_back("--platform");
        arguments.push_back(fmt::format("{}_{}", platform, machine_of(input.recipe.architecture)));
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    return pip(installation, std::move(arguments));
}

// Most packages have wheels. Where one has none, all are made into wheels on this machine, and pip
// chooses again: it takes those that fit the environment and refuses what was compiled for another
// Python or processor.
base::Result<void> install(const Installation& installation) {
    const WorkflowInput& input = installation.input;
    auto wheels = try_tool(input, install_wheels(installation));
    if (!wheels) {
        return tl::unexpected(std::move(wheels.error()));
    }
    if (wheels->success) {
        return {};
    }
    input.log.debug("not all requirements have wheels; building packages from source");
    const std::string failure =
        fmt::format("cannot install the packages of {}", installation.requirements.own_name());
    const std::string made = (input.scratch / "wheels").string();
    return run_tool(
               input,
               pip(installation, {"wheel", "--wheel-dir", made}),
               failure,
               "see the output of pip above: check the names and versions in that file and that "
               "pip can reach its index (PIP_INDEX_URL, PIP_FIND_LINKS)")
        .and_then([&](const std::string&) {
            return run_tool(
                input,
                install_wheels(installation, {"--find-links", made}),
                failure,
                fmt::format(
                    "a package without a wheel for {} on {} was compiled by Python {} on this "
                    "machine: install {} here, or build with --use-container",
                    input.recipe.runtime,
                    input.recipe.architecture,
                    installation.interpreter.version,
                    input.recipe.runtime));
        })
        .map([](const std::string&) {});
}

// uv knows platforms by one name, and chooses like pip.
// https://docs.astral.sh/uv/reference/cli/#uv-pip-install
base::Result<void>
install_with_uv(const WorkflowInput& input, const PythonRequirements& requirements) {
    Tool uv;
    uv.argv = {
        "uv",
        "pip",
        "install",
        "--quiet",
        "--target",
        input.artifacts.string(),
        "--python-version",
        std::string(python_version(input.recipe.runtime)),
        "--python-platform",
        machine_of(input.recipe.architecture) + "-manylinux2014",
        "--only-binary",
        ":all:",
        "--requirement",
        requirements.file.string()};
    uv.folder = input.source;
    uv.names = requirements.names;
    return run_tool(
               input,
               uv,
               fmt::format("cannot install the packages of {}", input.source.string()),
               "see the output of uv above")
        .map([](const std::string&) {});
}

base::Result<void>
install_with_pip(const WorkflowInput& input, const PythonRequirements& requirements) {
    auto interpreter = find_interpreter(input);
    if (!interpreter) {
        return tl::unexpected(std::move(interpreter.error()));
    }
    if (interpreter->version != python_version(input.recipe.runtime)) {
        input.log.warning(fmt::format(
            "{} was not found; installing its packages with Python {} ({})",
            input.recipe.runtime,
            interpreter->version,
            interpreter->program.string()));
    }
    return install({input, requirements, *interpreter});
}

// Starting pip takes seconds; a file with nothing but comments needs none.
bool asks_for_something(const fs::path& manifest) {
    const auto text = os::read_file(manifest);
    if (!text) {
        return true; // pip tells why
    }
    const auto lines = base::split(*text, '\n');
    return std::any_of(lines.begin(), lines.end(), [](std::string_view line) {
        const std::string_view trimmed = base::trim(line);
        return !trimmed.empty() && !trimmed.starts_with('#');
    });
}

} // namespace

base::Result<void> build_python_pip(const WorkflowInput& input) {
    TRY_ASSIGN(const auto requirements, python_requirements(input));
    if (requirements) {
        report_step(input, "ResolveDependencies");
        if (asks_for_something(requirements->file)) {
            TRY(uses_uv(input) ? install_with_uv(input, *requirements)
                               : install_with_pip(input, *requirements));
        }
    } else {
        input.log.info(
            "requirements.txt file not found. Continuing the build without dependencies.");
    }
    report_step(input, "CopySource");
    return os::copy_tree(input.source, input.artifacts, input.copy);
}

} // namespace samara::build
