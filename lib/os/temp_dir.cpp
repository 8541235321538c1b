#include "os/temp_dir.h"

#include "os/environment.h"
#include "os/file.h"
#include "os/owner.h"

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

namespace samara::os {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "samara-";

// "samara-<digits>-...", so that a user's own folder "samara-notes" is never taken for ours.
bool is_temp_name(const std::string& name) {
    if (!name.starts_with(prefix)) {
        return false;
    }
    const std::size_t end = name.find_first_not_of("0123456789", prefix.size());
    return end != std::string::npos && end > prefix.size() && name[end] == '-';
}

// The process in a name that is_temp_name() knows.
pid_t owner_of(std::string_view name) {
    pid_t pid = 0;
    std::from_chars(name.data() + prefix.size(), name.data() + name.size(), pid);
    return pid;
}

} // namespace

TempDir::TempDir(fs::path path, FileLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}

TempDir::TempDir(TempDir&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

TempDir& TempDir::operator=(TempDir&& other) noexcept {
    if (this != &other) {
        remove();
        path_ = std::exchange(other.path_, {});
        lock_ = std::move(other.lock_);
    }
    return *this;
}

TempDir::~TempDir() {
    remove();
}

void TempDir::remove() noexcept {
    // An empty one goes without a descriptor, of which there may be none left.
    if (!path_.empty() && ::rmdir(path_.c_str()) != 0) {
        // The lock's descriptor may be the last one that there is. Nothing can be done about a
        // failure here; the next start sweeps.
        { const FileLock released = std::move(lock_); }
        static_cast<void>(remove_tree(path_));
    }
}

base::Result<TempDir> TempDir::create(std::string_view purpose, const fs::path& parent) {
    const fs::path folder = parent.empty() ? temp_folder() : parent;
    while (true) {
        std::string path =
            (folder / fmt::format("{}{}-{}-XXXXXX", prefix, ::getpid(), purpose)).string();
        if (::mkdtemp(path.data()) == nullptr) {
            return fail_errno(fmt::format("cannot create a folder in {}", folder.string()));
        }
        auto lock = FileLock::try_acquire(path);

        // Somebody's sweep may come between the two calls; then another folder is made.
        struct stat status {};

        if (lock && *lock && ::fstat((*lock)->descriptor(), &status) == 0 && status.st_nlink > 0) {
            return TempDir(std::move(path), std::move(**lock));
        }
        if (!lock && fs::exists(path)) {
            ::rmdir(path.c_str()); // there may be no descriptor for the lock
            return tl::unexpected(lock.error());
        }
    }
}

std::size_t sweep_temp_dirs(const fs::path& parent) {
    std::size_t removed = 0;
    pid_t ended = 0; // whose processes have been looked for
    std::error_code error;
    for (fs::directory_iterator entry(parent.empty() ? temp_folder() : parent, error), end;
         !error && entry != end;
         entry.increment(error)) {
        struct stat status {};

        if (!is_temp_name(entry->path().filename().string()) ||
            ::lstat(entry->path().c_str(), &status) != 0 || !S_ISDIR(status.st_mode) ||
            status.st_uid != ::getuid()) {
            continue;
        }
        const auto lock = FileLock::try_acquire(entry->path());
        if (!lock || !*lock) {
            continue;
        }
        // What it has started may still write here.
        if (const pid_t owner = owner_of(entry->path().filename().string()); owner != ended) {
            kill_orphans_of(owner);
            ended = owner;
        }
        if (remove_tree(entry->path())) {
            ++removed;
        }
    }
    return removed;
}

} // namespace samara::os
