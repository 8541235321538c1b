#include "run_options.h"

#include "base/hint.h"
#include "base/strings.h"
#include "base/try.h"
#include "model/runtimes.h"
#include "option_rules.h"
#include "serving/page_guard.h"
#include "terminal_secret.h"

#include <charconv>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include <unistd.h>

namespace samara::cli {

namespace {

tl::unexpected<base::Error> misuse(std::string message, std::string hint = {}) {
    return base::fail(usage_error(std::move(message), std::move(hint)));
}

base::Result<void> check_runtime(const std::string& runtime) {
    if (runtime.empty() || model::find_runtime(runtime)) {
        return {};
    }
    const std::string near = model::nearest_runtime(runtime);
    return misuse(
        fmt::format("--runtime: Lambda has no runtime {}", runtime), base::did_you_mean(near));
}

} // namespace

void declare_run(Options& options, RunArguments& arguments) {
    options.group("Execution environment");
    options.choice(
        "--engine",
        arguments.engine,
        {"auto", "docker", "sandbox"},
        {.help = "What runs the functions; auto takes Docker where it answers",
         .environment = "SAMARA_ENGINE"});
    options.text(
        "-n,--env-vars",
        arguments.env_vars,
        {.help =
             R"(File with values for variables: {"Parameters": {...}, "LogicalId": {...}}, or lines NAME=value)",
         .value_name = "FILE"});
    options.text(
        "-r,--runtime",
        arguments.run.runtime,
        {.help = "Lambda runtime to run the functions on, instead of the template's"});
    options.list(
        "-ii,--invoke-image",
        arguments.run.invoke_images,
        {.help = "Base image instead of AWS's, for all functions or for one",
         .value_name = "[ID=]IMAGE"});
    options.flag(
        "--no-memory-limit",
        arguments.no_memory_limit,
        {.help = "Do not hold functions to their MemorySize"});
    options.flag(
        "--no-limits",
        arguments.no_limits,
        {.help = "Lift Lambda's quotas: payloads, /tmp, processes, open files, environment "
                 "variables, Timeout"});
    options.flag(
        "--strict", arguments.run.strict, {.help = "Take every warning as an error, at once"});
    options.flag(
        "--local-lambda",
        arguments.run.local_lambda,
        {.help = "Let the functions call each other: AWS_ENDPOINT_URL_LAMBDA leads here"});
    options.list(
        "--allow-host",
        arguments.run.allowed_hosts,
        {.help = "Host name that the Lambda API answers to, beside those of this machine (which "
                 "keeps web pages out)",
         .value_name = "NAME"});
    options.choice(
        "--sandbox-network",
        arguments.sandbox_network,
        {"shared", "isolated"},
        {.help = "What functions reach in the sandbox: all that this machine does, or the outside "
                 "without its loopback"});
    options.text(
        "-l,--log-file",
        arguments.log_file,
        {.help = "Append what functions log to a file", .value_name = "FILE"});
    options.text(
        "--layer-cache-basedir",
        arguments.layer_cache_basedir,
        {.help = "Where layers fetched by ARN are kept; ~/.aws-sam/layers-pkg",
         .environment = "SAM_LAYER_CACHE_BASEDIR",
         .value_name = "FOLDER"});
    options.list(
        "--layer-archive",
        arguments.run.layer_archives,
        {.help = "Zip file of a layer, which is not fetched then", .value_name = "ARN=FILE"});
    options.group("Docker");
    options.text(
        "--docker-network",
        arguments.run.network.network,
        {.help = "Network the containers join", .environment = "SAM_DOCKER_NETWORK"});
    options.list(
        "--add-host",
        arguments.run.network.extra_hosts,
        {.help = "Host name the functions can reach", .value_name = "NAME:ADDRESS"});
    options.list(
        "--container-dns",
        arguments.run.network.dns,
        {.help = "Name server of the containers", .value_name = "ADDRESS"});
    options.text(
        "--container-host",
        arguments.run.network.container_host,
        {.help = "Where the containers' ports answer", .value_name = "HOST"});
    options.text(
        "--container-host-interface",
        arguments.run.network.host_interface,
        {.help = "Address the containers' ports bind to", .value_name = "ADDRESS"});
    options.flag(
        "--skip-pull-image",
        arguments.run.image_check.skip_pull,
        {.help = "Do not ask the registry for newer images", .environment = "SAM_SKIP_PULL_IMAGE"});
    options.flag(
        "--force-image-build",
        arguments.run.image_check.force_build,
        {.help = "Rebuild the image the function runs in", .environment = "SAM_FORCE_IMAGE_BUILD"});
    options.choice(
        "--image-check",
        arguments.image_check,
        {"content", "classic"},
        {.help = "When that image is rebuilt: when its content should be another, or by the rule "
                 "of the AWS SAM CLI"});
    options.text(
        "-v,--docker-volume-basedir",
        arguments.docker_volume_basedir,
        {.help = "Folder the code paths are relative to, instead of the template's",
         .environment = "SAM_DOCKER_VOLUME_BASEDIR",
         .value_name = "FOLDER"});
    options.toggle(
        "--mount-symlinks/--no-mount-symlinks",
        arguments.mount_symlinks,
        {.help = "Mount what symlinks in the code point to"});
    options.group("Debugging");
    options.list(
        "-d,--debug-port",
        arguments.debug_ports,
        {.help = "Port of the debugger", .environment = "SAM_DEBUG_PORT", .value_name = "PORT"});
    options.text(
        "--debugger-path",
        arguments.debugger_path,
        {.help = "Folder with a debugger, seen at /tmp/lambci_debug_files",
         .value_name = "FOLDER"});
    options.text(
        "--debug-args",
        arguments.run.debug.args,
        {.help = "Arguments of the debugger", .environment = "DEBUGGER_ARGS"});
    options.text(
        "--container-env-vars",
        arguments.container_env_vars,
        {.help = R"(File with variables for debugging: {"NAME": "value"}, or as --env-vars)",
         .value_name = "FILE"});
    options.ignored_flag("--shutdown", "environments always get their shutdown event");
}

base::Result<app::RunOptions> run_options(const RunArguments& arguments) {
    app::RunOptions run = arguments.run;
    TRY(check_runtime(run.runtime));
    run.env_vars = arguments.env_vars;
    run.profile = arguments.common.profile;
    run.ask_secret = ask_secret;
    run.docker_volume_basedir = arguments.docker_volume_basedir;
    run.network.isolated = arguments.sandbox_network == "isolated";
    run.image_check.classic = arguments.image_check == "classic";
    run.memory_limit = !arguments.no_memory_limit;
    run.limits = !arguments.no_limits;
    TRY_ASSIGN(auto allowed_hosts, serving::read_host_names(run.allowed_hosts));
    run.allowed_hosts = std::move(allowed_hosts);
    // For people; what is read by programs stays as the function wrote it.
    run.host_paths = arguments.log_file.empty() && ::isatty(STDERR_FILENO) == 1;
    run.mount_symlinks = arguments.mount_symlinks.value_or(false);
    run.layer_cache_basedir = arguments.layer_cache_basedir;
    run.container_env_vars = arguments.container_env_vars;
    std::error_code failed;
    if (!arguments.debugger_path.empty() && !arguments.debug_ports.empty()) {
        // Containers mount it: the engine knows nothing of our folder.
        run.debug.debugger_path = std::filesystem::canonical(arguments.debugger_path, failed);
        if (!failed && !std::filesystem::is_directory(run.debug.debugger_path, failed)) {
            failed = std::make_error_code(std::errc::not_a_directory);
        }
    }
    if (failed) {
        return base::fail(
            fmt::format("--debugger-path: {}: {}", arguments.debugger_path, failed.message()),
            "name the folder that holds the debugger");
    }
    if (std::filesystem::exists(arguments.layer_cache_basedir, failed) &&
        !std::filesystem::is_directory(arguments.layer_cache_basedir, failed)) {
        return misuse(
            fmt::format("--layer-cache-basedir: {} is no folder", arguments.layer_cache_basedir));
    }
    TRY(check_file("--env-vars", arguments.env_vars));
    TRY(check_file("--container-env-vars", arguments.container_env_vars));
    TRY(check_images(run.invoke_images));
    for (const std::string& host : run.network.extra_hosts) {
        const std::size_t colon = host.find_first_of(":=");
        if (colon == 0 || colon >= host.size() - 1) { // npos is beyond it
            return misuse(fmt::format("--add-host: '{}' is not of the form name:address", host));
        }
    }
    for (const std::string& text : arguments.debug_ports) {
        std::uint16_t port = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
        if (failure != std::errc{} || end != text.data() + text.size() || port == 0) {
            return misuse(fmt::format("--debug-port: '{}' is not a port", text));
        }
        run.debug.ports.push_back(port);
    }
    return run;
}

} // namespace samara::cli
