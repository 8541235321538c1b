#include "build/build.h"
#include "os/file.h"

#include <cstdio>

#include <fmt/format.h>

#include <fcntl.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr const char* template_name = "template.yaml";

// A folder that a build made before, or nothing that could be lost.
bool may_be_replaced(const fs::path& folder) {
    std::error_code error;
    return fs::is_empty(folder, error) || fs::exists(folder / template_name, error);
}

base::Result<void> move(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::rename(from, to, error);
    if (error) {
        return base::fail(
            fmt::format("cannot move {} to {}: {}", from.string(), to.string(), error.message()));
    }
    return {};
}

// In one step where the file system can do that, so that nobody ever sees no build at all.
base::Result<void> exchange(const fs::path& fresh, const fs::path& old) {
    if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, old.c_str(), RENAME_EXCHANGE) == 0) {
        return {};
    }
    const fs::path aside = fresh.string() + "-former";
    return move(old, aside).and_then([&] { return move(fresh, old); }).or_else([&](const auto&) {
        static_cast<void>(move(aside, old));
    });
}

// A folder with other things in it keeps them.
base::Result<void> move_into(const fs::path& fresh, const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator entry(fresh, error), end; !error && entry != end;
         entry.increment(error)) {
        entries.push_back(entry->path());
    }
    for (const fs::path& entry : entries) {
        const fs::path target = folder / entry.filename();
        auto moved = os::remove_tree(target).and_then([&] { return move(entry, target); });
        if (!moved) {
            return moved;
        }
    }
    return {};
}

} // namespace

Built::Built(os::TempDir staging, fs::path build_dir, Artifacts artifacts)
    : staging_(std::move(staging)), build_dir_(std::move(build_dir)),
      artifacts_(std::move(artifacts)) {}

fs::path Built::folder() const {
    return staging_.path() / "build";
}

base::Result<void> Built::commit() {
    std::error_code error;
    const fs::file_status old = fs::status(build_dir_, error);
    base::Result<void> done;
    if (!fs::exists(old)) {
        done = move(folder(), build_dir_);
    } else if (!fs::is_directory(old)) {
        done = base::fail(fmt::format("{} is not a folder", build_dir_.string()));
    } else if (may_be_replaced(build_dir_)) {
        done = exchange(folder(), build_dir_);
    } else {
        done = move_into(folder(), build_dir_);
    }
    if (!done || graph_.empty()) {
        return done;
    }
    return os::write_file_atomically(build_dir_.parent_path() / "build.toml", graph_);
}

} // namespace samara::build
