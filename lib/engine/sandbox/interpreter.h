#pragma once

#include "base/error.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace samara::engine::sandbox {

/// What runs a function's runtime client on this machine.
struct Interpreter {
    std::string family;            ///< "python", "nodejs"; "provided" runs the function's bootstrap
    std::filesystem::path program; ///< real path, no symlink or shim; empty for "provided"
    std::filesystem::path prefix;  ///< installation folder outside of /usr to bind; may be empty
    std::string version;           ///< "3.11", "20"; empty for "provided"
    std::string warning;           ///< when it is not the version the function names
};

/// Finds the interpreter of a runtime identifier such as "python3.12" or "nodejs20.x": the version
/// it names in `folders` (in order), else whatever version of the family is there, with a warning
/// that names both. Scripts (the shims of version managers) do not count. Fails with what to
/// install, or with the engine to use where a runtime cannot run here. What programs say of their
/// version is remembered in the file `cache`.
base::Result<Interpreter> find_interpreter(
    std::string_view runtime,
    const std::vector<std::filesystem::path>& folders,
    const std::filesystem::path& cache);

/// Fails for a runtime that the sandbox cannot run whatever is installed.
base::Result<void> check_runtime(std::string_view runtime);

/// /usr/bin, /usr/local/bin, then the folders of $PATH.
std::vector<std::filesystem::path> interpreter_folders();

} // namespace samara::engine::sandbox
