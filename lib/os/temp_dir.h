#pragma once

#include "base/error.h"
#include "os/file_lock.h"

#include <filesystem>
#include <string_view>

namespace samara::os {

/// A folder of one's own, "samara-<pid>-<purpose>-XXXXXX" with mode 0700, removed with all it holds
/// when this object goes. It stays locked while the process lives, so that a later samara can tell
/// what a dead one left behind.
class TempDir {
public:
    /// Under `parent`, or where temporary folders go ($TMPDIR, /tmp) when that is empty.
    static base::Result<TempDir>
    create(std::string_view purpose, const std::filesystem::path& parent = {});

    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    TempDir(TempDir&& other) noexcept;
    TempDir& operator=(TempDir&& other) noexcept;
    ~TempDir();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    TempDir(std::filesystem::path path, FileLock lock);
    void remove() noexcept;

    std::filesystem::path path_;
    FileLock lock_;
};

/// Removes the "samara-*" folders of this user under `parent` (default as above) whose process is
/// dead, and ends first what that process had started; returns how many. Never touches one that is
/// in use, or anything else.
std::size_t sweep_temp_dirs(const std::filesystem::path& parent = {});

} // namespace samara::os
