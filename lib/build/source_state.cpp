#include "build/source_state.h"

#include "base/digest.h"
#include "base/try.h"
#include "os/folder.h"
#include "os/unique_fd.h"
#include "os/wait.h"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t tick = 12'000'000; // the coarsest kernel clock, 100 Hz, and a little more

std::int64_t nanoseconds(const timespec& time) {
    return time.tv_sec * second + time.tv_nsec;
}

std::int64_t now() {
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME, &time);
    return nanoseconds(time);
}

class Walk {
public:
    Walk(const SourceFilter& filter, const os::Cancellation& cancel)
        : filter_(filter), cancel_(cancel) {}

    base::Result<void> begin(const fs::path& source) {
        struct stat status {};

        if (::stat(source.c_str(), &status) != 0) {
            return os::fail_errno(fmt::format("cannot read {}", source.string()));
        }
        add("", status);
        return S_ISDIR(status.st_mode) ? walk(AT_FDCWD, source.c_str(), source, "", status)
                                       : base::Result<void>();
    }

    [[nodiscard]] std::int64_t newest() const { return newest_; }

    std::string digest() {
        base::Digest digest;
        digest.add(lines_);
        return digest.hex();
    }

private:
    void add(std::string_view relative, const struct stat& status) {
        newest_ = std::max({newest_, nanoseconds(status.st_ctim), nanoseconds(status.st_mtim)});
        // A folder's own times change with names that the filter leaves out.
        const bool folder = S_ISDIR(status.st_mode);
        fmt::format_to(
            std::back_inserter(lines_),
            "{} {:o} {} {} {} {}",
            folder ? 0 : status.st_ino,
            status.st_mode,
            folder ? 0 : status.st_size,
            folder ? 0 : nanoseconds(status.st_mtim),
            folder ? 0 : nanoseconds(status.st_ctim),
            relative);
        lines_.push_back('\0'); // no path holds one, so no two lists look alike
    }

    base::Result<void> walk(
        int parent,
        const char* name,
        const fs::path& path,
        const std::string& relative,
        const struct stat& status) {
        if (cancel_.cancelled()) {
            return base::fail("cancelled");
        }
        TRY(ancestors_.enter(status, "read", path));
        const os::FolderStream folder = os::open_folder(parent, name);
        if (!folder) {
            return os::fail_errno(fmt::format("cannot read {}", path.string()));
        }
        std::vector<std::string> names;
        while (const dirent* entry = ::readdir(folder.get())) {
            const std::string_view text = &entry->d_name[0];
            if (text != "." && text != "..") {
                names.emplace_back(text);
            }
        }
        std::sort(names.begin(), names.end());
        for (const std::string& entry : names) {
            auto visited = visit(::dirfd(folder.get()), entry, path, relative);
            if (!visited) {
                return visited;
            }
        }
        ancestors_.leave();
        return {};
    }

    base::Result<void>
    visit(int folder, const std::string& name, const fs::path& path, const std::string& relative) {
        const std::string below = relative.empty() ? name : relative + "/" + name;

        struct stat status {};

        bool known = false;
        const auto look = [&] {
            // A link to nowhere is one in the artifact, too.
            known = known || ::fstatat(folder, name.c_str(), &status, 0) == 0 ||
                    ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
            return S_ISDIR(status.st_mode);
        };
        if (!filter_.takes(below, look)) {
            return {};
        }
        look();
        if (!known) {
            return errno == ENOENT
                       ? base::Result<void>()
                       : os::fail_errno(fmt::format("cannot read {}", (path / name).string()));
        }
        add(below, status);
        return S_ISDIR(status.st_mode) ? walk(folder, name.c_str(), path / name, below, status)
                                       : base::Result<void>();
    }

    const SourceFilter& filter_;
    const os::Cancellation& cancel_;
    std::string lines_;
    std::int64_t newest_ = 0;
    os::Ancestors ancestors_;
};

} // namespace

base::Result<std::string>
source_state(const fs::path& source, const SourceFilter& filter, const os::Cancellation& cancel) {
    while (true) {
        const std::int64_t began = now();
        Walk walk(filter, cancel);
        if (auto walked = walk.begin(source); !walked) {
            return tl::unexpected(std::move(walked.error()));
        }
        const std::int64_t age = began - walk.newest();
        if (age > tick || age < -second) { // times in the future are as they are
            return walk.digest();
        }
        const std::int64_t left = tick - age;
        os::wait_readable(
            -1, cancel, std::chrono::steady_clock::now() + std::chrono::nanoseconds(left));
    }
}

} // namespace samara::build
