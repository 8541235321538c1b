#include "build/digest.h"

#include "base/digest.h"
#include "base/try.h"
#include "os/folder.h"
#include "os/unique_fd.h"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

base::Result<void> add_file(base::Digest& digest, const fs::path& path) {
    const os::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) {
        return os::fail_errno(fmt::format("cannot open {}", path.string()));
    }
    constexpr std::size_t chunk = 131072;
    std::string buffer(chunk, '\0');
    while (true) {
        const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
        if (count < 0) {
            return os::fail_errno(fmt::format("cannot read {}", path.string()));
        }
        if (count == 0) {
            return {};
        }
        digest.add({buffer.data(), static_cast<std::size_t>(count)});
    }
}

// Walks a folder as os::copy_tree does.
class TreeDigest {
public:
    TreeDigest(base::Digest& digest, const os::CopyOptions& copy) : digest_(digest), copy_(copy) {}

    base::Result<void> add(const fs::path& path, const fs::path& relative) {
        if (copy_.cancel.cancelled()) {
            return base::fail("cancelled");
        }

        struct stat status {};

        const bool follow = copy_.symlinks == os::SymlinkMode::follow || relative.empty();
        int failed = (follow ? ::stat : ::lstat)(path.c_str(), &status);
        if (failed != 0 && errno == ENOENT && !relative.empty()) {
            failed = ::lstat(path.c_str(), &status);
        }
        if (failed != 0) {
            return os::fail_errno(fmt::format("cannot read {}", path.string()));
        }
        const std::string name = relative.generic_string();
        const auto begin = [&](std::string_view kind) {
            digest_.add(fmt::format("{} {}:{}\n", kind, name.size(), name));
        };
        if (S_ISDIR(status.st_mode)) {
            begin("folder");
            return add_folder(path, relative, status);
        }
        if (S_ISREG(status.st_mode)) {
            begin((status.st_mode & S_IXUSR) != 0 ? "program" : "file");
            digest_.add(fmt::format("{}\n", status.st_size));
            return add_file(digest_, path);
        }
        if (S_ISLNK(status.st_mode)) {
            begin("link");
            std::error_code ignored;
            digest_.add(fs::read_symlink(path, ignored).string() + "\n");
        }
        return {};
    }

private:
    base::Result<void>
    add_folder(const fs::path& path, const fs::path& relative, const struct stat& status) {
        TRY(ancestors_.enter(status, "read", path));
        std::error_code error;
        std::vector<fs::path> names;
        for (fs::directory_iterator entry(path, error), end; !error && entry != end;
             entry.increment(error)) {
            names.push_back(entry->path().filename());
        }
        if (error) {
            return os::fail_errno(fmt::format("cannot read {}", path.string()), error.value());
        }
        std::sort(names.begin(), names.end());
        for (const fs::path& name : names) {
            if (copy_.include && !copy_.include(relative / name)) {
                continue;
            }
            if (auto added = add(path / name, relative / name); !added) {
                return added;
            }
        }
        ancestors_.leave();
        return {};
    }

    base::Digest& digest_;
    const os::CopyOptions& copy_;
    os::Ancestors ancestors_;
};

} // namespace

base::Result<std::string> content_digest(const fs::path& path, const os::CopyOptions& copy) {
    base::Digest digest;
    return TreeDigest(digest, copy).add(path, {}).map([&] { return digest.hex(); });
}

} // namespace samara::build
