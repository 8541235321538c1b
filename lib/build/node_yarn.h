#pragma once

#include "base/error.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// Yarn knows packages for another machine by its settings (2 and later), or not at all (1).
namespace samara::build {

/// Whether a lock file is of Yarn 2 or later.
bool is_modern_yarn(const std::filesystem::path& lock);

/// "yarn install ..." for Lambda on `architecture` ("x86_64", "arm64"). `exact`: as the lock file
/// says.
std::vector<std::string>
yarn_arguments(const std::filesystem::path& lock, bool exact, bool production, bool other_machine);

/// .yarnrc.yml with the packages of that architecture asked for, unless it asks for some itself.
std::string yarn_settings(std::string_view text, std::string_view architecture);

/// Removes what says in its package.json that it is for another system or processor: Yarn 1 has
/// installed the packages for all of them.
base::Result<void>
remove_foreign_packages(const std::filesystem::path& modules, std::string_view architecture);

} // namespace samara::build
