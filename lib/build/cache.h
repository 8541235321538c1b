#pragma once

#include "base/error.h"
#include "build/state.h"
#include "os/cancellation.h"

#include <filesystem>
#include <set>
#include <string>

namespace samara::build {

/// Finished artifacts of earlier builds, found by what they were made from: a folder
/// "<definition>-<inputs>" under the cache folder. A folder that is there is complete. Its files
/// are those of the build folder, too (hard links), where both are on one file system: neither is
/// ever written to.
class Cache {
public:
    explicit Cache(std::filesystem::path folder) : folder_(std::move(folder)) {}

    [[nodiscard]] bool contains(const Inputs& inputs) const;

    /// Puts an artifact that is there to the folder `to`, which is made.
    [[nodiscard]] base::Result<void> restore(
        const Inputs& inputs,
        const std::filesystem::path& to,
        const os::Cancellation& cancel) const;

    /// Keeps an artifact, in place of older ones of the same definition.
    [[nodiscard]] base::Result<void> store(
        const Inputs& inputs,
        const std::filesystem::path& from,
        const os::Cancellation& cancel) const;

    /// Likewise, and `from` is gone afterwards.
    [[nodiscard]] base::Result<void>
    adopt(const Inputs& inputs, const std::filesystem::path& from) const;

    /// Removes what belongs to none of these definitions.
    void keep_only(const std::set<std::string>& definitions) const;

private:
    [[nodiscard]] std::filesystem::path entry(const Inputs& inputs) const;
    [[nodiscard]] base::Result<void>
    put(const Inputs& inputs, const std::filesystem::path& fresh) const;

    std::filesystem::path folder_;
};

} // namespace samara::build
