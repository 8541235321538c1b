#pragma once

#include "base/error.h"
#include "os/cancellation.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace samara::build {

/// What an artifact was made from.
struct Inputs {
    std::string definition; ///< Definition::id
    std::string settings;   ///< digest of options, tools and environment
    std::string state;      ///< of the sources, without reading them
    std::string content;    ///< digest of the sources; empty where nobody read them
};

/// An artifact in the build folder.
struct Placed {
    Inputs inputs;
    std::uint64_t inode = 0; ///< of its folder: another folder in that place is not this artifact
    std::string source;      ///< absolute
    std::vector<std::string> outside;  ///< what the manifest names elsewhere, absolute
    std::vector<std::string> excludes; ///< patterns that were left out of it
    std::string image;                 ///< tag, for an image; then there is no folder
};

/// What a build folder holds, in a file of its own inside.
struct BuildState {
    std::map<std::string, Placed> artifacts; ///< by logical id
    std::vector<std::string> templates;      ///< relative to the build folder

    /// Empty where there is none or it cannot be understood: then everything is built.
    static BuildState read(const std::filesystem::path& build_dir);

    [[nodiscard]] base::Result<void> write(const std::filesystem::path& folder) const;
};

/// What a failed build leaves beside the former one, which stays: why each resource failed.
using Failed = std::map<std::string, std::string>;

Failed read_failed(const std::filesystem::path& build_dir);
base::Result<void> write_failed(const std::filesystem::path& build_dir, const Failed& failed);
void remove_failed(const std::filesystem::path& build_dir);

/// Functions and layers of the build in `build_dir` whose sources have changed since, with a file
/// or folder that is newer; those of `only` alone where that is not empty. Looks at every source
/// once, without reading it.
std::map<std::string, std::filesystem::path>
outdated(const std::filesystem::path& build_dir, const std::set<std::string>& only = {});

/// source_state() of the sources and of what lies outside of them, as one.
base::Result<std::string> whole_state(
    const Placed& placed,
    const std::vector<std::filesystem::path>& ours,
    const os::Cancellation& cancel);

/// 0 where there is none.
std::uint64_t inode_of(const std::filesystem::path& path);

} // namespace samara::build
