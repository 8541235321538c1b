#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace samara::engine::sandbox {

/// The version of a program as `ask` tells it, remembered in `file` for as long as the program's
/// size and modification time stay: starting an interpreter only to ask costs as much as starting
/// the function. Where the file cannot be read or written it is asked each time.
std::string cached_version(
    const std::filesystem::path& file,
    const std::filesystem::path& program,
    const std::function<std::string()>& ask);

} // namespace samara::engine::sandbox
