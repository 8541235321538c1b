#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

/// What the values of options may be, and what is said of others.
namespace samara::cli {

/// "'podman' is not one of 'auto', 'docker'"
std::string not_one_of(const std::string& value, const std::vector<std::string>& choices);

/// Takes one of `choices`, in whatever case, and makes it that of the list.
CLI::Validator one_of(std::vector<std::string> choices);

/// Takes what is no file: a folder, there already or not.
CLI::Validator no_file();

} // namespace samara::cli
