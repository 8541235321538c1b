#include "os/file.h"
#include "os/unique_fd.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace samara::os {

namespace fs = std::filesystem;

namespace {

class TreeCopier {
public:
    explicit TreeCopier(const CopyOptions& options) : options_(options) {}

    base::Result<void> copy(const fs::path& from, const fs::path& to, const fs::path& relative) {
        if (options_.cancel.cancelled()) {
            return base::fail("cancelled");
        }

        struct stat status {};

        const bool follow = options_.symlinks == SymlinkMode::follow || relative.empty();
        if ((follow ? ::stat : ::lstat)(from.c_str(), &status) != 0) {
            return fail_errno(fmt::format("cannot copy {}", from.string()));
        }
        if (S_ISDIR(status.st_mode)) {
            return copy_folder(from, to, relative, status);
        }
        if (S_ISLNK(status.st_mode)) {
            return copy_symlink(from, to);
        }
        if (S_ISREG(status.st_mode)) {
            return copy_file(from, to, status);
        }
        return {};
    }

private:
    base::Result<void> copy_folder(
        const fs::path& from,
        const fs::path& to,
        const fs::path& relative,
        const struct stat& status) {
        const auto same = [&](const struct stat& other) {
            return other.st_dev == status.st_dev && other.st_ino == status.st_ino;
        };
        if (std::any_of(ancestors_.begin(), ancestors_.end(), same)) {
            return base::fail(
                fmt::format("cannot copy {}: it is a link to a folder it is in", from.string()));
        }
        if (!ancestors_.empty() && same(target_)) {
            return {}; // the destination lies inside the source
        }
        // Writable while it is being filled; its own mode comes last.
        if (::mkdir(to.c_str(), 0700) != 0 && (errno != EEXIST || ::chmod(to.c_str(), 0700) != 0)) {
            return fail_errno(fmt::format("cannot create the folder {}", to.string()));
        }
        if (ancestors_.empty()) {
            ::stat(to.c_str(), &target_);
        }
        ancestors_.push_back(status);
        std::error_code error;
        for (fs::directory_iterator entry(from, error), end; !error && entry != end;
             entry.increment(error)) {
            const fs::path name = entry->path().filename();
            if (options_.include && !options_.include(relative / name)) {
                continue;
            }
            if (auto copied = copy(entry->path(), to / name, relative / name); !copied) {
                return copied;
            }
        }
        ancestors_.pop_back();
        if (error) {
            return fail_errno(fmt::format("cannot read {}", from.string()), error.value());
        }
        return copy_attributes(to, status);
    }

    static base::Result<void> copy_symlink(const fs::path& from, const fs::path& to) {
        std::error_code error;
        fs::remove(to, error);
        fs::copy_symlink(from, to, error);
        if (error) {
            return fail_errno(fmt::format("cannot copy {}", from.string()), error.value());
        }
        return {};
    }

    static base::Result<void>
    copy_file(const fs::path& from, const fs::path& to, const struct stat& status) {
        std::error_code error;
        fs::remove(to, error); // never writes through a symlink or into a hard link that is there
        if (!error) {
            fs::copy_file(from, to, error);
        }
        if (error) {
            return fail_errno(
                fmt::format("cannot copy {} to {}", from.string(), to.string()), error.value());
        }
        return copy_attributes(to, status);
    }

    static base::Result<void> copy_attributes(const fs::path& to, const struct stat& status) {
        const std::array times{status.st_atim, status.st_mtim};
        if (::chmod(to.c_str(), status.st_mode & 07777) != 0 ||
            ::utimensat(AT_FDCWD, to.c_str(), times.data(), 0) != 0) {
            return fail_errno(fmt::format("cannot set the attributes of {}", to.string()));
        }
        return {};
    }

    const CopyOptions& options_;
    std::vector<struct stat> ancestors_;

    struct stat target_ {};
};

} // namespace

base::Result<void> copy_tree(const fs::path& from, const fs::path& to, const CopyOptions& options) {
    return TreeCopier(options).copy(from, to, {});
}

} // namespace samara::os
