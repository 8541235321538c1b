#include "app/build_notice.h"

#include "base/strings.h"
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

} // namespace

void tell_build_state(
    const Application& application, const std::string& function, const base::Log& log) {
    std::vector<std::string> failed;
    for (const auto& [id, reason] : build::read_failed(application.folder())) {
        failed.push_back(id);
    }
    if (!failed.empty()) {
        log.warning(fmt::format(
            "the last samara build failed ({}): this is the one before", base::join(failed, ", ")));
    }
    const std::set<std::string> ids = concerned(application, function);
    std::map<fs::path, std::vector<std::string>> newer;
    for (const auto& [id, source] : build::outdated(application.folder(), ids)) {
        newer[source].push_back(id);
    }
    for (const auto& [source, names] : newer) {
        log.warning(fmt::format(
            "{} is newer than the build of {}; samara build takes it up",
            shown(source),
            base::join(names, ", ")));
    }
}

std::vector<fs::path> build_sources(const Application& application) {
    std::set<fs::path> sources;
    for (const auto& [id, placed] : build::BuildState::read(application.folder()).artifacts) {
        if (!placed.source.empty()) {
            sources.insert(placed.source);
        }
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
