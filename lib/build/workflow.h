#pragma once

#include "base/error.h"
#include "base/log.h"
#include "build/recipe.h"
#include "data/value.h"
#include "os/cancellation.h"
#include "os/file.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// A workflow makes the artifact folder of one function or layer with the tools of its language.
namespace samara::build {

/// The facts about a workflow (schemas/build/workflows.json).
struct WorkflowFacts {
    std::string name;    ///< "python-pip"
    std::string builder; ///< "PythonPipBuilder", as progress lines name it
    std::vector<std::string> runtimes;
    std::vector<std::string> methods;   ///< values of Metadata.BuildMethod besides the runtimes
    std::vector<std::string> manifests; ///< file names, the first there is counts
    std::vector<std::string> excludes;  ///< patterns of file names that do not go into the artifact
    std::string layer_folder;           ///< where a layer's files belong below its root
    bool by_function = false;           ///< functions with the same source still differ
    bool by_handler = false;        ///< without BuildProperties.EntryPoints the handler counts, too
    bool plain = false;             ///< without a manifest it only copies
    std::vector<std::string> tools; ///< programs whose other version makes another artifact
    std::vector<std::string> environment; ///< beginnings of variables that do so, too
    /// Versions of tools that are taken from a registry where there are none.
    std::map<std::string, std::string> pinned;
    /// Files that tools write beside the sources: no change of them when they come of a build.
    std::vector<std::string> writes;
};

class ToolHost;

/// What a workflow works on.
struct WorkflowInput {
    std::filesystem::path source;    ///< absolute folder
    std::filesystem::path artifacts; ///< absolute, there and empty
    std::filesystem::path scratch;   ///< absolute, there and empty; removed afterwards
    std::filesystem::path manifest;  ///< absolute, may not be there; empty: the usual one
    std::string target;              ///< logical id (or SamResourceId) it is built for
    Recipe recipe;
    bool build_in_source = false;
    const WorkflowFacts* facts = nullptr;
    ToolHost* host = nullptr; ///< where tools run; null: this machine
    os::CopyOptions copy;     ///< leaves out what does not belong into an artifact
    base::Log log;
    /// Where it is said, at once and from another thread, that a tool takes long.
    base::Log notices;
    std::chrono::milliseconds long_time{30'000}; ///< for a tool, then twice as long, ...
    os::Cancellation cancel;

    /// Metadata.BuildProperties, or an empty map.
    [[nodiscard]] const data::Map& properties() const;
};

using Workflow = base::Result<void> (*)(const WorkflowInput& input);

/// Which workflow and with which facts.
struct Selected {
    WorkflowFacts facts;
    Workflow run = nullptr;
};

/// All workflows; parses the facts once.
class Workflows {
public:
    static Workflows load();

    /// By Metadata.BuildMethod (a method or a runtime), else by the runtime. Fails with a near name
    /// when neither is known.
    [[nodiscard]] base::Result<Selected>
    select(std::string_view runtime, std::string_view build_method) const;

private:
    std::vector<WorkflowFacts> facts_;
};

/// The variable that says what is built for: "debug" or, without it, deployment.
inline constexpr const char* build_mode_variable = "SAM_BUILD_MODE";

/// Whether programs are compiled for a debugger.
bool is_debug_build();

base::Result<void> build_python_pip(const WorkflowInput& input);
base::Result<void> build_nodejs_npm(const WorkflowInput& input);
base::Result<void> build_nodejs_esbuild(const WorkflowInput& input);
base::Result<void> build_ruby_bundler(const WorkflowInput& input);
base::Result<void> build_go_modules(const WorkflowInput& input);
base::Result<void> build_java(const WorkflowInput& input);
base::Result<void> build_dotnet(const WorkflowInput& input);
base::Result<void> build_rust_cargolambda(const WorkflowInput& input);
base::Result<void> build_custom_make(const WorkflowInput& input);

} // namespace samara::build
