#include "app/run/plan.h"

#include "app/load/spelling.h"
#include "app/run/build_notice.h"
#include "app/run/image_archive.h"
#include "app/run/quotas.h"
#include "app/run/unpack.h"
#include "aws/arn.h"
#include "base/strings.h"
#include "base/try.h"
#include "model/code_file.h"
#include "model/limits.h"
#include "os/file.h"
#include "os/tree_state.h"

#include <memory>
#include <mutex>
#include <variant>

#include <fmt/format.h>

namespace samara::app {

namespace {

std::filesystem::path absolute_from(const std::filesystem::path& folder, const std::string& path) {
    return (folder / path).lexically_normal();
}

// Empty for a folder that cannot be read: the engine will tell.
std::string stamp_of(const std::filesystem::path& folder) {
    const auto state = os::tree_state(folder);
    return state ? state->digest : std::string();
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
    if (const auto* image = std::get_if<engine::ImagePackage>(&spec.package)) {
        text += fmt::format("|{}|{}", image->image, image->working_directory);
        for (const auto* words : {&image->entry_point, &image->command}) {
            text += fmt::format("|{}", base::join(*words, "\n"));
        }
    }
    text += fmt::format("|{}", function.reserved_concurrency.value_or(UINT32_MAX));
    for (const auto& [name, value] : spec.environment) {
        text += fmt::format("|{}={}", name, value);
    }
    if (const auto* zip = std::get_if<engine::ZipPackage>(&spec.package)) {
        text += fmt::format("|{}:{}", zip->code.string(), stamp_of(zip->code));
    }
    for (const std::string& layer : function.layers) { // those that are not there yet, too
        text += fmt::format("|{}", layer);
    }
    for (const engine::Layer& layer : spec.layers) {
        text += fmt::format("|{}:{}", layer.folder.string(), stamp_of(layer.folder));
    }
    return text;
}

// Where and of what it is, unless the error knows better.
base::Error about(base::Error error, const model::Function& function, const base::Location& where) {
    if (!error.where.known()) {
        error.where = where;
        error.resource = function.logical_id;
    }
    return error;
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

// A layer that is there, or one that has to be fetched.
using PlannedLayer = std::variant<engine::Layer, model::LayerVersionArn>;

base::Result<std::vector<engine::Layer>> find_layers(
    const std::vector<PlannedLayer>& planned,
    const LayerVersions& versions,
    const aws_client::Credentials& credentials,
    const os::Cancellation& cancel) {
    std::vector<engine::Layer> layers;
    for (const PlannedLayer& layer : planned) {
        if (const auto* local = std::get_if<engine::Layer>(&layer)) {
            layers.push_back(*local);
            continue;
        }
        const auto& version = std::get<model::LayerVersionArn>(layer);
        TRY_ASSIGN(auto folder, versions.folder(version, credentials, cancel));
        layers.push_back({cache_name(version), std::move(folder), false});
    }
    return layers;
}

std::optional<base::Error>
too_large(const model::Function& function, const std::vector<engine::Layer>& layers) {
    const std::uint64_t most = model::limits().unzipped_bytes;
    std::uint64_t bytes = 0;
    for (const engine::Layer& layer : layers) {
        const auto state = os::tree_state(layer.folder);
        bytes += state ? state->bytes : 0;
    }
    if (bytes <= most) {
        return std::nullopt;
    }
    return at(
        function,
        function.layers_where,
        fmt::format(
            "the layers of '{}' are {} MB together, and Lambda takes {} MB with the code",
            function.logical_id,
            bytes >> 20U,
            most >> 20U),
        "AWS refuses this at deployment; leave out what the function does not need, or make it an "
        "Image function");
}

base::Result<VariableOverrides> read_variables(
    const std::filesystem::path& file, VariableOverrides::Shape shape, const base::Log& log) {
    if (file.empty()) {
        return VariableOverrides();
    }
    base::Diagnostics warnings;
    auto variables = VariableOverrides::read(file, shape, &warnings);
    for (const base::Diagnostic& warning : warnings) {
        log.warning(base::to_string(warning.error));
    }
    return variables;
}

invoke::Destination destination(const Application& application, const std::string& arn) {
    const model::Function* function = arn.find(":function:") == std::string::npos
                                          ? nullptr
                                          : application.find_function(model::function_name_of(arn));
    return {arn, function == nullptr ? std::string() : function->logical_id};
}

invoke::EventPolicy event_policy(const Application& application, const model::Function& function) {
    return {
        aws::local_arn(
            "lambda", application.region(), fmt::format("function:{}:$LATEST", function.name)),
        function.events.max_retries,
        std::chrono::seconds(function.events.max_age_seconds),
        destination(application, function.events.on_success),
        destination(application, function.events.on_failure),
        destination(application, function.dead_letter)};
}

} // namespace

Planner::Planner(
    RunOptions options,
    VariableOverrides overrides,
    VariableOverrides debug_variables,
    aws_client::Credentials credentials,
    LayerVersions layer_versions,
    base::Log log,
    os::Cancellation cancel)
    : options_(std::move(options)), overrides_(std::move(overrides)),
      debug_variables_(std::move(debug_variables)), credentials_(std::move(credentials)),
      layer_versions_(std::move(layer_versions)), log_(std::move(log)), cancel_(std::move(cancel)) {
}

base::Result<Planner> Planner::make(
    const Application& application, RunOptions options, base::Log log, os::Cancellation cancel) {
    auto overrides = read_variables(options.env_vars, VariableOverrides::Shape::by_function, log);
    auto debug_variables =
        read_variables(options.container_env_vars, VariableOverrides::Shape::flat_too, log);
    if (!overrides || !debug_variables) {
        return base::fail(overrides ? debug_variables.error() : overrides.error());
    }
    check_variables(*overrides, application, log);
    if (options.debug_ports.empty() && !options.container_env_vars.empty()) {
        log.warning("--container-env-vars is for debugging: without --debug-port it is not used");
    }
    TRY_ASSIGN(auto credentials, aws_client::find_credentials(options.profile));
    if (!options.debug_function.empty()) {
        TRY_ASSIGN(auto debugged, application.require_function(options.debug_function));
        options.debug_function = debugged->logical_id;
    }
    TRY_ASSIGN(
        auto layer_versions,
        LayerVersions::make(
            options.layer_archives, options.layer_cache_basedir, options.profile, log));
    return Planner(
        std::move(options),
        std::move(*overrides),
        std::move(*debug_variables),
        std::move(credentials),
        std::move(layer_versions),
        std::move(log),
        std::move(cancel));
}

base::Result<invoke::FunctionPlan>
Planner::plan(const Application& application, const model::Function& function) {
    TRY(check_was_built(function));
    invoke::FunctionPlan plan;
    engine::EnvironmentSpec& spec = plan.spec;
    spec.function = function.logical_id;
    spec.runtime = runtime_of(function);
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
        engine::ImagePackage image{
            function.image_uri,
            function.image_config.entry_point,
            function.image_config.command,
            function.image_config.working_directory,
            image_archive(application, function)};
        if (!image.archive.empty()) {
            image.image = archive_image_name(image.archive);
        }
        spec.package = std::move(image);
    } else {
        TRY_ASSIGN(auto folder, code_folder(application, function));
        spec.package = engine::ZipPackage{std::move(folder)};
    }
    if (auto layers = plan_layers(application, function, plan); !layers) {
        return base::fail(about(std::move(layers).error(), function, function.layers_where));
    }
    spec.environment = function_variables(function, overrides_, credentials_, application.region());
    if (!options_.lambda_endpoint.empty()) { // unless the function has an endpoint of its own
        spec.environment.emplace("AWS_ENDPOINT_URL_LAMBDA", options_.lambda_endpoint);
    }
    if (function.inline_code) {
        spec.handler = "index" + (function.handler.find('.') == std::string::npos
                                      ? std::string(".handler")
                                      : function.handler.substr(function.handler.find('.')));
        spec.environment["_HANDLER"] = spec.handler;
    }
    apply_quotas(function, options_.limits, spec, log_);
    spec.environment["AWS_LAMBDA_FUNCTION_TIMEOUT"] = fmt::format("{}", spec.timeout_seconds);
    spec.environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = fmt::format("{}", spec.memory_mb);
    spec.memory_limit = options_.memory_limit;
    spec.limits = options_.limits;
    spec.network = options_.network;
    if (!options_.debug_ports.empty() &&
        (options_.debug_function.empty() || options_.debug_function == function.logical_id)) {
        warn_of_idle_debugger(function, spec.runtime);
        spec.debug = engine::DebugSpec{
            options_.debug_ports,
            options_.debug_args,
            options_.debugger_path,
            debug_variables_.of(function)};
    }
    spec.invoke_image = invoke_image(function);
    spec.skip_pull_image = options_.skip_pull_image;
    spec.force_image_build = options_.force_image_build;
    spec.classic_image_check = options_.classic_image_check;
    spec.mount_symlinks = options_.mount_symlinks;
    plan.reserved_concurrency = function.reserved_concurrency;
    plan.provisioned_concurrency = function.provisioned_concurrency;
    plan.tenants = function.tenants;
    plan.events = event_policy(application, function);
    plan.fingerprint = fingerprint_of(function, spec);
    return plan;
}

// The others listen at the port by themselves.
void Planner::warn_of_idle_debugger(const model::Function& function, std::string_view runtime) {
    if (!runtime.starts_with("python") || !options_.debug_args.empty()) {
        return;
    }
    log_.warning(fmt::format(
        "--debug-port: no debugger listens in {} ({}), since Python needs --debug-args; write for "
        "example --debug-args \"-m debugpy --listen 0.0.0.0:{} --wait-for-client\" and add debugpy "
        "to the function's packages",
        function.logical_id,
        runtime,
        options_.debug_ports.front()));
}

invoke::FunctionPlans
Planner::plan_all(const Application& application, const std::set<std::string>& chosen) {
    invoke::FunctionPlans plans;
    const auto wanted = [&](const std::string& function) {
        return chosen.empty() || chosen.contains(function);
    };
    const auto cannot_run = [&](const std::string& function, const base::Error& error) {
        invoke::FunctionPlan plan;
        plan.spec.function = function;
        plan.fault = error;
        plan.fingerprint = to_string(error);
        plans.emplace(function, std::move(plan));
    };
    for (const model::Function& function : application.functions()) {
        if (!wanted(function.logical_id)) {
            continue;
        }
        auto plan = this->plan(application, function);
        if (plan) {
            plans.emplace(function.logical_id, std::move(*plan));
            continue;
        }
        log_.warning(to_string(plan.error()));
        cannot_run(function.logical_id, plan.error());
    }
    for (const auto& [function, error] : application.broken_functions()) {
        if (wanted(function)) {
            cannot_run(function, error); // told with the other faults of the template
        }
    }
    return plans;
}

const std::string& Planner::runtime_of(const model::Function& function) const {
    return options_.runtime.empty() ? function.runtime : options_.runtime;
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
    const bool no_code = std::filesystem::is_regular_file(folder, failed) &&
                         !model::is_archive(folder) &&
                         !model::is_code_file(folder, runtime_of(function));
    auto found = no_code ? base::Result<std::optional<std::filesystem::path>>(std::nullopt)
                         : content_folder(folder);
    if (!found) {
        return base::fail(about(
            std::move(found).error(),
            function,
            function.code_where.known() ? function.code_where : function.where));
    }
    if (*found) {
        return std::move(**found);
    }
    const bool remote = function.code.starts_with("s3://");
    return base::fail(
        at(function,
           function.code_where.known() ? function.code_where : function.where,
           std::filesystem::exists(folder, failed)
               ? fmt::format(
                     "CodeUri '{}' of '{}' is neither a folder nor a zip archive nor code of "
                     "runtime {}",
                     function.code,
                     function.logical_id,
                     runtime_of(function))
               : fmt::format(
                     "CodeUri '{}' of '{}' does not exist", function.code, function.logical_id),
           remote ? "code that is in S3 cannot be run here; use the local folder"
                  : fmt::format("it is looked for at {}", folder.string())));
}

// A folder as it is, an archive's content, a folder with a file that is alone, as it is packaged;
// nothing where there is none of them.
base::Result<std::optional<std::filesystem::path>>
Planner::content_folder(const std::filesystem::path& path) {
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) {
        return std::filesystem::canonical(path, failed);
    }
    if (!model::is_archive(path)) {
        return std::filesystem::is_regular_file(path, failed)
                   ? folder_of_one(path).map([](auto folder) { return std::optional(folder); })
                   : base::Result<std::optional<std::filesystem::path>>(std::nullopt);
    }
    auto folder = unpack(path, log_, cancel_);
    return folder ? base::Result<std::optional<std::filesystem::path>>(std::move(*folder))
                  : base::fail(std::move(folder).error());
}

