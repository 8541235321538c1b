#include "os/file_lock.h"

#include "base/try.h"
#include "os/folder.h"
#include "os/wait.h"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace samara::os {

namespace {

// Not when who held the lock before has removed the file: others lock the next one of that name.
bool is_still_there(const UniqueFd& file, const std::filesystem::path& path) {
    struct stat held {};

    struct stat named {};

    return ::fstat(file.get(), &held) == 0 && ::stat(path.c_str(), &named) == 0 &&
           same_file(held, named);
}

base::Result<UniqueFd> acquire_once(const std::filesystem::path& path, const Cancellation& cancel) {
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
    return file;
}

} // namespace

base::Result<FileLock>
FileLock::acquire(const std::filesystem::path& path, const Cancellation& cancel) {
    while (true) {
        TRY_ASSIGN(auto file, acquire_once(path, cancel));
        if (is_still_there(file, path)) {
            return FileLock(std::move(file));
        }
    }
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
