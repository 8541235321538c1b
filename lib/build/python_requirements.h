#pragma once

#include "build/tool.h"
#include "build/workflow.h"

#include <filesystem>
#include <optional>
#include <string>

namespace samara::build {

/// What pip is to install from.
struct PythonRequirements {
    std::filesystem::path file;
    ToolNames names; ///< of copies in the scratch folder, which have the same lines

    /// The user's own file.
    [[nodiscard]] std::string own_name() const {
        const auto named = names.find(file.string());
        return named == names.end() ? file.string() : named->second;
    }
};

/// --manifest or requirements.txt, else what uv.lock, poetry.lock (by their own programs) or the
/// [project] of pyproject.toml ask for. Nothing where there are no requirements. Folders in it are
/// absolute and not "editable", so that they end up in the artifact as packages; such a copy lies
/// in the scratch folder.
base::Result<std::optional<PythonRequirements>> python_requirements(const WorkflowInput& input);

/// Whether the project is one of uv's, and uv is there.
bool uses_uv(const WorkflowInput& input);

} // namespace samara::build
