#pragma once

#include "base/error.h"
#include "os/cancellation.h"
#include "os/unique_fd.h"

#include <filesystem>
#include <optional>

namespace samara::os {

/// An exclusive lock between processes on a file or folder (flock(2)). It ends with this object or
/// with the process, however that dies. Locks taken twice in one process exclude each other too.
class FileLock {
public:
    /// Waits for the lock on the file `path`, created when it is not there; fails when cancelled.
    /// Who removes the file while it holds the lock does no harm to those that wait.
    static base::Result<FileLock>
    acquire(const std::filesystem::path& path, const Cancellation& cancel);

    /// The lock on the file or folder `path`, which must exist; nothing when somebody holds it.
    static base::Result<std::optional<FileLock>> try_acquire(const std::filesystem::path& path);

    [[nodiscard]] int descriptor() const noexcept { return file_.get(); }

private:
    explicit FileLock(UniqueFd file) : file_(std::move(file)) {}

    UniqueFd file_;
};

} // namespace samara::os
