#pragma once

#include "base/error.h"
#include "os/cancellation.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace samara::os {

/// Tells when something below the watched folders (or a watched file) is written, created, moved or
/// removed. inotify(7): nothing is scanned while nothing changes.
class FileWatcher {
public:
    /// Called from a thread of the watcher, once for all that changes in one burst. Gives what is
    /// to be watched as well from now on.
    using Changed = std::function<std::vector<std::filesystem::path>()>;

    /// Folders are watched with all below them, except `.git`, `.aws-sam` and `node_modules`; of a
    /// file its folder is watched for that name. What is not there, or goes, is waited for.
    static base::Result<FileWatcher>
    start(const std::vector<std::filesystem::path>& paths, Changed changed);

    FileWatcher(const FileWatcher&) = delete;
    FileWatcher& operator=(const FileWatcher&) = delete;
    FileWatcher(FileWatcher&&) noexcept;
    FileWatcher& operator=(FileWatcher&&) noexcept;
    ~FileWatcher();

private:
    class Impl;
    explicit FileWatcher(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

} // namespace samara::os
