#include "app/build.h"

#include "app/build_plan.h"
#include "app/image_builder.h"
#include "app/load/spelling.h"
#include "app/load/strictness.h"
#include "app/source_maps.h"
#include "base/try.h"
#include "build/artifact_check.h"
#include "build/inspect.h"
#include "build/rewrite.h"
#include "data/write.h"
#include "os/file.h"
#include "os/file_watcher.h"
#include "os/signals.h"
#include "os/wait.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::app {

namespace {

namespace fs = std::filesystem;

constexpr const char* template_name = "template.yaml";

fs::path shown(const fs::path& path) {
    std::error_code failed;
    const fs::path relative = fs::relative(path, fs::current_path(failed), failed);
    return failed || relative.empty() || relative.native().starts_with("..") ? path : relative;
}

// What AWS refuses at deployment does not keep it from being built. What fails is reported at the
// end.
void report_faults(
    const Application& application,
    const std::vector<build::Failure>& failures,
    const base::Log& log) {
    for (const base::Diagnostic& diagnostic : application.diagnostics()) {
        const base::Error& error = diagnostic.error;
        const bool fails =
            error.property == "DefinitionUri" ||
            std::any_of(failures.begin(), failures.end(), [&](const build::Failure& failure) {
                return failure.error.message == error.message;
            });
        // AWS gets the built template, where the artifact's place is written instead.
        const bool replaced = error.property == "CodeUri" || error.property == "ContentUri";
        // A build is for one runtime and processor; what names no resource is about the whole of
        // it.
        const bool told = diagnostic.severity == base::Severity::error || error.resource.empty() ||
                          error.property == "Runtime" || error.property == "Architectures" ||
                          error.property == "Type";
        if (!told || (replaced && !fails)) {
            log.debug(to_string(error)); // values, which matter when it runs
        } else if (!fails) {
            log.warning(to_string(error));
        }
    }
}

std::vector<std::string> buildable(const Application& application) {
    std::vector<std::string> ids;
    for (const model::Function& function : application.functions()) {
        ids.push_back(function.logical_id);
    }
    for (const model::Layer& layer : application.layers()) {
        ids.push_back(layer.logical_id);
    }
    for (const auto& [path, reason] : application.broken_functions()) {
        ids.push_back(path);
    }
    return ids;
}

// The templates of all stacks as they lie in the build folder.
class Templates {
public:
    Templates(
        const build::Artifacts& artifacts,
        fs::path build_dir,
        std::map<std::string, std::string> node_options)
        : artifacts_(artifacts), build_dir_(std::move(build_dir)),
          node_options_(std::move(node_options)) {}

    void add(Application& stack) {
        const std::string prefix = stack.stack_path().empty() ? "" : stack.stack_path() + "/";
        build::Artifacts own;
        for (const auto& [id, artifact] : artifacts_) {
            const std::string_view rest =
                std::string_view(id).substr(id.starts_with(prefix) ? prefix.size() : id.size());
            if (!rest.empty() && rest.find('/') == std::string_view::npos) {
                own[std::string(rest)] = {
                    artifact.folder.empty() ? fs::path() : fs::path(rest),
                    artifact.image,
                    artifact.failed};
            }
        }
        for (const auto& [id, nested] : stack.nested()) {
            own[id] = {fs::path(id) / template_name};
            add(*nested);
        }
        std::vector<build::MissingFile> missing;
        const data::Value rewritten = build::rewrite_template(
            with_node_options(stack, prefix),
            own,
            stack.folder(),
            build_dir_ / stack.stack_path(),
            &missing);
        texts_[prefix + template_name] = data::write_yaml(rewritten);
        for (const build::MissingFile& file : missing) {
            fail(stack, prefix, file);
        }
    }

    [[nodiscard]] const build::Templates& texts() const { return texts_; }

    [[nodiscard]] const std::vector<build::Failure>& failures() const { return failures_; }

private:
    data::Value with_node_options(Application& stack, const std::string& prefix) const {
        data::Value document = stack.source();
        data::Value* resources = document.find("Resources");
        for (const auto& [path, options] : node_options_) {
            data::Value* resource =
                resources == nullptr || !path.starts_with(prefix)
                    ? nullptr
                    : resources->find(std::string_view(path).substr(prefix.size()));
            if (resource != nullptr) {
                set_node_options(*resource, options);
            }
        }
        return document;
    }

    void fail(Application& stack, const std::string& prefix, const build::MissingFile& file) {
        const data::Value* resource = stack.source().find("Resources")->find(file.logical_id);
        base::Diagnostics ignored;
        if (!stack.resolver().exists(*resource, ignored)) {
            return;
        }
        base::Error error;
        error.message = fmt::format("there is no file {}", file.path.string());
        error.hint = "the path is relative to the template";
        error.resource = prefix + file.logical_id;
        error.where = file.where;
        failures_.push_back({error.resource, error});
    }

