#pragma once

#include "base/error.h"
#include "base/log.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string_view>

namespace samara::os {

/// Which symbolic links of the user's sources are followed where a copy cannot keep them.
/// Inside the project they are; what they lead to outside of it is copied with one warning, or
/// refused.
class ProjectLinks {
public:
    /// Whether the warning has been given: one for all that share it.
    using Told = std::shared_ptr<std::atomic<bool>>;

    /// `project` is what project_root() gives; `follow_out` is false for --no-follow-links.
    ProjectLinks(
        const std::filesystem::path& project,
        bool follow_out,
        base::Log log,
        Told told = std::make_shared<std::atomic<bool>>(false));

    /// For CopyOptions::follow: an error when the link must not be followed.
    base::Result<void> operator()(const std::filesystem::path& link) const;

    /// The same for a folder that is written to and may not be there yet: an error also when a link
    /// on the way to it leads to nothing.
    [[nodiscard]] base::Result<void> check_written(const std::filesystem::path& folder) const;

private:
    [[nodiscard]] bool has(const std::filesystem::path& path) const;
    [[nodiscard]] base::Result<void>
    warn_or_refuse(const std::filesystem::path& link, std::string_view what_happens) const;

    struct State;
    std::shared_ptr<State> state_;
};

/// The folder that holds the user's project: the git work tree that `folder` is in, else `folder`
/// (of the template, or --base-dir) itself.
std::filesystem::path project_root(const std::filesystem::path& folder);

/// What a path leads to where it is a link, else the path as it is: what is put in the place of a
/// folder then leaves the link.
std::filesystem::path link_target(const std::filesystem::path& path);

} // namespace samara::os
