#pragma once

#include "engine/sandbox/bubblewrap.h"
#include "engine/sandbox/interpreter.h"

#include <string_view>
#include <vector>

namespace samara::engine::sandbox {

/// Covers what is installed for the host's interpreter and Lambda does not have: of each folder of
/// libraries only the modules of schemas/interpreters.json stay, with `debug` also those of a
/// debugger. Otherwise a function would work here and fail there. `empty` is a folder of the host
/// with nothing in it.
base::Result<void> cover_libraries(
    Bubblewrap& bubblewrap,
    const Interpreter& interpreter,
    bool debug,
    const std::filesystem::path& empty);

/// Whether the entry `name` of a folder of libraries ("six.py", "boto3-1.2.egg-info") belongs to
/// one of these modules.
bool is_of_module(std::string_view name, const std::vector<std::string>& modules);

} // namespace samara::engine::sandbox
