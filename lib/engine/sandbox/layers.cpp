#include "engine/sandbox/layers.h"

#include "os/file.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace samara::engine::sandbox {

namespace {

// What tells one state of a folder from another without reading its files.
std::string stamp_of(const std::filesystem::path& folder) {
    std::error_code error;
    std::size_t entries = 0;
    auto newest = std::filesystem::last_write_time(folder, error);
    for (std::filesystem::recursive_directory_iterator entry(folder, error), end;
         !error && entry != end;
         entry.increment(error)) {
        ++entries;
        std::error_code gone;
        newest = std::max(newest, entry->last_write_time(gone));
    }
    return fmt::format("{} {}", entries, newest.time_since_epoch().count());
}

} // namespace

base::Result<std::filesystem::path>
LayerStore::folder(const std::vector<Layer>& layers, const os::Cancellation& cancel) {
    std::string key;
    for (const Layer& layer : layers) {
        std::error_code error;
        if (!std::filesystem::is_directory(layer.folder, error)) {
            return base::fail(fmt::format(
                "the folder {} of layer {} is not there", layer.folder.string(), layer.name));
        }
        key += fmt::format("{}\n{}\n", layer.folder.string(), stamp_of(layer.folder));
    }
    if (layers.size() <= 1) {
        return layers.empty() ? std::filesystem::path() : layers.front().folder;
    }

    const std::lock_guard guard(mutex_);
    if (const auto found = merged_.find(key); found != merged_.end()) {
        return found->second.path() / "opt";
    }
    auto dir = os::TempDir::create("layers");
    if (!dir) {
        return tl::unexpected(dir.error());
    }
    for (const Layer& layer : layers) {
        os::CopyOptions options;
        options.cancel = cancel;
        if (auto copied = os::copy_tree(layer.folder, dir->path() / "opt", options); !copied) {
            return tl::unexpected(copied.error());
        }
    }
    return merged_.emplace(std::move(key), std::move(*dir)).first->second.path() / "opt";
}

} // namespace samara::engine::sandbox
