#include "os/file_lock.h"

#include "os/wait.h"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>

namespace samara::os {

base::Result<FileLock>
FileLock::acquire(const std::filesystem::path& path, const Cancellation& cancel) {
    UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file.valid()) {
        return fail_errno(fmt::format("cannot open the lock {}", path.string()));
    }
    // flock(2) cannot be polled for, and blocking in it would not see the cancellation.
    std::chrono::milliseconds pause(2);
    while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            return fail_errno(fmt::format("cannot lock {}", path.string()));
        }
        const auto deadline = std::chrono::steady_clock::now() + pause;
        if (wait_readable(-1, cancel, deadline) == Wake::cancelled) {
            return base::fail(fmt::format("cancelled while waiting for {}", path.string()));
        }
        pause = std::min(pause * 2, std::chrono::milliseconds(64));
    }
    return FileLock(std::move(file));
}

base::Result<std::optional<FileLock>> FileLock::try_acquire(const std::filesystem::path& path) {
    UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) {
        return fail_errno(fmt::format("cannot open {}", path.string()));
    }
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return std::nullopt;
        }
        return fail_errno(fmt::format("cannot lock {}", path.string()));
    }
    return FileLock(std::move(file));
}

} // namespace samara::os
