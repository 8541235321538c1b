#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

/// The environment variables of this process and the folders they point at.
namespace samara::os {

/// The value of a variable, or nothing when it is not set. Not to be mixed with setenv in threads.
std::optional<std::string> variable(const std::string& name);

/// All of them.
std::map<std::string, std::string> environment();

/// Where samara keeps what can be made again: $XDG_CACHE_HOME/samara, else ~/.cache/samara.
std::filesystem::path cache_folder();

/// Where temporary folders go: $TMPDIR, else /tmp.
std::filesystem::path temp_folder();

} // namespace samara::os
