#include "app/build_folders.h"

#include "base/try.h"
#include "os/project_links.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace samara::app {

namespace {

namespace fs = std::filesystem;

base::Result<void> follow_links(const os::ProjectLinks& links, fs::path& folder) {
    TRY(links.check_written(folder));
    folder = os::link_target(folder);
    return {};
}

// What is in the build folder gives way to the build: nobody's sources may be there.
base::Result<void> check_build_dir(const build::Request& request) {
    std::error_code failed;
    std::vector<fs::path> kept{fs::current_path(failed)};
    for (const fs::path& file : request.templates) {
        kept.push_back(file.parent_path());
    }
    for (const build::Function& function : request.functions) {
        kept.push_back(function.source);
    }
    for (const build::Layer& layer : request.layers) {
        kept.push_back(layer.source);
    }
    const fs::path wanted = fs::weakly_canonical(request.build_dir, failed);
    for (const fs::path& path : kept) {
        const fs::path inner = fs::weakly_canonical(path, failed);
        if (std::mismatch(wanted.begin(), wanted.end(), inner.begin(), inner.end()).first ==
            wanted.end()) {
            return base::fail(
                fmt::format(
                    "{} holds {}, which a build would remove",
                    request.build_dir.string(),
                    path.string()),
                "name another folder with --build-dir, or leave it out");
        }
    }
    return {};
}

} // namespace

base::Result<void>
settle_build_folders(const fs::path& folder, const base::Log& log, build::Request& request) {
    const os::ProjectLinks links(os::project_root(folder), request.follow_links, log);
    TRY(follow_links(links, request.build_dir));
    TRY(follow_links(links, request.cache_dir));
    return check_build_dir(request);
}

} // namespace samara::app
