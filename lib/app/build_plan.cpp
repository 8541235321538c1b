#include "app/build_plan.h"

#include "app/build_folders.h"
#include "app/load/stack_names.h"
#include "app/run/image_archive.h"
#include "app/source_maps.h"
#include "base/strings.h"
#include "base/try.h"
#include "base/usage_error.h"
#include "build/workflow.h"
#include "model/nested_stack.h"
#include "os/environment.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace samara::app {

namespace {

namespace fs = std::filesystem;

fs::path absolute(const std::string& path, std::string_view fallback) {
    std::error_code failed;
    const fs::path whole =
        fs::absolute(path.empty() ? fs::path(fallback) : fs::path(path), failed).lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path(); // "out/" is out
}

std::string metadata_text(const data::Value& metadata, std::string_view name) {
    const data::Value* value = metadata.find(name);
    return value == nullptr ? std::string() : data::scalar_text(*value);
}

bool is_remote(std::string_view code) {
    return code.find("://") != std::string_view::npos;
}

build::Function build_function(
    const Application& application, const model::Function& function, const fs::path& folder) {
    build::Function built;
    built.logical_id = function.logical_id;
    built.where = function.code_where.known() ? function.code_where : function.where;
    built.image = function.package_type == model::PackageType::image;
    built.image_archive = image_archive(application, function);
    build::Recipe& recipe = built.recipe;
    recipe.runtime = function.runtime;
    recipe.handler = function.handler;
    recipe.architecture = function.architecture;
    recipe.metadata = with_source_maps(function);
    recipe.template_folder = (folder / function.template_folder).lexically_normal();
    const fs::path source =
        built.image ? recipe.template_folder / metadata_text(function.metadata, "DockerContext")
                    : folder / (function.code.empty() ? fs::path(function.template_folder) / "."
                                                      : fs::path(function.code));
    built.source = source.lexically_normal();
    return built;
}

build::Layer build_layer(const model::Layer& layer, const fs::path& folder) {
    build::Layer built;
    built.logical_id = layer.logical_id;
    built.source = (folder / layer.content).lexically_normal();
    built.where = layer.content_where;
    built.recipe.layer = true;
    built.recipe.template_folder = (folder / layer.template_folder).lexically_normal();
    built.recipe.compatible_runtimes = layer.compatible_runtimes;
    built.recipe.metadata = layer.metadata;
    return built;
}

// A layer that is asked for by its name and says nothing of its build.
base::Error no_build_method(const model::Layer& layer) {
    base::Error error;
    error.message = fmt::format("Build method missing in layer {}.", layer.logical_id);
    error.hint =
        "say how it is built, for example Metadata: {BuildMethod: python3.13}; without it, "
        "what lies in its folder is the layer";
    error.resource = layer.logical_id;
    error.where = layer.content_where;
    return error;
}

// The ids that an id of the command line asks for: itself, and the layers of a function.
base::Result<std::set<std::string>>
wanted_ids(const Application& application, const std::string& name) {
    std::set<std::string> ids;
    if (const model::Function* function = application.find_function(name)) {
        ids.insert(function->logical_id);
        for (const std::string& arn : function->layers) {
            if (const model::Layer* layer = application.find_layer(arn)) {
                ids.insert(layer->logical_id);
            }
        }
        return ids;
    }
    for (const model::Layer& layer : application.layers()) {
        if (layer.logical_id != name && last_of(layer.logical_id) != name) {
            continue;
        }
        if (metadata_text(layer.metadata, "BuildMethod").empty()) {
            return base::fail(no_build_method(layer));
        }
        if (layer.logical_id == name) {
            return std::set{name};
        }
        ids.insert(layer.logical_id);
    }
    if (ids.size() == 1) {
        return ids;
    }
    auto missing = application.require_function(name);
    base::Error error = missing ? base::Error() : std::move(missing).error();
    if (!application.broken_functions().contains(name)) {
        error.message = fmt::format("Unable to find a function or layer with name '{}'", name);
    }
    std::vector<std::string> layers;
    for (const model::Layer& layer : application.layers()) {
        layers.push_back(layer.logical_id);
    }
    if (!layers.empty()) {
        error.hint += fmt::format("; layers: {}", base::join(layers, ", "));
    }
    return base::fail(std::move(error));
}

// Those of the command line and, for an id without its stack, of every stack that has one.
std::set<std::string>
excluded_ids(const Application& application, const std::vector<std::string>& given) {
    std::set<std::string> ids(given.begin(), given.end());
    const auto add = [&](const std::string& path) {
        if (std::find(given.begin(), given.end(), last_of(path)) != given.end()) {
            ids.insert(path);
        }
    };
    for (const model::Function& function : application.functions()) {
        add(function.logical_id);
    }
    for (const model::Layer& layer : application.layers()) {
        add(layer.logical_id);
    }
    for (const auto& [path, reason] : application.broken_functions()) {
        add(path);
    }
    return ids;
}

void add_functions(
    const Application& application,
    const fs::path& folder,
    const std::optional<std::set<std::string>>& wanted,
    const base::Log& log,
    build::Request& request) {
    for (const model::Function& function : application.functions()) {
        if (function.inline_code || (wanted && !wanted->contains(function.logical_id)) ||
            request.exclude.contains(function.logical_id)) {
            continue;
        }
        if (is_remote(function.code)) {
            log.info(fmt::format(
                "Skip building {}: its code is in S3 ({})", function.logical_id, function.code));
            continue;
        }
        request.functions.push_back(build_function(application, function, folder));
    }
}

void add_layers(
    const Application& application,
    const fs::path& folder,
    const std::optional<std::set<std::string>>& wanted,
    const base::Log& log,
    build::Request& request) {
    for (const model::Layer& layer : application.layers()) {
        if ((wanted && !wanted->contains(layer.logical_id)) ||
            request.exclude.contains(layer.logical_id)) {
            continue;
        }
        if (is_remote(layer.content)) {
            log.info(fmt::format(
                "Skip building {}: its content is in S3 ({})", layer.logical_id, layer.content));
            continue;
        }
        request.layers.push_back(build_layer(layer, folder));
    }
}

// A layer without BuildMethod asks for nothing.
bool needs_build(std::string_view type, const data::Value& resource) {
    const data::Value* metadata = resource.find("Metadata");
    return model::is_function_type(type) ||
           (model::is_layer_type(type) && metadata != nullptr &&
            metadata->find("BuildMethod") != nullptr) ||
           model::is_nested_stack(type);
}

// Applications of the repository and templates on the web are nobody's to build.
void report_remote_stacks(Application& application, const base::Log& log) {
    std::string list;
    application.for_each_stack([&](Application& stack) {
        const std::string prefix = stack.stack_path().empty() ? "" : stack.stack_path() + "/";
        for (const data::Entry& resource : *stack.sections().resources) {
            const data::Value* type = resource.value.find("Type");
            base::Diagnostics wrong;
            if (type != nullptr && model::is_nested_stack(type->text()) &&
                !model::read_nested_stack(resource.key, resource.value, wrong) && wrong.empty()) {
                list += fmt::format("\n- {}{}", prefix, resource.key);
            }
        }
    });
    if (!list.empty()) {
        log.info(fmt::format(
            "Nested stacks whose templates are not files here are left as they are:{}", list));
    }
}

// SAM makes resources of these names.
void warn_of_reserved_ids(const Application& application, const base::Log& log) {
    const data::Value* resources = application.source().find("Resources");
    if (resources == nullptr || application.source().find("Transform") == nullptr) {
        return;
    }
    for (const std::string_view id : {"ServerlessRestApi", "ServerlessHttpApi"}) {
        if (resources->find(id) != nullptr) {
            log.warning(fmt::format(
                "{} is the logical id of the API that SAM makes of events; give the resource "
                "another one",
                id));
        }
    }
}

// An image that comes from elsewhere, though nobody says yet from where.
bool lacks_image(const data::Value& resource) {
    const data::Value* properties = resource.find("Properties");
    const data::Value* package = properties == nullptr ? nullptr : properties->find("PackageType");
    const data::Value* metadata = resource.find("Metadata");
    const auto described = [&](std::string_view key) {
        return metadata != nullptr && metadata->find(key) != nullptr;
    };
    return package != nullptr && package->text() == "Image" &&
           properties->find("ImageUri") == nullptr && properties->find("Code") == nullptr &&
           !described("Dockerfile") && !described("DockerContext");
}

bool is_known(const Application& application, const std::string& path) {
    const auto has_id = [&](const auto& part) { return part.logical_id == path; };
    return std::any_of(application.functions().begin(), application.functions().end(), has_id) ||
           std::any_of(application.layers().begin(), application.layers().end(), has_id);
}

// A resource that needs building and that nobody understood, with what was said of it.
void add_failures(
    Application& application,
    const base::Diagnostics& diagnostics,
    const std::set<std::string>& exclude,
    const base::Log& log,
    std::vector<build::Failure>& failures) {
    application.for_each_stack([&](Application& stack) {
        const std::string prefix = stack.stack_path().empty() ? "" : stack.stack_path() + "/";
        const data::Value* resources = stack.source().find("Resources");
        if (resources == nullptr || !resources->is_map()) {
            return;
        }
        const auto nested = stack.nested();
        for (const data::Entry& resource : *resources->as_map()) {
            const std::string path = prefix + resource.key;
            const data::Value* type = resource.value.find("Type");
            const bool loaded = std::any_of(nested.begin(), nested.end(), [&](const auto& entry) {
                return entry.first == resource.key;
            });
            if (type == nullptr || !needs_build(type->text(), resource.value) || loaded ||
                is_known(application, path) || exclude.contains(path)) {
                continue;
            }
            if (model::is_function_type(type->text()) && lacks_image(resource.value)) {
                log.info(fmt::format(
                    "Skip Building {} function, as it is missing either Dockerfile or "
                    "DockerContext metadata properties.",
                    path));
                continue;
            }
            const auto broken = application.broken_functions().find(path);
            if (broken != application.broken_functions().end()) {
                failures.push_back({path, broken->second});
                continue;
            }
            const auto said = std::find_if(
                diagnostics.begin(), diagnostics.end(), [&](const base::Diagnostic& diagnostic) {
                    return diagnostic.severity == base::Severity::error &&
                           diagnostic.error.resource == path;
                });
            if (said != diagnostics.end()) {
                failures.push_back({path, said->error});
            }
        }
    });
}

// "debug", or not set.
base::Result<void> check_build_mode() {
    const std::string mode = os::variable(build::build_mode_variable).value_or(std::string());
    if (mode.empty() || build::is_debug_build()) {
        return {};
    }
    return base::fail(base::usage_error(
        fmt::format("environment variable {} is '{}'", build::build_mode_variable, mode),
        "set it to debug, for programs that a debugger is to look into, or not at all"));
}

} // namespace

