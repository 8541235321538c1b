#include "build/cache.h"

#include "base/digest.h"
#include "base/try.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <vector>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t definition_digits = 32;
constexpr std::size_t content_digits = 16;

// Whether it is what entry() gives: --cache-dir may name a folder that holds other things.
bool is_entry(std::string_view name) {
    const auto is_hex = [](std::string_view text) {
        return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    };
    return name.size() == definition_digits + 1 + content_digits &&
           name[definition_digits] == '-' && is_hex(name.substr(0, definition_digits)) &&
           is_hex(name.substr(definition_digits + 1));
}

// Links where that is possible; a half-made tree is made anew.
base::Result<void>
link_or_copy(const fs::path& from, const fs::path& to, const os::Cancellation& cancel) {
    std::error_code error;
    fs::copy(
        from,
        to,
        fs::copy_options::recursive | fs::copy_options::create_hard_links |
            fs::copy_options::copy_symlinks,
        error);
    if (!error) {
        return {};
    }
    os::CopyOptions copy;
    copy.cancel = cancel;
    return os::remove_tree(to).and_then([&] { return os::copy_tree(from, to, copy); });
}

} // namespace

fs::path Cache::entry(const Inputs& inputs) const {
    base::Digest digest;
    digest.add(inputs.settings);
    digest.add(inputs.content.empty() ? inputs.state : inputs.content);
    const std::string content = digest.hex().substr(0, content_digits);
    return folder_ / fmt::format("{}-{}", inputs.definition, content);
}

bool Cache::contains(const Inputs& inputs) const {
    std::error_code ignored;
    return fs::is_directory(entry(inputs), ignored);
}

base::Result<void>
Cache::restore(const Inputs& inputs, const fs::path& to, const os::Cancellation& cancel) const {
    return link_or_copy(entry(inputs), to, cancel);
}

base::Result<void>
Cache::store(const Inputs& inputs, const fs::path& from, const os::Cancellation& cancel) const {
    if (auto made = os::make_folders(folder_); !made) {
        return made;
    }
    TRY_ASSIGN(const auto staging, os::TempDir::create("cache", folder_));
    const fs::path fresh = staging.path() / "artifact";
    return link_or_copy(from, fresh, cancel).and_then([&] { return put(inputs, fresh); });
}

base::Result<void> Cache::adopt(const Inputs& inputs, const fs::path& from) const {
    if (auto made = os::make_folders(folder_); !made) {
        return made;
    }
    if (contains(inputs)) {
        return {};
    }
    std::error_code error;
    fs::rename(from, entry(inputs), error);
    return error ? store(inputs, from, {}) : put(inputs, {});
}

base::Result<void> Cache::put(const Inputs& inputs, const fs::path& fresh) const {
    const fs::path target = entry(inputs);
    std::error_code error;
    std::vector<fs::path> stale;
    for (fs::directory_iterator old(folder_, error), end; !error && old != end;
         old.increment(error)) {
        const fs::path& path = old->path();
        if (path.filename().string().starts_with(inputs.definition + "-") && path != target) {
            stale.push_back(path);
        }
    }
    for (const fs::path& path : stale) {
        if (auto removed = os::remove_tree(path); !removed) {
            return removed;
        }
    }
    if (fresh.empty()) {
        return {};
    }
    fs::rename(fresh, target, error);
    if (error && !contains(inputs)) { // another samara may have been faster
        return base::fail(fmt::format("cannot store {}: {}", target.string(), error.message()));
    }
    return {};
}

void Cache::keep_only(const std::set<std::string>& definitions) const {
    std::error_code error;
    std::vector<fs::path> stale;
    for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (is_entry(name) && !definitions.contains(name.substr(0, definition_digits))) {
            stale.push_back(entry->path());
        }
    }
    for (const fs::path& path : stale) {
        static_cast<void>(os::remove_tree(path)); // a cache that is too large harms nobody
    }
    os::sweep_temp_dirs(folder_);
}

} // namespace samara::build
