#include "app/plan.h"

#include "os/file.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::app {

namespace {

std::filesystem::path absolute_from(const std::filesystem::path& folder, const std::string& path) {
    return (folder / path).lexically_normal();
}

// What tells one version of a folder from another without reading the files: how many there are and
// when one last changed.
std::string stamp_of(const std::filesystem::path& folder) {
    std::error_code failed;
    std::size_t entries = 0;
    std::filesystem::file_time_type newest = std::filesystem::file_time_type::min();
    for (std::filesystem::recursive_directory_iterator it(folder, failed), end;
         !failed && it != end;
         it.increment(failed)) {
        ++entries;
        std::error_code gone;
        newest = std::max(newest, it->last_write_time(gone));
    }
    return fmt::format("{}/{}", entries, newest.time_since_epoch().count());
}

std::string fingerprint_of(const model::Function& function, const engine::EnvironmentSpec& spec) {
    std::string text = fmt::format(
        "{}|{}|{}|{}|{}|{}|{}|{}",
        function.runtime,
        function.handler,
        function.architecture,
        spec.memory_mb,
        spec.timeout_seconds,
        spec.ephemeral_storage_mb,
        function.image_uri,
        spec.invoke_image);
    for (const auto& [name, value] : spec.environment) {
        text += fmt::format("|{}={}", name, value);
    }
    if (const auto* zip = std::get_if<engine::ZipPackage>(&spec.package)) {
        text += fmt::format("|{}:{}", zip->code.string(), stamp_of(zip->code));
    }
    for (const engine::Layer& layer : spec.layers) {
        text += fmt::format("|{}:{}", layer.folder.string(), stamp_of(layer.folder));
    }
    return text;
}

base::Error
at(const model::Function& function, base::Location where, std::string message, std::string hint) {
    base::Error error;
    error.message = std::move(message);
    error.hint = std::move(hint);
    error.where = std::move(where);
    error.resource = function.logical_id;
    return error;
}

} // namespace

Planner::Planner(
    RunOptions options, VariableOverrides overrides, Credentials credentials, base::Log log)
    : options_(std::move(options)), overrides_(std::move(overrides)),
      credentials_(std::move(credentials)), log_(std::move(log)) {}

base::Result<Planner>
Planner::make(const Application& application, RunOptions options, base::Log log) {
    VariableOverrides overrides;
    if (!options.env_vars.empty()) {
        auto read = VariableOverrides::read(options.env_vars);
        if (!read) {
            return base::fail(std::move(read).error());
        }
        overrides = std::move(*read);
    }
    auto credentials = find_credentials(options.profile);
    if (!credentials) {
        return base::fail(std::move(credentials).error());
    }
    if (!options.debug_function.empty() &&
        application.find_function(options.debug_function) == nullptr) {
        auto missing = application.require_function(options.debug_function);
        return base::fail(std::move(missing).error());
    }
    return Planner(
        std::move(options), std::move(overrides), std::move(*credentials), std::move(log));
}

base::Result<invoke::FunctionPlan>
Planner::plan(const Application& application, const model::Function& function) {
    invoke::FunctionPlan plan;
    engine::EnvironmentSpec& spec = plan.spec;
    spec.function = function.logical_id;
    spec.runtime = function.runtime;
    spec.handler = function.handler;
    spec.architecture = function.architecture;
    if (function.package_type == model::PackageType::image) {
        if (function.image_uri.empty()) {
            return base::fail(
                at(function,
                   function.where,
                   fmt::format("'{}' has no image yet", function.logical_id),
                   "run samara build first, or give ImageUri"));
        }
        spec.package = engine::ImagePackage{
            function.image_uri,
            function.image_config.entry_point,
            function.image_config.command,
            function.image_config.working_directory};
    } else {
        auto folder = code_folder(application, function);
        if (!folder) {
            return base::fail(std::move(folder).error());
        }
        spec.package = engine::ZipPackage{std::move(*folder)};
    }
    for (const std::string& arn : function.layers) {
        auto found = layer(application, function, arn);
        if (!found) {
            return base::fail(std::move(found).error());
        }
        spec.layers.push_back(std::move(*found));
    }
    spec.environment =
        function_variables(function, overrides_, credentials_, application.region(), log_);
    if (function.inline_code) {
        spec.handler = "index" + (function.handler.find('.') == std::string::npos
                                      ? std::string(".handler")
                                      : function.handler.substr(function.handler.find('.')));
        spec.environment["_HANDLER"] = spec.handler;
    }
    spec.memory_mb = function.memory_mb;
    spec.timeout_seconds = function.timeout_seconds;
    spec.ephemeral_storage_mb = function.ephemeral_storage_mb;
    spec.memory_limit = options_.memory_limit;
    spec.network = options_.network;
    if (!options_.debug_ports.empty() &&
        (options_.debug_function.empty() || options_.debug_function == function.logical_id)) {
        spec.debug =
            engine::DebugSpec{options_.debug_ports, options_.debug_args, options_.debugger_path};
    }
    spec.invoke_image = invoke_image(function);
    spec.skip_pull_image = options_.skip_pull_image;
    spec.force_image_build = options_.force_image_build;
    spec.classic_image_check = options_.classic_image_check;
    spec.mount_symlinks = options_.mount_symlinks;
    plan.reserved_concurrency = function.reserved_concurrency;
    plan.fingerprint = fingerprint_of(function, spec);
    return plan;
}

