#pragma once

#include "data/value.h"

#include <filesystem>
#include <string>
#include <vector>

namespace samara::build {

/// What of its resource decides how an artifact is made: the same from the template to the workflow
/// and in what is kept of a build.
struct Recipe {
    bool layer = false;
    std::string runtime;
    std::string handler; ///< empty for a layer
    std::string architecture = "x86_64";
    std::vector<std::string> compatible_runtimes; ///< of a layer
    std::filesystem::path template_folder;        ///< absolute: what paths in Metadata belong to
    data::Value metadata;                         ///< the resource's Metadata: map or null
};

} // namespace samara::build
