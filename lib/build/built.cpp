#include "build/build.h"
#include "build/graph.h"
#include "build/placement.h"
#include "os/file.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include <fcntl.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr const char* template_name = "template.yaml";

// A folder that a build made before (also one of the AWS SAM CLI, where that has its own), or
// nothing that could be lost. A template alone says nothing: the project's folder has one, too.
bool may_be_replaced(const fs::path& folder) {
    std::error_code error;
    return fs::is_empty(folder, error) || BuildState::is_in(folder) ||
           (folder.parent_path().filename() == ".aws-sam" &&
            fs::exists(folder / template_name, error));
}

base::Result<void> move(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::rename(from, to, error);
    if (error) {
        return base::fail(
            fmt::format("cannot move {} to {}: {}", from.string(), to.string(), error.message()));
    }
    return {};
}

// In one step where the file system can do that, so that nobody ever sees no build at all.
base::Result<void> exchange(const fs::path& fresh, const fs::path& old) {
    if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, old.c_str(), RENAME_EXCHANGE) == 0) {
        return {};
    }
    const fs::path aside = fresh.string() + "-former";
    return move(old, aside).and_then([&] { return move(fresh, old); }).or_else([&](const auto&) {
        static_cast<void>(move(aside, old));
    });
}

base::Result<void> put(const fs::path& fresh, const fs::path& target) {
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(target, ignored))) {
        return exchange(fresh, target);
    }
    return os::make_folders(target.parent_path()).and_then([&] { return move(fresh, target); });
}

// What only the former build had; folders of stacks go with their last artifact.
void remove_stale(const fs::path& build_dir, const BuildState& former, const BuildState& state) {
    const auto remove = [&](const fs::path& path) {
        static_cast<void>(os::remove_tree(path)); // what stays is referred to by nobody
        std::error_code ignored;
        for (fs::path parent = path.parent_path();
             parent != build_dir && fs::is_empty(parent, ignored);
             parent = parent.parent_path()) {
            fs::remove(parent, ignored);
        }
    };
    for (const auto& [id, placed] : former.artifacts) {
        if (!state.artifacts.contains(id) && placed.image.empty()) {
            remove(build_dir / id);
        }
    }
    for (const std::string& name : former.templates) {
        if (std::find(state.templates.begin(), state.templates.end(), name) ==
            state.templates.end()) {
            remove(build_dir / name);
        }
    }
}

base::Result<void> replace_folders(Placement& placement) {
    const fs::path& build_dir = placement.build_dir;
    for (const std::string& id : placement.fresh) {
        if (auto done = put(placement.fresh_folder() / id, build_dir / id); !done) {
            return done;
        }
        placement.state.artifacts[id].inode = inode_of(build_dir / id);
    }
    return {};
}

// The artifacts first: each is whole, whichever template names it.
base::Result<void> replace_parts(Placement& placement, const Templates& templates) {
    const fs::path& build_dir = placement.build_dir;
    if (auto replaced = replace_folders(placement); !replaced) {
        return replaced;
    }
    const auto write = [&](const auto& entry) {
        const fs::path target = build_dir / entry.first;
        return os::make_folders(target.parent_path()).and_then([&] {
            return os::replace_file(target, entry.second);
        });
    };
    for (const auto& entry : templates) {
        if (auto written = entry.first == template_name ? base::Result<void>() : write(entry);
            !written) {
            return written;
        }
    }
    if (const auto root = templates.find(template_name); root != templates.end()) {
        if (auto written = write(*root); !written) { // names the others, so it comes last
            return written;
        }
    }
    if (auto written = placement.state.write(build_dir); !written) {
        return written;
    }
    remove_stale(build_dir, placement.former, placement.state);
    remove_failed(build_dir);
    return {};
}

