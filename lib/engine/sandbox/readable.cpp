#include "engine/sandbox/readable.h"

#include "base/try.h"
#include "os/file.h"
#include "os/tree_state.h"

#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <sys/stat.h>

namespace samara::engine::sandbox {

namespace fs = std::filesystem;

namespace {

constexpr mode_t folder_bits = S_IROTH | S_IXOTH;

bool is_readable(const fs::path& path) {
    struct stat status {};

    if (::lstat(path.c_str(), &status) != 0 || S_ISLNK(status.st_mode)) {
        return true; // gone, or what it points to decides
    }
    const mode_t wanted = S_ISDIR(status.st_mode) ? folder_bits : mode_t{S_IROTH};
    return (status.st_mode & wanted) == wanted;
}

// As `build` and Lambda leave a package: what its owner may do, everybody may, but for writing.
base::Result<void> open_to_all(const fs::path& path) {
    struct stat status {};

    if (::lstat(path.c_str(), &status) != 0 || S_ISLNK(status.st_mode)) {
        return {};
    }
    const bool runs = S_ISDIR(status.st_mode) || (status.st_mode & S_IXUSR) != 0;
    if (::chmod(path.c_str(), runs ? 0755 : 0644) != 0) {
        return os::fail_errno(fmt::format("cannot make {} readable", path.string()));
    }
    return {};
}

template <class Visit>
void walk(const fs::path& folder, const Visit& visit) {
    std::error_code failed;
    fs::recursive_directory_iterator entry(folder, failed);
    for (; !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
        if (!visit(entry->path())) {
            return;
        }
    }
}

} // namespace

bool is_readable_to_all(const fs::path& folder) {
    bool readable = is_readable(folder);
    if (readable) {
        walk(folder, [&](const fs::path& path) { return readable = is_readable(path); });
    }
    return readable;
}

base::Result<void> make_readable_to_all(const fs::path& folder) {
    base::Result<void> done = open_to_all(folder);
    if (done) {
        walk(folder, [&](const fs::path& path) {
            done = open_to_all(path);
            return done.has_value();
        });
    }
    return done;
}

base::Result<fs::path>
ReadableStore::folder(const fs::path& folder, const os::Cancellation& cancel) {
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored) || is_readable_to_all(folder)) {
        return folder;
    }
    TRY_ASSIGN(const auto state, os::tree_state(folder));
    std::string key = fmt::format("{}\n{}", folder.string(), state.digest);
    const std::lock_guard guard(mutex_);
    if (const auto found = copies_.find(key); found != copies_.end()) {
        return found->second.path() / "copy";
    }
    TRY_ASSIGN(auto dir, os::TempDir::create("readable"));
    const fs::path copy = dir.path() / "copy";
    os::CopyOptions options;
    options.cancel = cancel;
    TRY(os::copy_tree(folder, copy, options).and_then([&] { return make_readable_to_all(copy); }));
    return copies_.emplace(std::move(key), std::move(dir)).first->second.path() / "copy";
}

} // namespace samara::engine::sandbox
