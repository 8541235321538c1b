#pragma once

#include "base/error.h"
#include "config/settings.h"

#include <filesystem>
#include <string_view>

namespace samara::config {

/// Writes options into [<environment>.<command>.parameters] of a configuration file, which is made
/// when it is not there. Options of that section that are not named stay, and so does the rest of a
/// TOML file to the letter, comments included; a YAML or JSON file is laid out anew. The file is
/// replaced as a whole or not at all.
base::Result<void> save_parameters(
    const std::filesystem::path& path,
    std::string_view environment,
    std::string_view command,
    const Parameters& parameters);

/// The same for a TOML text.
base::Result<std::string> edit_toml(
    std::string_view text,
    std::string_view environment,
    std::string_view command,
    const Parameters& parameters);

} // namespace samara::config
