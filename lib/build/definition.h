#pragma once

#include "build/build.h"
#include "build/workflow.h"

#include <string>
#include <vector>

namespace samara::build {

/// One thing to build: a layer, or the functions that get the same artifact.
struct Definition {
    std::string id; ///< the same in every run for the same definition; names its cache folder
    bool layer = false;
    std::vector<std::string> logical_ids; ///< the artifact is built for the first
    std::filesystem::path source;
    base::Location where;
    std::string runtime;
    std::string handler;
    std::string architecture;
    data::Value metadata;
    Selected workflow;
};

/// Groups what shares source, runtime, architecture and metadata; image functions, archives,
/// excluded ids and layers without BuildMethod are left out. Fails on the first whose source is
/// missing or whose runtime nobody can build.
base::Result<std::vector<Definition>>
definitions(const Request& request, const Workflows& workflows, const base::Log& log);

/// Metadata.<key> when it is a text, else empty.
std::string metadata_text(const data::Value& metadata, std::string_view key);

} // namespace samara::build