base::Result<void> fill(Placement& placement, const Templates& templates) {
    const fs::path fresh = placement.fresh_folder();
    for (const auto& [name, text] : templates) {
        auto written = os::make_folders((fresh / name).parent_path()).and_then([&] {
            return os::replace_file(fresh / name, text);
        });
        if (!written) {
            return written;
        }
    }
    for (const std::string& id : placement.fresh) {
        placement.state.artifacts[id].inode = inode_of(fresh / id);
    }
    return placement.state.write(fresh);
}

// A folder with other things in it keeps them.
base::Result<void> move_into(const fs::path& fresh, const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator entry(fresh, error), end; !error && entry != end;
         entry.increment(error)) {
        entries.push_back(entry->path());
    }
    for (const fs::path& entry : entries) {
        const fs::path target = folder / entry.filename();
        auto moved = os::remove_tree(target).and_then([&] { return move(entry, target); });
        if (!moved) {
            return moved;
        }
    }
    return {};
}

base::Result<void> place(Placement& placement, const Templates& templates) {
    for (const auto& [name, text] : templates) {
        placement.state.templates.push_back(name);
    }
    const bool parts_stay = std::any_of(
        placement.state.artifacts.begin(), placement.state.artifacts.end(), [&](const auto& entry) {
            return entry.second.image.empty() &&
                   std::find(placement.fresh.begin(), placement.fresh.end(), entry.first) ==
                       placement.fresh.end();
        });
    if (parts_stay) {
        return replace_parts(placement, templates);
    }
    if (auto filled = fill(placement, templates); !filled) {
        return filled;
    }
    const fs::path fresh = placement.fresh_folder();
    std::error_code error;
    const fs::file_status old = fs::status(placement.build_dir, error);
    if (!fs::exists(old)) {
        return move(fresh, placement.build_dir);
    }
    if (!fs::is_directory(old)) {
        return base::fail(fmt::format("{} is not a folder", placement.build_dir.string()));
    }
    return may_be_replaced(placement.build_dir) ? exchange(fresh, placement.build_dir)
                                                : move_into(fresh, placement.build_dir);
}

} // namespace

Built::Built(Placement placement) : placement_(std::make_unique<Placement>(std::move(placement))) {}

Built::Built(Built&&) noexcept = default;
Built& Built::operator=(Built&&) noexcept = default;
Built::~Built() = default;

const Artifacts& Built::artifacts() const {
    return placement_->artifacts;
}

const std::vector<Done>& Built::done() const {
    return placement_->done;
}

const std::vector<Failure>& Built::failures() const {
    return placement_->failures;
}

void Built::add_failure(Failure failure) {
    placement_->failures.push_back(std::move(failure));
}

bool Built::may_be_placed() const {
    return placement_->failures.empty() || (!has_former() && !placement_->done.empty());
}

bool Built::has_former() const {
    std::error_code ignored;
    return fs::is_regular_file(placement_->build_dir / template_name, ignored);
}

base::Result<void> Built::commit(const Templates& templates) {
    return place(*placement_, templates).and_then([&] {
        return os::replace_file(
            placement_->build_dir.parent_path() / "build.toml", graph_text(placement_->state));
    });
}

base::Result<void> Built::replace_artifacts() {
    placement_->state.templates = placement_->former.templates;
    placement_->state.sources = placement_->former.sources;
    return replace_folders(*placement_).and_then([&] {
        return placement_->state.write(placement_->build_dir);
    });
}

const BuildState& Built::state() const {
    return placement_->state;
}

base::Result<void> Built::keep() {
    for (const std::string& id : placement_->fresh) {
        auto stored = placement_->cache.adopt(
            placement_->state.artifacts[id].inputs, placement_->fresh_folder() / id);
        if (!stored) {
            return stored;
        }
    }
    if (!has_former()) {
        return {};
    }
    Failed failed;
    for (const Failure& failure : placement_->failures) {
        failed[failure.logical_id] = failure.error.message;
    }
    return write_failed(placement_->build_dir, failed);
}

} // namespace samara::build
