#pragma once

#include "base/error.h"
#include "build/state.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace samara::build {

/// What Lambda would not like about an artifact.
struct Inspection {
    Size size;
    /// Shared libraries and programs for another processor, relative, with what they are for.
    std::vector<std::string> foreign;
    bool empty = true; ///< it has no file
};

/// Looks at every file of an artifact, and at its content where it may be native; of a large one at
/// samples, which tell how small an archive of it would be. `architecture`: "x86_64" or "arm64".
base::Result<Inspection>
inspect(const std::filesystem::path& artifact, std::string_view architecture);

/// That of a folder alone.
base::Result<Size> size_of(const std::filesystem::path& folder);

} // namespace samara::build
