#pragma once

#include "base/error.h"
#include "base/log.h"

#include <atomic>
#include <filesystem>
#include <memory>

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

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// The folder that holds the user's project: the git work tree that `folder` is in, else `folder`
/// (of the template, or --base-dir) itself.
std::filesystem::path project_root(const std::filesystem::path& folder);

} // namespace samara::os