base::Result<std::filesystem::path>
Planner::code_folder(const Application& application, const model::Function& function) {
    if (function.inline_code) {
        return inline_code(function);
    }
    const std::filesystem::path& base = options_.docker_volume_basedir;
    const std::filesystem::path folder = absolute_from(
        base.empty() ? application.folder() : base, function.code.empty() ? "." : function.code);
    std::error_code failed;
    if (std::filesystem::is_directory(folder, failed)) {
        return std::filesystem::canonical(folder, failed);
    }
    const bool remote = function.code.starts_with("s3://");
    return base::fail(
        at(function,
           function.code_where.known() ? function.code_where : function.where,
           std::filesystem::exists(folder, failed)
               ? fmt::format(
                     "CodeUri '{}' of '{}' is not a folder", function.code, function.logical_id)
               : fmt::format(
                     "CodeUri '{}' of '{}' does not exist", function.code, function.logical_id),
           remote ? "code that is in S3 cannot be run here; use the local folder"
                  : fmt::format("it is looked for at {}", folder.string())));
}

// Lambda keeps inline code in a file called index.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-code.html
base::Result<std::filesystem::path> Planner::inline_code(const model::Function& function) {
    auto folder = os::TempDir::create("inline");
    if (!folder) {
        return base::fail(std::move(folder).error());
    }
    const std::string_view name = function.runtime.starts_with("nodejs") ? "index.js" : "index.py";
    if (auto written = os::write_file_atomically(folder->path() / name, *function.inline_code);
        !written) {
        return base::fail(std::move(written).error());
    }
    temporary_.push_back(std::move(*folder));
    return temporary_.back().path();
}

base::Result<engine::Layer> Planner::layer(
    const Application& application, const model::Function& function, const std::string& arn) const {
    const model::Layer* local = application.find_layer(arn);
    if (local == nullptr) {
        return base::fail(
            at(function,
               function.where,
               fmt::format("layer '{}' of '{}' is not in this template", arn, function.logical_id),
               "add it as an AWS::Serverless::LayerVersion with the folder of its content"));
    }
    const std::filesystem::path folder = absolute_from(application.folder(), local->content);
    std::error_code failed;
    if (!std::filesystem::is_directory(folder, failed)) {
        return base::fail(at(
            function,
            local->content_where,
            fmt::format(
                "ContentUri '{}' of layer '{}' is not a folder", local->content, local->logical_id),
            fmt::format("it is looked for at {}", folder.string())));
    }
    return engine::Layer{local->name, std::filesystem::canonical(folder, failed), true};
}

std::string Planner::invoke_image(const model::Function& function) const {
    std::string image;
    for (const std::string& given : options_.invoke_images) {
        const std::size_t equals = given.find('=');
        if (equals == std::string::npos) {
            image = image.empty() ? given : image;
        } else if (
            given.substr(0, equals) == function.logical_id ||
            given.substr(0, equals) == function.name) {
            image = given.substr(equals + 1);
        }
    }
    return image;
}

} // namespace samara::app
