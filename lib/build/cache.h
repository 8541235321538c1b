#pragma once

#include "build/graph.h"
#include "os/file.h"

#include <filesystem>
#include <string>
#include <vector>

namespace samara::build {

/// Finished artifacts of earlier builds, found by what they were made from: a folder
/// "<definition>-<fingerprint>" under the cache folder. A folder that is there is complete.
class Cache {
public:
    explicit Cache(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Reads the sources; `copy` says which files count.
    static base::Result<Fingerprint> fingerprint(
        const Definition& definition,
        const std::filesystem::path& manifest,
        const os::CopyOptions& copy);

    [[nodiscard]] bool contains(const Definition& definition, const Fingerprint& print) const;

    /// Copies an artifact that is there to the folder `to`, which is made.
    [[nodiscard]] base::Result<void> restore(
        const Definition& definition,
        const Fingerprint& print,
        const std::filesystem::path& to,
        const os::Cancellation& cancel) const;

    /// Copies an artifact into the cache, in place of the older one of the same definition.
    [[nodiscard]] base::Result<void> store(
        const Definition& definition,
        const Fingerprint& print,
        const std::filesystem::path& from,
        const os::Cancellation& cancel) const;

    /// Removes what belongs to none of these definitions.
    void keep_only(const std::vector<Definition>& definitions) const;

private:
    [[nodiscard]] std::filesystem::path
    entry(const Definition& definition, const Fingerprint& print) const;

    std::filesystem::path folder_;
};

} // namespace samara::build
