#include "build/python_interpreter.h"
#include "build/tool.h"
#include "build/workflow.h"

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

struct Installation {
    const WorkflowInput& input;
    fs::path manifest;
    Interpreter interpreter;
    std::string machine; ///< "aarch64" or "x86_64", of the function
};

// The C library of the execution environment: Amazon Linux 2 up to Python 3.11, then 2023.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
int glibc_minor(std::string_view version) {
    constexpr int amazon_linux_2 = 26;
    constexpr int amazon_linux_2023 = 34;
    const bool old = version == "3.8" || version == "3.9" || version == "3.10" || version == "3.11";
    return old ? amazon_linux_2 : amazon_linux_2023;
}

Tool pip_install(const Installation& installation) {
    Tool pip;
    pip.argv = {
        installation.interpreter.program.string(),
        "-m",
        "pip",
        "install",
        "--requirement",
        installation.manifest.string(),
        "--target",
        installation.input.artifacts.string(),
        "--no-compile",
        "--no-input",
        "--disable-pip-version-check",
        "--no-warn-script-location"};
    pip.environment["PIP_ROOT_USER_ACTION"] = "ignore";
    pip.folder = installation.manifest.parent_path();
    return pip;
}

// Wheels that run in the environment, whatever this machine is.
// https://peps.python.org/pep-0600/
Tool install_wheels(const Installation& installation) {
    const std::string_view version = python_version(installation.input.runtime);
    Tool pip = pip_install(installation);
    pip.argv.insert(
        pip.argv.end(),
        {"--only-binary=:all:",
         "--implementation",
         "cp",
         "--python-version",
         std::string(version)});
    std::vector<std::string> platforms;
    constexpr int oldest_glibc_minor = 5;
    for (int minor = glibc_minor(version); minor >= oldest_glibc_minor; --minor) {
        platforms.push_back(fmt::format("manylinux_2_{}", minor));
    }
    platforms.insert(platforms.end(), {"manylinux2014", "manylinux2010", "manylinux1", "linux"});
    for (const std::string& platform : platforms) {
        pip.argv.insert(
            pip.argv.end(), {"--platform", fmt::format("{}_{}", platform, installation.machine)});
    }
    return pip;
}

// Files like _speed.cpython-39-x86_64-linux-gnu.so only load in the Python they are named for.
base::Result<void> check_extensions(const Installation& installation) {
    std::string tag(python_version(installation.input.runtime));
    tag.erase(std::remove(tag.begin(), tag.end(), '.'), tag.end());
    std::error_code error;
    for (fs::recursive_directory_iterator entry(installation.input.artifacts, error), end;
         !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        const std::size_t at = name.find(".cpython-");
        if (at == std::string::npos || entry->path().extension() != ".so") {
            continue;
        }
        const std::string found = name.substr(at + 1);
        if (!found.starts_with(fmt::format("cpython-{}-{}", tag, installation.machine))) {
            return base::fail(
                fmt::format(
                    "{} was compiled for another Python or processor than {} on {}",
                    entry->path().lexically_relative(installation.input.artifacts).string(),
                    installation.input.runtime,
                    installation.input.architecture),
                fmt::format(
                    "install {} on this machine, or build with --use-container",
                    installation.input.runtime));
        }
    }
    return {};
}

base::Result<void> empty_folder(const fs::path& folder) {
    return os::remove_tree(folder).and_then([&] { return os::make_folders(folder); });
}

base::Result<void> install(const Installation& installation) {
    const WorkflowInput& input = installation.input;
    auto wheels = try_tool(install_wheels(installation), input.cancel);
    if (!wheels) {
        return tl::unexpected(std::move(wheels.error()));
    }
    if (wheels->success) {
        return {};
    }
    // Some package has no wheel: build it here, which is right on a machine like the environment.
    input.log.debug("no wheels for all requirements; building packages from source");
    if (auto emptied = empty_folder(input.artifacts); !emptied) {
        return emptied;
    }
    const auto built = run_tool(
        pip_install(installation),
        fmt::format("cannot install the packages of {}", installation.manifest.string()),
        "see the output of pip above: check the names and versions in that file and that pip can "
        "reach its index (PIP_INDEX_URL, PIP_FIND_LINKS)",
        input.log,
        input.cancel);
    if (!built) {
        return tl::unexpected(built.error());
    }
    return check_extensions(installation);
}

} // namespace

base::Result<void> build_python_pip(const WorkflowInput& input) {
    const fs::path manifest =
        input.manifest.empty() ? input.source / "requirements.txt" : input.manifest;
    std::error_code ignored;
    if (fs::is_regular_file(manifest, ignored)) {
        auto interpreter = find_interpreter(input.runtime, input.cancel);
        if (!interpreter) {
            return tl::unexpected(std::move(interpreter.error()));
        }
        if (interpreter->version != python_version(input.runtime)) {
            input.log.warning(fmt::format(
                "{} was not found; installing its packages with Python {} ({})",
                input.runtime,
                interpreter->version,
                interpreter->program.string()));
        }
        const std::string machine = input.architecture == "arm64" ? "aarch64" : "x86_64";
        if (auto installed = install({input, manifest, *interpreter, machine}); !installed) {
            return installed;
        }
    } else {
        input.log.info(
            "requirements.txt file not found. Continuing the build without dependencies.");
    }
    return os::copy_tree(input.source, input.artifacts, input.copy);
}

} // namespace samara::build
