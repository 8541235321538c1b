#pragma once

#include "base/error.h"
#include "os/file.h"

#include <filesystem>
#include <string>

namespace samara::build {

/// A digest of what `copy` would take of a folder: names, kinds, execute permission, content and
/// where symbolic links point; not times or owners. A file is its content.
base::Result<std::string>
content_digest(const std::filesystem::path& path, const os::CopyOptions& copy);

} // namespace samara::build
