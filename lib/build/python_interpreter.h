#pragma once

#include "base/error.h"
#include "build/workflow.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace samara::build {

/// A Python on this machine that has pip.
struct Interpreter {
    std::filesystem::path program;
    std::string version; ///< "3.11"
};

/// "3.12" of "python3.12".
std::string_view python_version(std::string_view runtime);

/// The first interpreter on PATH of the runtime's version that has pip, else the first that has pip
/// at all. What is called python3.x but does not run (a pyenv shim) is passed over.
base::Result<Interpreter> find_interpreter(const WorkflowInput& input);

} // namespace samara::build
