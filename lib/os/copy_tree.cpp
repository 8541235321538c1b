#include "base/try.h"
#include "os/file.h"
#include "os/folder.h"
#include "os/unique_fd.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace samara::os {

namespace fs = std::filesystem;

namespace {

// setuid, setgid and sticky bits are of the place where they were set.
constexpr mode_t kept_mode = 0777;

class TreeCopier {
public:
    explicit TreeCopier(const CopyOptions& options) : options_(options) {}

    base::Result<void> copy(const fs::path& from, const fs::path& to, const fs::path& relative) {
        if (options_.cancel.cancelled()) {
            return base::fail("cancelled");
        }

        struct stat status {};

        const bool follow = options_.symlinks == SymlinkMode::follow;
        if (::lstat(from.c_str(), &status) != 0) {
            return fail_errno(fmt::format("cannot copy {}", from.string()));
        }
        if (S_ISLNK(status.st_mode) && (follow || relative.empty())) {
            if (::stat(from.c_str(), &status) == 0) {
                if (auto asked = ask_to_follow(from, relative); !asked) {
                    return asked;
                }
            } else if (errno != ENOENT || relative.empty()) { // else: to nowhere, and stays a link
                return fail_errno(fmt::format("cannot copy {}", from.string()));
            }
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
    // What is named itself may be a link: the user has written its name.
    [[nodiscard]] base::Result<void>
    ask_to_follow(const fs::path& link, const fs::path& relative) const {
        return options_.follow && !relative.empty() ? options_.follow(link) : base::Result<void>();
    }

    base::Result<void> copy_folder(
        const fs::path& from,
        const fs::path& to,
        const fs::path& relative,
        const struct stat& status) {
        const bool top = ancestors_.empty();
        TRY(ancestors_.enter(status, "copy", from));
        if (!top && same_file(target_, status)) {
            ancestors_.leave();
            return {}; // the destination lies inside the source
        }
        // Writable while it is being filled; its own mode comes last.
        if (::mkdir(to.c_str(), 0700) != 0 && (errno != EEXIST || ::chmod(to.c_str(), 0700) != 0)) {
            return fail_errno(fmt::format("cannot create the folder {}", to.string()));
        }
        if (top) {
            ::stat(to.c_str(), &target_);
        }
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
        ancestors_.leave();
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
        const UniqueFd source(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
        if (!source.valid()) {
            return fail_errno(fmt::format("cannot copy {}", from.string()));
        }
        // Exclusive, so that it never writes through a symlink or into a hard link that is there.
        constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
        const mode_t mode = status.st_mode & kept_mode;
        UniqueFd target(::open(to.c_str(), flags, mode));
        if (!target.valid() && errno == EEXIST) {
            std::error_code ignored;
            fs::remove(to, ignored);
            target.reset(::open(to.c_str(), flags, mode));
        }
        const std::array times{status.st_atim, status.st_mtim};
        // Most masks take nothing but the write permission of others away.
        const bool masked = (mode & (S_IWGRP | S_IWOTH)) != 0 || !mask_is_usual();
        if (!target.valid() || !copy_bytes(source.get(), target.get(), status.st_size) ||
            (masked && ::fchmod(target.get(), mode) != 0) ||
            ::futimens(target.get(), times.data()) != 0) {
            return fail_errno(fmt::format("cannot copy {} to {}", from.string(), to.string()));
        }
        return {};
    }

    // In the kernel, which shares the blocks where the file system can; else by hand. False leaves
    // errno.
    static bool copy_bytes(int source, int target, off_t expected) {
        constexpr std::size_t most = std::size_t{1} << 30U;
        off_t done = 0;
        while (true) {
            const ssize_t count = ::copy_file_range(source, nullptr, target, nullptr, most, 0);
            done += std::max<ssize_t>(count, 0);
            // As long as it was when it was looked at; an empty one may be of /proc.
            if (count == 0 || (count > 0 && done == expected)) {
                return true;
            }
            if (count < 0 && errno != EINTR) {
                return copy_by_hand(source, target);
            }
        }
    }

    static bool copy_by_hand(int source, int target) {
        std::array<char, 65536> chunk; // NOLINT(cppcoreguidelines-pro-type-member-init)
        while (true) {
            const ssize_t count = ::read(source, chunk.data(), chunk.size());
            if (count == 0) {
                return true;
            }
            if (count < 0 && errno != EINTR) {
                return false;
            }
            for (ssize_t done = 0; done < count;) {
                const auto left = static_cast<std::size_t>(count - done);
                const ssize_t written = ::write(target, chunk.data() + done, left);
                if (written < 0 && errno != EINTR) {
                    return false;
                }
                done += std::max<ssize_t>(written, 0);
            }
        }
    }

    static bool mask_is_usual() {
        static const bool usual = [] {
            const auto status = read_file("/proc/self/status"); // umask(2) can only set it
            return status && (status->find("\nUmask:\t0022\n") != std::string::npos ||
                              status->find("\nUmask:\t0002\n") != std::string::npos);
        }();
        return usual;
    }

    static base::Result<void> copy_attributes(const fs::path& to, const struct stat& status) {
        const std::array times{status.st_atim, status.st_mtim};
        if (::chmod(to.c_str(), status.st_mode & kept_mode) != 0 ||
            ::utimensat(AT_FDCWD, to.c_str(), times.data(), 0) != 0) {
            return fail_errno(fmt::format("cannot set the attributes of {}", to.string()));
        }
        return {};
    }

    const CopyOptions& options_;
    Ancestors ancestors_;

    struct stat target_ {};
};

} // namespace

base::Result<void> copy_tree(const fs::path& from, const fs::path& to, const CopyOptions& options) {
    return TreeCopier(options).copy(from, to, {});
}

} // namespace samara::os
