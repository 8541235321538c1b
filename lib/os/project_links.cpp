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
    return has(link) ? base::Result<void>() : warn_or_refuse(link, "what it leads to is copied");
}

base::Result<void> ProjectLinks::check_written(const fs::path& folder) const {
    fs::path at;
    for (const fs::path& name : folder) {
        const bool from_inside = has(at);
        at /= name;
        std::error_code failed;
        if (!fs::is_symlink(at, failed)) {
            continue;
        }
        if (!fs::exists(at, failed)) {
            const fs::path target = at.parent_path() / fs::read_symlink(at, failed);
            return base::fail(
                fmt::format(
                    "{} is a link to {}, which is not there", at.string(), real(target).string()),
                "make that folder, or remove the link");
        }
        if (from_inside && !has(at)) {
            return warn_or_refuse(at, "what is written there goes with it");
        }
    }
    return {};
}

bool ProjectLinks::has(const fs::path& path) const {
    const fs::path target = real(path);
    return std::mismatch(
               state_->project.begin(), state_->project.end(), target.begin(), target.end())
               .first == state_->project.end();
}

base::Result<void>
ProjectLinks::warn_or_refuse(const fs::path& link, std::string_view what_happens) const {
    const fs::path target = real(link);
    if (!state_->follow_out) {
        return base::fail(
            fmt::format("{} is a link out of the project, to {}", link.string(), target.string()),
            fmt::format(
                "put what it leads to below {}, or leave out --no-follow-links",
                state_->project.string()));
    }
    std::string told = fmt::format(
        "{} leads out of the project, and {}: {}", link.string(), what_happens, target.string());
    if (state_->told->exchange(true)) {
        state_->log.debug(told);
    } else {
        state_->log.warning(
            told + " (--no-follow-links refuses that; further ones are not reported)");
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

fs::path link_target(const fs::path& path) {
    std::error_code failed;
    return fs::is_symlink(path, failed) ? real(path) : path;
}

} // namespace samara::os
