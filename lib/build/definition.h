#pragma once

#include "build/build.h"
#include "build/workflow.h"

#include <string>
#include <vector>

namespace samara::build {

/// One thing to build: a layer, or the functions that get the same artifact.
struct Definition {
    std::string id; ///< the same in every run for the same definition; names its cache folder
    std::vector<std::string> logical_ids; ///< the artifact is built for the first
    std::filesystem::path source;
    bool one_file = false; ///< the source is a file: the artifact is a folder that holds it
    base::Location where;
    Recipe recipe; ///< with the runtime and architecture that it is built for
    Selected workflow;
};

/// Groups what shares source, runtime, architecture and metadata; image functions, archives,
/// excluded ids, those with SkipBuild and layers without BuildMethod are left out. One whose source
/// is missing or whose runtime nobody can build is a failure.
std::vector<Definition> definitions(
    const Request& request,
    const Workflows& workflows,
    const base::Log& log,
    std::vector<Failure>& failures);

/// Whether Metadata says that it is not built: SkipBuild.
bool skips_build(const data::Value& metadata);

/// "Fn" of "Child/Fn": what its own template calls it.
std::string_view own_id(std::string_view logical_id);

/// Metadata.<key> when it is a text, else empty.
std::string metadata_text(const data::Value& metadata, std::string_view key);

} // namespace samara::build
