#pragma once

#include "base/error.h"
#include "base/log.h"
#include "os/cancellation.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace samara::os {

/// Tells when something below the watched folders (or a watched file) is written, created, moved or
/// removed. inotify(7): nothing is scanned while nothing changes.
class FileWatcher {
    class Impl;

public:
    /// Whether edits are over, as far as can be told.
    enum class Moment : std::uint8_t {
        now,   ///< catch_up() asks: more edits may be on the way, and half of them fail
        quiet, ///< nothing has changed for a moment
    };

    struct Applied {
        bool done = true; ///< false at Moment::now: asked again once it is quiet
        std::vector<std::filesystem::path> more; ///< to be watched as well from now on
        std::function<void()> after; ///< what nobody needs who catches up; called without a lock
    };

    /// Applies what has changed; one call at a time. Once for all that changes in one burst,
    /// unless somebody catches up in the middle of it. What it throws is reported, and watching
    /// goes on.
    using Changed = std::function<Applied(Moment moment)>;

    /// Sees to it that what was changed before is applied. May outlive its watcher, and does
    /// nothing then.
    class CatchUp {
    public:
        CatchUp() = default;

        /// The kernel has queued the event of a change before rename(2) or close(2) returns: where
        /// the queue is empty, and nobody is at work on one, nothing has changed. That costs one
        /// system call; else it waits until the changes are applied. Thread-safe.
        void operator()() const;

        /// Whether that would do something: one system call.
        [[nodiscard]] bool due() const;

    private:
        friend class FileWatcher;

        explicit CatchUp(std::weak_ptr<Impl> impl) : impl_(std::move(impl)) {}

        std::weak_ptr<Impl> impl_;
    };

    /// Folders are watched with all below them, except `.git`, `.aws-sam` and `__pycache__`; of
    /// `node_modules` what is installed there, but not what is in the packages; of a file its
    /// folder is watched for that name. What is not there, or goes, is waited for.
    static base::Result<FileWatcher>
    start(const std::vector<std::filesystem::path>& paths, Changed changed, base::Log log);

    FileWatcher(const FileWatcher&) = delete;
    FileWatcher& operator=(const FileWatcher&) = delete;
    FileWatcher(FileWatcher&&) noexcept;
    FileWatcher& operator=(FileWatcher&&) noexcept;
    ~FileWatcher(); ///< nothing is called any more when it returns

    [[nodiscard]] CatchUp catch_up() const { return CatchUp(impl_); }

private:
    explicit FileWatcher(std::shared_ptr<Impl> impl);

    std::shared_ptr<Impl> impl_;
};

} // namespace samara::os