    const build::Artifacts& artifacts_;
    fs::path build_dir_;
    std::map<std::string, std::string> node_options_;
    build::Templates texts_;
    std::vector<build::Failure> failures_;
};

// What a build was made of: another one is due when it changes.
void add_paths(
    const Application& application, const build::Request& request, std::vector<fs::path>& paths) {
    paths.insert(paths.end(), application.files().begin(), application.files().end());
    for (const build::Function& function : request.functions) {
        paths.push_back(function.source);
    }
    for (const build::Layer& layer : request.layers) {
        paths.push_back(layer.source);
    }
}

// A layer that is not built counts as it lies there.
std::optional<build::Size>
size_of(const model::Layer& layer, const build::BuildState& state, const build::Request& request) {
    if (const auto placed = state.artifacts.find(layer.logical_id);
        placed != state.artifacts.end()) {
        return placed->second.size;
    }
    const auto source = std::find_if(
        request.layers.begin(), request.layers.end(), [&](const build::Layer& candidate) {
            return candidate.logical_id == layer.logical_id;
        });
    std::error_code ignored;
    if (source == request.layers.end() || !fs::is_directory(source->source, ignored)) {
        return std::nullopt;
    }
    auto size = build::size_of(source->source);
    return size ? std::optional(std::move(*size)) : std::nullopt;
}

void report_sizes(
    const Application& application,
    const build::BuildState& state,
    const build::Request& request,
    const base::Log& log) {
    for (const model::Function& function : application.functions()) {
        const auto placed = state.artifacts.find(function.logical_id);
        if (placed == state.artifacts.end() || !placed->second.image.empty()) {
            continue;
        }
        std::vector<build::NamedSize> sizes{{function.logical_id, placed->second.size}};
        for (const std::string& arn : function.layers) {
            const model::Layer* layer = application.find_layer(arn);
            if (auto size = layer == nullptr ? std::nullopt : size_of(*layer, state, request)) {
                sizes.push_back({layer->logical_id, std::move(*size)});
            }
        }
        build::report_size(function.logical_id, sizes, log);
    }
}

base::Result<BuildResult> build_once(
    const BuildOptions& options,
    const base::Log& given_log,
    const os::Cancellation& cancel,
    std::vector<fs::path>& paths) {
    const Strictness strictness(options.strict, given_log);
    const base::Log& log = strictness.log();
    const auto began = std::chrono::steady_clock::now();
    LoadArguments load = options.load;
    load.whatever_condition = true;
    TRY_ASSIGN(auto application, load_application(load, false));
    const std::vector<std::string> known = buildable(application);
    check_ids("--exclude", options.exclude, "resource", known, log);
    check_ids("--build-image", named_resources(options.containers.images), "resource", known, log);
    TRY_ASSIGN(auto made, plan_build(application, options, log));
    report_faults(application, made.failures, log);
    TRY(strictness.check());
    const build::Request& request = made.request;
    add_paths(application, request, paths);
    EngineImageBuilder images;
    TRY_ASSIGN(auto built, build::build(request, &images, log, cancel));
    Templates templates(
        built.artifacts(), request.build_dir, missing_node_options(application, log));
    templates.add(application);
    for (const auto& more : {made.failures, templates.failures()}) {
        for (const build::Failure& failure : more) {
            built.add_failure(failure);
        }
    }
    for (const auto& [id, placed] : built.state().artifacts) {
        paths.insert(paths.end(), placed.outside.begin(), placed.outside.end());
    }
    report_sizes(application, built.state(), request, log);
    BuildResult result;
    result.artifacts = shown(request.build_dir);
    result.template_file = shown(request.build_dir / template_name);
    result.done = built.done();
    result.failures = built.failures();
    result.former_stays = !result.failures.empty() && built.has_former();
    result.placed = built.may_be_placed();
    TRY(result.placed ? built.commit(templates.texts()) : built.keep());
    result.time = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began);
    return result;
}

} // namespace

base::Result<BuildResult> build_application(const BuildOptions& options, const base::Log& log) {
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    std::vector<fs::path> paths;
    return build_once(options, log, cancel, paths);
}

base::Result<void> watch_and_build(
    const BuildOptions& options,
    const base::Log& log,
    const std::function<void(const base::Result<BuildResult>&)>& built) {
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    std::vector<fs::path> paths;
    built(build_once(options, log, cancel, paths));
    if (paths.empty()) {
        return base::fail("there is nothing to watch", "mend the template, then begin again");
    }
    using Moment = os::FileWatcher::Moment;
    auto watcher = os::FileWatcher::start(
        paths,
        [&](Moment) -> os::FileWatcher::Applied {
            std::vector<fs::path> more;
            if (auto result = build_once(options, log, cancel, more); !cancel.cancelled()) {
                built(result);
            }
            return {true, std::move(more), {}};
        },
        log);
    if (!watcher) {
        return tl::unexpected(std::move(watcher.error()));
    }
    log.info("Watching for changes (Press CTRL+C to quit)");
    os::wait_readable(-1, cancel);
    return {};
}

} // namespace samara::app
