#pragma once

#include <filesystem>
#include <vector>

namespace samara::build {

/// Files and folders outside of the source folder that a manifest names: `-e ../shared` of a
/// requirements.txt, `file:../shared` of a package.json, a prerequisite of a Makefile; also
/// `./shared` and `file:shared` of one that is not in the source folder itself. Absolute and
/// sorted; what is not there, or has the sources in it, is left out.
std::vector<std::filesystem::path>
named_outside(const std::filesystem::path& manifest, const std::filesystem::path& source);

} // namespace samara::build
