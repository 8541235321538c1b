#include "os/project_links.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace samara::os {

namespace fs = std::filesystem;

namespace {

fs::path real(const fs::path& path) {
    std::error_code failed;
    fs::path found = fs::weakly_canonical(path, failed);
    return failed ? path.lexically_normal() : found;
}

bool is_within(const fs::path& path, const fs::path& folder) {
    return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
           folder.end();
}

} // namespace

struct ProjectLinks::State {
    fs::path project;
    bool follow_out = true;
    base::Log log;
    Told told;
};

ProjectLinks::ProjectLinks(const fs::path& project, bool follow_out, base::Log log, Told told)
    : state_(std::make_shared<State>()) {
    state_->project = real(project);
    state_->follow_out = follow_out;
    state_->log = std::move(log);
    state_->told = std::move(told);
}

base::Result<void> ProjectLinks::operator()(const fs::path& link) const {
    const fs::path target = real(link);
    if (is_within(target, state_->project)) {
        return {};
    }
    if (!state_->follow_out) {
        return base::fail(
            fmt::format("{} is a link out of the project, to {}", link.string(), target.string()),
            fmt::format(
                "put a copy below {}, or leave out --no-follow-links", state_->project.string()));
    }
    std::string told = fmt::format(
        "{} leads out of the project, and what it leads to is copied: {}",
        link.string(),
        target.string());
    if (state_->told->exchange(true)) {
        state_->log.debug(told);
    } else {
        state_->log.warning(told + " (--no-follow-links refuses that; further ones are not told)");
    }
    return {};
}

fs::path project_root(const fs::path& folder) {
    fs::path begin = real(folder);
    for (fs::path at = begin;; at = at.parent_path()) {
        std::error_code failed;
        if (fs::exists(at / ".git", failed)) { // a file in a work tree that was added
            return at;
        }
        if (!at.has_relative_path()) {
            return begin;
        }
    }
}

} // namespace samara::os
