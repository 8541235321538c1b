#pragma once

#include "archive/zip_writer.h"
#include "base/error.h"
#include "os/cancellation.h"

#include <filesystem>
#include <string>
#include <vector>

/// Local files as artifacts: what belongs to one, what it is called, what is uploaded.
namespace samara::cloud {

/// The files of a folder with their names in an archive, sorted by name; symbolic links are
/// followed, folders are no entries. `readable_by_all` for code of Lambda, which another user runs.
/// Fails on a link that leads back to a folder it is in.
base::Result<std::vector<archive::ZipEntry>>
list_folder(const std::filesystem::path& folder, bool readable_by_all);

/// MD5 of a file, 32 hexadecimal digits.
base::Result<std::string>
file_digest(const std::filesystem::path& file, const os::Cancellation& cancel);

/// MD5 over names and contents, in the order of names: neither times nor permissions count, so that
/// what is there already is found by every tool that uploads such folders.
base::Result<std::string>
entries_digest(const std::vector<archive::ZipEntry>& entries, const os::Cancellation& cancel);

} // namespace samara::cloud
