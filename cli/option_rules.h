#pragma once

#include "options.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

/// What options of the command line say of each other. Options by their configuration keys.
namespace samara::cli {

/// Fails (usage) when `key` and one of the others are given.
base::Result<void> check_alone(
    const Options& options, std::string_view key, std::initializer_list<std::string_view> others);

/// Fails (usage) when one of `keys` is given though `needed` ("--use-container") is not in force.
base::Result<void> check_needed(
    const Options& options,
    std::initializer_list<std::string_view> keys,
    std::string_view needed,
    bool in_force);

/// Fails for one of "IMAGE" and "ID=IMAGE" that names no image.
base::Result<void> check_images(const std::vector<std::string>& given);

/// Fails (usage) when `path` is given and there is no such file.
base::Result<void> check_file(std::string_view option, const std::string& path);

} // namespace samara::cli
