#pragma once

#include "build/definition.h"

#include <string>
#include <vector>

namespace samara::build {

/// What the sources of a definition were when it was built. Empty when nobody looked.
struct Fingerprint {
    std::string source;   ///< digest of the source folder
    std::string manifest; ///< digest of the manifest, empty when there is none
};

/// build.toml: the definitions of a build with their fingerprints, as the original lays it out.
std::string
graph_text(const std::vector<Definition>& definitions, const std::vector<Fingerprint>& prints);

} // namespace samara::build