base::Result<BuildPlan>
plan_build(Application& application, const BuildOptions& options, const base::Log& log) {
    const fs::path folder =
        options.base_dir.empty() ? application.folder() : absolute(options.base_dir, "");
    TRY(check_build_mode());
    BuildPlan made;
    build::Request& request = made.request;
    request.exclude = excluded_ids(application, options.exclude);
    std::optional<std::set<std::string>> wanted;
    if (!options.function.empty()) {
        TRY_ASSIGN(auto ids, wanted_ids(application, options.function));
        for (const std::string& id : ids) {
            if (request.exclude.erase(id) > 0) { // what is asked for is not left out
                log.warning(fmt::format(
                    "{} is built although it is excluded: it was asked for by name", id));
            }
        }
        wanted = std::move(ids);
    }
    add_functions(application, folder, wanted, log, request);
    add_layers(application, folder, wanted, log, request);
    warn_of_reserved_ids(application, log);
    if (!wanted) {
        report_remote_stacks(application, log);
        add_failures(application, application.diagnostics(), request.exclude, log, made.failures);
    }
    request.build_dir = absolute(options.build_dir, ".aws-sam/build");
    request.cache_dir = absolute(options.cache_dir, ".aws-sam/cache");
    if (!options.manifest.empty()) {
        request.manifest = absolute(options.manifest, "");
        std::error_code ignored;
        if (!fs::is_regular_file(request.manifest, ignored)) {
            log.warning(fmt::format("--manifest: there is no file {}", options.manifest));
        }
    }
    TRY_ASSIGN(auto containers, build_containers(options.containers, log));
    request.containers = std::move(containers);
    request.whole = !wanted;
    request.cached = options.cached.value_or(false);
    // Links are looked at while their folder is copied: what is refused may be in the last build.
    request.anew = !options.cached.value_or(true) || !options.follow_links;
    request.parallel = options.parallel;
    request.build_in_source = options.build_in_source;
    request.follow_links = options.follow_links;
    request.buildkit = options.buildkit;
    request.progress = options.progress;
    application.for_each_stack(
        [&](Application& stack) { request.templates.push_back(stack.template_file()); });
    TRY(settle_build_folders(folder, log, request));
    return made;
}

} // namespace samara::app
