#pragma once

#include "build/workflow.h"

#include <string>
#include <string_view>
#include <vector>

/// What the workflows for Node.js share.
namespace samara::build {

inline constexpr std::string_view npm_manifest = "package.json";

enum class NpmScope : std::uint8_t { production, all };

/// package.json of the input, or of --manifest. Fails with its place when it is no JSON.
base::Result<data::Value> read_npm_manifest(const std::filesystem::path& path);

base::Result<void> run_npm(
    const WorkflowInput& input,
    const std::vector<std::string>& arguments,
    const std::filesystem::path& folder,
    std::string_view failure);

/// Whether `npm install` would do anything with it: packages or scripts.
bool has_something_to_install(const data::Value& manifest);

/// Installs the packages of `manifest` in `folder`, which holds a copy of the sources, with the
/// source's lock file and settings, for the function's processor. Those do not stay there, and
/// package.json stays as it was. npm runs `ci` where BuildProperties.UseNpmCi asks for it and there
/// is a lock file; the others always keep to theirs. Fails with what to install when the program is
/// not there.
base::Result<void> install_packages(
    const WorkflowInput& input,
    const std::filesystem::path& folder,
    data::Value manifest,
    NpmScope scope);

/// The same in the source folder itself, all packages.
base::Result<void> install_packages_in_source(const WorkflowInput& input);

} // namespace samara::build
