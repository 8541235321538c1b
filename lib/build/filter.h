#pragma once

#include "base/error.h"
#include "build/ignore.h"
#include "os/file.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace samara::build {

/// Which files of a source folder go into an artifact. Cheap to copy.
class SourceFilter {
public:
    /// Takes everything.
    SourceFilter() = default;

    /// Leaves out names that match one of `patterns` (at any depth), the paths `ours`, and what
    /// .samignore in the folder says. Fails when that cannot be read.
    static base::Result<SourceFilter> make(
        const std::filesystem::path& source,
        const std::vector<std::string>& patterns,
        const std::vector<std::filesystem::path>& ours);

    /// `relative` to the source, with slashes. `folder` is asked for only where it matters.
    template <class IsFolder>
    [[nodiscard]] bool takes(std::string_view relative, const IsFolder& folder) const {
        return takes_name(relative) &&
               (rules_ == nullptr || !rules_->ignores(relative, rules_->needs_kind() && folder()));
    }

    /// Takes everything but the paths `ours`.
    static SourceFilter
    all_but(const std::filesystem::path& source, const std::vector<std::filesystem::path>& ours);

    /// For os::copy_tree: links are followed, for an artifact goes where their targets are not.
    [[nodiscard]] os::CopyOptions copy_options(const os::Cancellation& cancel) const;

private:
    [[nodiscard]] bool takes_name(std::string_view relative) const;

    std::filesystem::path source_;
    std::shared_ptr<const std::vector<std::string>> names_; ///< sorted
    std::shared_ptr<const std::vector<std::string>> globs_;
    std::shared_ptr<const std::vector<std::string>> ours_; ///< relative, sorted
    std::shared_ptr<const IgnoreRules> rules_;
};

} // namespace samara::build
