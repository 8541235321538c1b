#include "app/run/plan.h"

#include "app/load/spelling.h"
#include "app/run/build_notice.h"
#include "app/run/fingerprint.h"
#include "app/run/function_error.h"
#include "app/run/image_archive.h"
#include "app/run/quotas.h"
#include "aws/arn.h"
#include "base/strings.h"
#include "base/try.h"
#include "model/runtimes.h"
#include "os/file.h"

#include <utility>

#include <fmt/format.h>

namespace samara::app {

namespace {

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
    std::shared_ptr<aws_client::CallerCredentials> credentials,
    LayerVersions layer_versions,
    base::Log log,
    os::Cancellation cancel)
    : options_(std::move(options)), overrides_(std::move(overrides)),
      debug_variables_(std::move(debug_variables)), credentials_(std::move(credentials)),
      layer_versions_(std::move(layer_versions)), log_(log), cancel_(cancel),
      code_folders_(std::move(log), std::move(cancel)) {}

base::Result<Planner> Planner::make(
    const Application& application, RunOptions options, base::Log log, os::Cancellation cancel) {
    auto overrides = read_variables(options.env_vars, VariableOverrides::Shape::by_function, log);
    auto debug_variables =
        read_variables(options.container_env_vars, VariableOverrides::Shape::flat_too, log);
    if (!overrides || !debug_variables) {
        return base::fail(overrides ? debug_variables.error() : overrides.error());
    }
    check_variables(*overrides, application, log);
    if (options.debug.ports.empty() && !options.container_env_vars.empty()) {
        log.warning("--container-env-vars is for debugging: without --debug-port it is not used");
    }
    TRY_ASSIGN(
        auto credentials,
        aws_client::CallerCredentials::open(
            {.region = application.region(),
             .profile = options.profile,
             .ask_secret = options.ask_secret,
             .cancel = cancel},
            log));
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
            return base::fail(function_error(
                function,
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
        TRY_ASSIGN(
            auto folder,
            code_folders_.of_function(
                application, function, spec.runtime, options_.docker_volume_basedir));
        spec.package = engine::ZipPackage{std::move(folder)};
    }
    if (auto layers = plan_layers(application, function, plan); !layers) {
        return base::fail(
            about_function(std::move(layers).error(), function, function.layers_where));
    }
    spec.environment = function_variables(function, overrides_, application.region());
    if (!options_.lambda_endpoint.empty()) { // unless the function has an endpoint of its own
        spec.environment.emplace("AWS_ENDPOINT_URL_LAMBDA", options_.lambda_endpoint);
    }
    if (!options_.connections_endpoint.empty()) {
        spec.environment.emplace(
            "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", options_.connections_endpoint);
    }
    if (function.inline_code) {
        spec.handler = "index" + (function.handler.find('.') == std::string::npos
                                      ? std::string(".handler")
                                      : function.handler.substr(function.handler.find('.')));
        spec.environment["_HANDLER"] = spec.handler;
    }
    if (function.durable) {
        log_.warning(fmt::format(
            "'{}' is durable (DurableConfig): executions are not kept here, each call runs it from "
            "the beginning with the event as it is",
            function.logical_id));
    }
    apply_quotas(function, options_.limits, spec, log_);
    spec.environment["AWS_LAMBDA_FUNCTION_TIMEOUT"] = fmt::format("{}", spec.timeout_seconds);
    spec.environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = fmt::format("{}", spec.memory_mb);
    spec.memory_limit = options_.memory_limit;
    spec.limits = options_.limits;
    spec.network = options_.network;
    if (!options_.debug.ports.empty() &&
        (options_.debug_function.empty() || options_.debug_function == function.logical_id)) {
        warn_of_idle_debugger(function, spec.runtime);
        spec.debug = options_.debug;
        spec.debug->environment = debug_variables_.of(function);
    }
    spec.invoke_image = invoke_image(function);
    spec.image_check = options_.image_check;
    spec.mount_symlinks = options_.mount_symlinks;
    plan.reserved_concurrency = function.reserved_concurrency;
    plan.provisioned_concurrency = function.provisioned_concurrency;
    plan.tenants = function.tenants;
    plan.events = event_policy(application, function);
    plan.fingerprint = fingerprint_of(function, spec);
    // Not before an environment starts: most commands start few, and credentials expire.
    plan.prepare = [before = std::move(plan.prepare), credentials = credentials_](
                       engine::EnvironmentSpec& started) -> base::Result<void> {
        if (before) {
            TRY(before(started));
        }
        add_credentials(started.environment, credentials->now());
        return {};
    };
    return plan;
}

// The others listen at the port by themselves.
void Planner::warn_of_idle_debugger(const model::Function& function, std::string_view runtime) {
    if (model::runtime_family(runtime) != "python" || !options_.debug.args.empty()) {
        return;
    }
    log_.warning(fmt::format(
        "--debug-port: no debugger listens in {} ({}), since Python needs --debug-args; write for "
        "example --debug-args \"-m debugpy --listen 0.0.0.0:{} --wait-for-client\" and add debugpy "
        "to the function's packages",
        function.logical_id,
        runtime,
        options_.debug.ports.front()));
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
            cannot_run(function, error); // reported with the other faults of the template
        }
    }
    return plans;
}

const std::string& Planner::runtime_of(const model::Function& function) const {
    return options_.runtime.empty() ? function.runtime : options_.runtime;
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