base::Result<std::filesystem::path> Planner::folder_of_one(const std::filesystem::path& file) {
    TRY_ASSIGN(auto folder, os::TempDir::create("code"));
    os::CopyOptions copy;
    copy.symlinks = os::SymlinkMode::follow;
    copy.cancel = cancel_;
    TRY(os::copy_tree(file, folder.path() / file.filename(), copy));
    temporary_.push_back(std::move(folder));
    return temporary_.back().path();
}

// Lambda keeps inline code in a file called index.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-function-code.html
base::Result<std::filesystem::path> Planner::inline_code(const model::Function& function) {
    TRY_ASSIGN(auto folder, os::TempDir::create("inline"));
    const std::string_view name =
        runtime_of(function).starts_with("nodejs") ? "index.js" : "index.py";
    if (auto written = os::write_file_atomically(folder.path() / name, *function.inline_code);
        !written) {
        return base::fail(std::move(written).error());
    }
    temporary_.push_back(std::move(folder));
    return temporary_.back().path();
}

// Those of the template now, the others when there is a first call.
base::Result<void> Planner::plan_layers(
    const Application& application, const model::Function& function, invoke::FunctionPlan& plan) {
    std::vector<PlannedLayer> layers;
    bool fetched = false;
    for (const std::string& arn : function.layers) {
        if (const model::Layer* local = application.find_layer(arn)) {
            TRY_ASSIGN(auto layer, local_layer(application, *local));
            log_.debug(fmt::format(
                "{}: layer {} of the template, from {}",
                function.logical_id,
                local->logical_id,
                layer.folder.string()));
            layers.emplace_back(std::move(layer));
            continue;
        }
        auto version = model::LayerVersionArn::parse(arn);
        if (!version) {
            return base::fail(
                fmt::format(
                    "layer '{}' is neither in this template nor the ARN of a layer version", arn),
                "add it as an AWS::Serverless::LayerVersion, or write its ARN with the version");
        }
        fetched = fetched || !layer_versions_.has_archive(*version);
        layers.emplace_back(std::move(*version));
    }
    const model::Limits& limits = model::limits();
    if (options_.limits && layers.size() > limits.layers) {
        base::Error error =
            at(function,
               function.layers_where,
               fmt::format(
                   "'{}' has {} layers, and Lambda takes {}",
                   function.logical_id,
                   layers.size(),
                   limits.layers),
               "AWS refuses this at deployment; put the content of several into one");
        log_.warning(to_string(error));
    }
    invoke::Preparation prepare = [function,
                                   layers = std::move(layers),
                                   versions = layer_versions_,
                                   credentials = credentials_,
                                   cancel = cancel_,
                                   log = log_,
                                   limited = options_.limits,
                                   told = std::make_shared<std::once_flag>()](
                                      engine::EnvironmentSpec& spec) -> base::Result<void> {
        auto found = find_layers(layers, versions, credentials, cancel);
        if (!found) {
            return base::fail(about(std::move(found).error(), function, function.layers_where));
        }
        if (const auto large = too_large(function, *found); limited && large) {
            std::call_once(*told, [&] { log.warning(to_string(*large)); });
        }
        spec.layers = std::move(*found);
        return {};
    };
    if (fetched) {
        plan.prepare = std::move(prepare);
        return {};
    }
    return prepare(plan.spec);
}

base::Result<engine::Layer>
Planner::local_layer(const Application& application, const model::Layer& layer) {
    const std::filesystem::path path = absolute_from(application.folder(), layer.content);
    auto folder = content_folder(path);
    base::Error error;
    if (!folder) {
        error = std::move(folder).error();
    } else if (!*folder) {
        error.message = fmt::format(
            "ContentUri '{}' of layer '{}' is neither a folder nor a zip archive",
            layer.content,
            layer.logical_id);
        error.hint = fmt::format("it is looked for at {}", path.string());
    } else {
        return engine::Layer{layer.name, std::move(**folder), true};
    }
    error.where = layer.content_where;
    error.resource = layer.logical_id;
    return base::fail(std::move(error));
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
