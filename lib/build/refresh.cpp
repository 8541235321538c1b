#include "build/refresh.h"

#include "build/build.h"
#include "os/project_links.h"

namespace samara::build {

namespace fs = std::filesystem;

namespace {

// A build by hand may take minutes; what copies is done at once.
constexpr std::chrono::milliseconds timeout(2000);

void add(const std::string& id, const Placed& placed, Request& request) {
    if (placed.recipe.layer) {
        Layer layer;
        layer.logical_id = id;
        layer.source = placed.source;
        layer.recipe = placed.recipe;
        request.layers.push_back(std::move(layer));
        return;
    }
    Function function;
    function.logical_id = id;
    function.source = placed.source;
    function.recipe = placed.recipe;
    request.functions.push_back(std::move(function));
}

base::Log only_warnings(const base::Log& log) {
    return base::Log([&log](base::LogLevel level, std::string_view line) {
        if (level == base::LogLevel::warning) {
            log.warning(line);
        }
    });
}

} // namespace

Refreshed refresh(
    const fs::path& build_dir,
    const std::set<std::string>& only,
    const base::Log& log,
    const os::Cancellation& cancel) {
    Refreshed refreshed;
    refreshed.newer = outdated(build_dir, only);
    const BuildState state = BuildState::read(build_dir);
    Request request;
    request.build_dir = os::link_target(build_dir);
    request.cache_dir = state.cache_dir;
    request.whole = false;
    request.copies_only = true;
    request.follow_links = state.follow_links;
    request.timeout = timeout;
    for (const auto& [id, source] : refreshed.newer) {
        const auto placed = state.artifacts.find(id);
        if (placed != state.artifacts.end() && placed->second.copies) {
            add(id, placed->second, request);
        }
    }
    if (request.functions.empty() && request.layers.empty()) {
        return refreshed;
    }
    auto built = build(request, nullptr, only_warnings(log), cancel);
    if (!built || !built->replace_artifacts()) {
        return refreshed;
    }
    for (const Done& done : built->done()) {
        if (auto node = refreshed.newer.extract(done.logical_id)) {
            refreshed.built.insert(std::move(node));
        }
    }
    return refreshed;
}

} // namespace samara::build
