#pragma once

#include "base/error.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace samara::archive {

struct ZipEntry {
    std::string name; ///< in the archive, "/" between folders
    std::filesystem::path file;
    std::uint32_t mode = 0; ///< as stat(2) has it, the kind of file included
};

/// Writes a zip file: entries in the order they are given, each from 1980-01-01, so that the same
/// files give the same bytes on every machine. What does not get smaller is stored. Memory is
/// bounded whatever the files' sizes are. `stopped` is asked between files; then it fails.
///
/// What fits into the capacity of `memory` is put there, and no file is made; else `memory` is
/// empty.
base::Result<void> write_zip(
    const std::filesystem::path& zip,
    const std::vector<ZipEntry>& entries,
    const std::function<bool()>& stopped = {},
    std::string* memory = nullptr);

} // namespace samara::archive
