#include "app/build.h"

#include "app/image_builder.h"
#include "app/spelling.h"
#include "app/strictness.h"
#include "base/strings.h"
#include "build/build.h"
#include "build/rewrite.h"
#include "data/write.h"
#include "os/file.h"
#include "os/signals.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::app {

namespace {

namespace fs = std::filesystem;

fs::path absolute(const std::string& path, std::string_view fallback) {
    std::error_code failed;
    return fs::absolute(path.empty() ? fs::path(fallback) : fs::path(path), failed)
        .lexically_normal();
}

fs::path shown(const fs::path& path) {
    std::error_code failed;
    const fs::path relative = fs::relative(path, fs::current_path(failed), failed);
    return failed || relative.empty() || relative.native().starts_with("..") ? path : relative;
}

// They do not keep the rest from being built.
void tell_faults(const Application& application, const base::Log& log) {
    for (const base::Diagnostic& diagnostic : application.diagnostics()) {
        // A build is for one runtime; what names no resource is about the whole of it.
        if (diagnostic.severity == base::Severity::error || diagnostic.error.resource.empty() ||
            diagnostic.error.property == "Runtime") {
            log.warning(to_string(diagnostic.error));
        } else {
            log.debug(to_string(diagnostic.error)); // values, which matter when it runs
        }
    }
}

// What was wanted and cannot be built, because it cannot be understood.
base::Result<void> check_all_built(const Application& application, const BuildOptions& options) {
    std::vector<std::string> missing;
    for (const auto& [function, error] : application.broken_functions()) {
        const bool excluded = std::find(options.exclude.begin(), options.exclude.end(), function) !=
                              options.exclude.end();
        if (options.function == function || (options.function.empty() && !excluded)) {
            missing.push_back(function);
        }
    }
    return missing.empty()
               ? base::Result<void>()
               : base::fail(
                     fmt::format(
                         "not built, for what is told above: {}", base::join(missing, ", ")),
                     "the rest is built; --exclude leaves out what is not meant to be");
}

std::string metadata_text(const data::Value& metadata, std::string_view name) {
    const data::Value* value = metadata.find(name);
    return value == nullptr ? std::string() : data::scalar_text(*value);
}

build::Function build_function(const model::Function& function, const fs::path& folder) {
    build::Function built;
    built.logical_id = function.logical_id;
    built.where = function.code_where.known() ? function.code_where : function.where;
    built.image = function.package_type == model::PackageType::image;
    built.runtime = function.runtime;
    built.handler = function.handler;
    built.architecture = function.architecture;
    built.metadata = function.metadata;
    const std::string source =
        built.image ? metadata_text(function.metadata, "DockerContext") : function.code;
    built.source = (folder / (source.empty() ? "." : source)).lexically_normal();
    return built;
}

build::Layer build_layer(const model::Layer& layer, const fs::path& folder) {
    build::Layer built;
    built.logical_id = layer.logical_id;
    built.source = (folder / layer.content).lexically_normal();
    built.where = layer.content_where;
    built.compatible_runtimes = layer.compatible_runtimes;
    if (const std::string architecture = metadata_text(layer.metadata, "BuildArchitecture");
        !architecture.empty()) {
        built.architecture = architecture;
    }
    built.metadata = layer.metadata;
    return built;
}

std::vector<std::string> buildable(const Application& application) {
    std::vector<std::string> ids;
    for (const model::Function& function : application.functions()) {
        ids.push_back(function.logical_id);
    }
    for (const model::Layer& layer : application.layers()) {
        ids.push_back(layer.logical_id);
    }
    return ids;
}

base::Result<build::Request>
make_request(const Application& application, const BuildOptions& options) {
    const fs::path folder =
        options.base_dir.empty() ? application.folder() : absolute(options.base_dir, "");
    build::Request request;
    for (const model::Function& function : application.functions()) {
        const bool wanted = options.function.empty() || options.function == function.logical_id;
        const bool has_code = !function.inline_code && !function.code.starts_with("s3://");
        if (wanted && has_code) {
            request.functions.push_back(build_function(function, folder));
        }
    }
    for (const model::Layer& layer : application.layers()) {
        if (options.function.empty() || options.function == layer.logical_id) {
            request.layers.push_back(build_layer(layer, folder));
        }
    }
    if (!options.function.empty() && request.functions.empty() && request.layers.empty()) {
        auto missing = application.require_function(options.function);
        if (!missing) {
            return base::fail(std::move(missing).error());
        }
    }
    request.build_dir = absolute(options.build_dir, ".aws-sam/build");
    request.cache_dir = absolute(options.cache_dir, ".aws-sam/cache");
    if (!options.manifest.empty()) {
        request.manifest = absolute(options.manifest, "");
    }
    request.exclude = {options.exclude.begin(), options.exclude.end()};
    request.whole = options.function.empty();
    request.cached = options.cached;
    request.parallel = options.parallel;
    request.build_in_source = options.build_in_source;
    return request;
}

} // namespace

base::Result<BuildResult>
build_application(const BuildOptions& options, const base::Log& given_log) {
    const Strictness strictness(options.strict, given_log);
    const base::Log& log = strictness.log();
    auto application = load_application(options.load, false);
    if (!application) {
        return base::fail(std::move(application).error());
    }
    tell_faults(*application, log);
    if (auto strict = strictness.check(); !strict) {
        return base::fail(std::move(strict).error());
    }
    check_ids("--exclude", options.exclude, buildable(*application), log);
    auto request = make_request(*application, options);
    if (!request) {
        return base::fail(std::move(request).error());
    }
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    EngineImageBuilder images;
    auto built = build::build(*request, &images, log, cancel);
    if (!built) {
        return base::fail(std::move(built).error());
    }
    const data::Value rewritten = build::rewrite_template(
        application->source(), built->artifacts(), application->folder(), request->build_dir);
    if (auto written = os::write_file_atomically(
            built->folder() / "template.yaml", data::write_yaml(rewritten));
        !written) {
        return base::fail(std::move(written).error());
    }
    if (auto committed = built->commit(); !committed) {
        return base::fail(std::move(committed).error());
    }
    if (auto complete = check_all_built(*application, options); !complete) {
        return base::fail(std::move(complete).error());
    }
    return BuildResult{shown(request->build_dir), shown(request->build_dir / "template.yaml")};
}

} // namespace samara::app
