#pragma once

#include "base/error.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace samara::build {

/// What Lambda would not like about an artifact.
struct Inspection {
    struct Part {
        std::string name; ///< of a file or folder at the artifact's root
        std::uint64_t bytes = 0;
    };

    std::uint64_t bytes = 0;
    std::vector<Part> parts; ///< largest first
    /// Shared libraries and programs for another processor, relative, with what they are for.
    std::vector<std::string> foreign;
    bool empty = true; ///< it has no file
};

/// Looks at every file of an artifact. `architecture`: "x86_64" or "arm64".
base::Result<Inspection>
inspect(const std::filesystem::path& artifact, std::string_view architecture);

} // namespace samara::build
