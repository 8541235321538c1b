#include "app/run/build_notice.h"

#include "base/strings.h"
#include "build/refresh.h"
#include "build/rewrite.h"
#include "build/state.h"

#include <map>
#include <set>

#include <fmt/format.h>

namespace samara::app {

namespace {

namespace fs = std::filesystem;

// The function and the layers that it uses; empty for all.
std::set<std::string> concerned(const Application& application, const std::string& function) {
    const model::Function* found = function.empty() ? nullptr : application.find_function(function);
    if (found == nullptr) {
        return {};
    }
    std::set<std::string> ids{found->logical_id};
    for (const std::string& arn : found->layers) {
        if (const model::Layer* layer = application.find_layer(arn)) {
            ids.insert(layer->logical_id);
        }
    }
    return ids;
}

std::string shown(const fs::path& path) {
    std::error_code failed;
    const fs::path relative = fs::relative(path, failed);
    return failed || relative.empty() || relative.native().starts_with("..") ? path.string()
                                                                             : relative.string();
}

// Names by source, as the user would write it.
std::map<std::string, std::string> by_source(const std::map<std::string, fs::path>& sources) {
    std::map<std::string, std::string> names;
    for (const auto& [id, source] : sources) {
        std::string& own = names[shown(source)];
        own += (own.empty() ? "" : ", ") + id;
    }
    return names;
}

} // namespace

void apply_sources(
    const Application& application,
    const std::string& function,
    const base::Log& log,
    const os::Cancellation& cancel) {
    const fs::path folder = application.folder();
    std::vector<std::string> failed;
    for (const auto& [id, reason] : build::read_failed(folder)) {
        failed.push_back(id);
    }
    if (!failed.empty()) {
        log.warning(fmt::format(
            "the last samara build failed ({}): this is the one before", base::join(failed, ", ")));
        return; // of one piece: not half of it newer
    }
    for (const fs::path& path : build::outdated_templates(folder)) {
        log.warning(
            fmt::format("{} is newer than the build; samara build takes it up", shown(path)));
    }
    const build::Refreshed refreshed =
        build::refresh(folder, concerned(application, function), log, cancel);
    for (const auto& [source, names] : by_source(refreshed.built)) {
        log.info(fmt::format("{} was newer than the build of {}: built again", source, names));
    }
    for (const auto& [source, names] : by_source(refreshed.newer)) {
        log.warning(fmt::format(
            "{} is newer than the build of {}; samara build takes it up", source, names));
    }
}

std::vector<fs::path> build_sources(const Application& application) {
    std::set<fs::path> sources;
    const build::BuildState state = build::BuildState::read(application.folder());
    for (const auto& [id, placed] : state.artifacts) {
        if (!placed.source.empty()) {
            sources.insert(placed.source);
        }
        sources.insert(placed.outside.begin(), placed.outside.end());
    }
    for (const build::SourceTemplate& source : state.sources) {
        sources.insert(source.path);
    }
    return {sources.begin(), sources.end()};
}

base::Result<void> check_was_built(const model::Function& function) {
    const data::Value* reason = function.metadata.find(build::failure_key);
    if (reason == nullptr) {
        return {};
    }
    base::Error error;
    error.message = fmt::format("'{}' could not be built: {}", function.logical_id, reason->text());
    error.hint = "run samara build again";
    error.resource = function.logical_id;
    return base::fail(std::move(error));
}

} // namespace samara::app
