#include "engine/sandbox/layers.h"

#include "base/try.h"
#include "os/file.h"
#include "os/tree_state.h"

#include <utility>

#include <fmt/format.h>

namespace samara::engine::sandbox {

base::Result<std::filesystem::path>
LayerStore::folder(const std::vector<Layer>& layers, const os::Cancellation& cancel) {
    std::string key;
    for (const Layer& layer : layers) {
        const auto state = os::tree_state(layer.folder);
        if (!state) {
            return base::fail(
                fmt::format("layer {} is not there: {}", layer.name, state.error().message));
        }
        key += fmt::format("{}\n{}\n", layer.folder.string(), state->digest);
    }
    if (layers.size() <= 1) {
        return layers.empty() ? std::filesystem::path() : layers.front().folder;
    }

    const std::lock_guard guard(mutex_);
    if (const auto found = merged_.find(key); found != merged_.end()) {
        return found->second.path() / "opt";
    }
    TRY_ASSIGN(auto dir, os::TempDir::create("layers"));
    for (const Layer& layer : layers) {
        os::CopyOptions options;
        options.cancel = cancel;
        TRY(os::copy_tree(layer.folder, dir.path() / "opt", options));
    }
    return merged_.emplace(std::move(key), std::move(dir)).first->second.path() / "opt";
}

} // namespace samara::engine::sandbox
