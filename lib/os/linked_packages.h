#pragma once

#include <filesystem>
#include <vector>

namespace samara::os {

/// The folders outside of `modules` (a node_modules folder, canonical) that the links of its
/// packages lead to, canonical: those of `npm link`, workspaces and "file:" dependencies.
std::vector<std::filesystem::path> linked_packages(const std::filesystem::path& modules);

} // namespace samara::os
