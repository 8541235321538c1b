#pragma once

#include "build/workflow.h"

#include <filesystem>
#include <optional>

namespace samara::build {

/// The file that pip is to install from: --manifest or requirements.txt, else what uv.lock,
/// poetry.lock (by their own programs) or the [project] of pyproject.toml ask for. Nothing where
/// there are no requirements. Folders in it are absolute and not "editable", so that they end up in
/// the artifact as packages; such a copy lies in the scratch folder.
base::Result<std::optional<std::filesystem::path>> python_requirements(const WorkflowInput& input);

/// Whether the project is one of uv's, and uv is there.
bool uses_uv(const WorkflowInput& input);

} // namespace samara::build
