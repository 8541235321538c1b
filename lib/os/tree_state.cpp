#include "os/tree_state.h"

#include "base/hash.h"

#include <algorithm>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include <sys/stat.h>

namespace samara::os {

namespace {

std::chrono::nanoseconds since_epoch(const timespec& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

} // namespace

base::Result<TreeState> tree_state(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    TreeState state;
    std::chrono::nanoseconds changed{0};
    std::vector<std::string> entries;
    std::error_code failed;
    fs::recursive_directory_iterator walk(folder, failed);
    for (; !failed && walk != fs::recursive_directory_iterator(); walk.increment(failed)) {
        struct stat status {};

        if (::lstat(walk->path().c_str(), &status) != 0) {
            continue;
        }
        if (S_ISREG(status.st_mode)) {
            state.bytes += static_cast<std::uint64_t>(status.st_size);
        }
        changed = std::max(changed, since_epoch(status.st_ctim));
        // The path comes last and holds no NUL, so that no two lists look alike.
        entries.push_back(fmt::format(
            "{} {:o} {} {} {} {}{}",
            status.st_ino,
            status.st_mode,
            status.st_size,
            since_epoch(status.st_mtim).count(),
            since_epoch(status.st_ctim).count(),
            walk->path().native().substr(folder.native().size()),
            '\0'));
    }
    if (failed) {
        return base::fail(fmt::format("cannot list {}: {}", folder.string(), failed.message()));
    }
    std::sort(entries.begin(), entries.end());
    std::string all;
    for (const std::string& entry : entries) {
        all += entry;
    }
    state.digest = base::sha256_hex(all);
    state.changed = std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(changed));
    return state;
}

} // namespace samara::os
