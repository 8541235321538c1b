#pragma once

#include "base/error.h"
#include "build/artifact.h"
#include "build/definition.h"

#include <filesystem>
#include <string>

/// What decides how an artifact is made, besides its sources.
namespace samara::build {

/// Empty where there is none.
std::filesystem::path manifest_of(const Run& run, const Definition& definition);

/// Whether tools run: then reading the sources is cheaper than building.
bool runs_tools(const Run& run, const Definition& definition);

/// Whether they do so in a build container.
bool in_container(const Run& run, const Definition& definition);

/// What that container has to see.
ContainerNeeds needs_of(const Run& run, const Definition& definition);

/// Files and folders outside of the source that an artifact is made of as well.
std::vector<std::filesystem::path> outside_of(const Run& run, const Definition& definition);

/// A digest of options, tools and environment.
base::Result<std::string> settings_of(const Run& run, const Definition& definition);

} // namespace samara::build
