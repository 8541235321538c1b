#pragma once

#include "base/error.h"
#include "engine/engine.h"
#include "os/cancellation.h"
#include "os/temp_dir.h"

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace samara::engine::sandbox {

/// Gives each list of layers one folder to be seen at /opt. Thread-safe.
class LayerStore {
public:
    /// A single layer is its own folder; several are copied over each other, once, so that later
    /// ones win (again when one of them has changed). Empty without layers. The folder lives as
    /// long as the store.
    base::Result<std::filesystem::path>
    folder(const std::vector<Layer>& layers, const os::Cancellation& cancel);

private:
    std::mutex mutex_;
    std::map<std::string, os::TempDir> merged_; ///< by the folders and their state
};

} // namespace samara::engine::sandbox
