#include "build/cache.h"

#include "build/digest.h"
#include "os/temp_dir.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

base::Result<Fingerprint> Cache::fingerprint(
    const Definition& definition, const fs::path& manifest, const os::CopyOptions& copy) {
    auto source = content_digest(definition.source, copy);
    if (!source) {
        return tl::unexpected(std::move(source.error()));
    }
    Fingerprint print{std::move(*source), {}};
    std::error_code ignored;
    if (fs::is_regular_file(manifest, ignored)) {
        auto digest = content_digest(manifest, {});
        if (!digest) {
            return tl::unexpected(std::move(digest.error()));
        }
        print.manifest = std::move(*digest);
    }
    return print;
}

fs::path Cache::entry(const Definition& definition, const Fingerprint& print) const {
    Digest both;
    both.add(print.source);
    both.add(print.manifest);
    constexpr std::size_t digits = 16;
    return folder_ / fmt::format("{}-{}", definition.id, both.hex().substr(0, digits));
}

bool Cache::contains(const Definition& definition, const Fingerprint& print) const {
    std::error_code ignored;
    return fs::is_directory(entry(definition, print), ignored);
}

base::Result<void> Cache::restore(
    const Definition& definition,
    const Fingerprint& print,
    const fs::path& to,
    const os::Cancellation& cancel) const {
    os::CopyOptions copy;
    copy.cancel = cancel;
    return os::copy_tree(entry(definition, print), to, copy);
}

base::Result<void> Cache::store(
    const Definition& definition,
    const Fingerprint& print,
    const fs::path& from,
    const os::Cancellation& cancel) const {
    if (auto made = os::make_folders(folder_); !made) {
        return made;
    }
    const auto staging = os::TempDir::create("cache", folder_);
    if (!staging) {
        return tl::unexpected(staging.error());
    }
    os::CopyOptions copy;
    copy.cancel = cancel;
    const fs::path fresh = staging->path() / "artifact";
    if (auto copied = os::copy_tree(from, fresh, copy); !copied) {
        return copied;
    }
    const fs::path target = entry(definition, print);
    std::error_code error;
    for (fs::directory_iterator old(folder_, error), end; !error && old != end;
         old.increment(error)) {
        const fs::path& path = old->path();
        if (path.filename().string().starts_with(definition.id + "-") && path != target) {
            if (auto removed = os::remove_tree(path); !removed) {
                return removed;
            }
        }
    }
    fs::rename(fresh, target, error);
    if (error && !contains(definition, print)) { // another samara may have been faster
        return base::fail(fmt::format("cannot store {}: {}", target.string(), error.message()));
    }
    return {};
}

void Cache::keep_only(const std::vector<Definition>& definitions) const {
    std::error_code error;
    std::vector<fs::path> stale;
    for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        const bool used =
            std::any_of(definitions.begin(), definitions.end(), [&](const Definition& definition) {
                return name.starts_with(definition.id + "-");
            });
        if (!used && !name.starts_with("samara-")) {
            stale.push_back(entry->path());
        }
    }
    for (const fs::path& path : stale) {
        static_cast<void>(os::remove_tree(path)); // a cache that is too large harms nobody
    }
    os::sweep_temp_dirs(folder_);
}

} // namespace samara::build
