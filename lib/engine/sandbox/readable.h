#pragma once

#include "base/error.h"
#include "os/cancellation.h"
#include "os/temp_dir.h"

#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace samara::engine::sandbox {

/// Folders as a user can read them who owns nothing in them. On Lambda the files of a package can
/// be read whatever their modes were; here a mount keeps them. Thread-safe.
class ReadableStore {
public:
    /// `folder` itself where everybody may read all of it (or it is no folder), else a copy of it
    /// that everybody may read, made once for each state of the folder. It lives as long as the
    /// store.
    base::Result<std::filesystem::path>
    folder(const std::filesystem::path& folder, const os::Cancellation& cancel);

private:
    std::mutex mutex_;
    std::map<std::string, os::TempDir> copies_; ///< by the folder and its state
};

/// Gives everybody what the owner of each file and folder may do, but for writing; no other bit
/// stays.
base::Result<void> make_readable_to_all(const std::filesystem::path& folder);

/// Whether everybody may read each file and list each folder below `folder`, itself included.
bool is_readable_to_all(const std::filesystem::path& folder);

} // namespace samara::engine::sandbox
