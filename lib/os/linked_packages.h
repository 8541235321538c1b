#pragma once

#include <filesystem>
#include <vector>

namespace samara::os {

/// The folders outside of `modules` (a node_modules folder, canonical) that the links of its
/// packages lead to, canonical: those of `npm link`, workspaces and "file:" dependencies.
std::vector<std::filesystem::path> linked_packages(const std::filesystem::path& modules);

/// The node_modules folders outside of `code` that links in its own node_modules lead into, as they
/// are named there: those of a project that was built where its sources are.
std::vector<std::filesystem::path> linked_modules(const std::filesystem::path& code);

} // namespace samara::os
