#include "common_options.h"

namespace samara::cli {

namespace {

/// What every command has; `beside` is where the configuration file is looked for.
void declare_shared(Options& options, CommonOptions& common, std::string_view beside) {
    options.text(
        "--region",
        common.region,
        {.help = "AWS region (else AWS_REGION, AWS_DEFAULT_REGION, the profile's)"});
    options.text(
        "--profile", common.profile, {.help = "Profile of the AWS credentials (else AWS_PROFILE)"});
    options.text(
        "--config-env",
        common.config_environment,
        {.help = "Environment of the configuration file"});
    options.text("--config-file", common.config_file, {.help = beside, .value_name = "FILE"});
    options.flag(
        "--save-params",
        common.save_params,
        {.help = "Write the options given here to the configuration file"});
    options.flag(
        // `-v` is --docker-volume-basedir where functions run
        options.has("-v") ? "--debug,--verbose" : "--debug,-v,--verbose",
        common.debug,
        {.help = "Report what is being done: files read, requests, decisions, times",
         .environment = "SAM_DEBUG"});
    options.flag(
        "-q,--quiet", common.quiet, {.help = "Report nothing but results, warnings and errors"});
    options.ignored_flag("--beta-features/--no-beta-features", "there are no beta features");
}

} // namespace

void declare_common(Options& options, CommonOptions& common) {
    options.group("Template and configuration");
    options.text(
        "-t,--template,--template-file",
        common.template_file,
        {.help = "The template; default: template.yaml, .yml or .json in this folder",
         .environment = "SAM_TEMPLATE_FILE",
         .value_name = "FILE",
         .key = "template_file"});
    options.list(
        "--parameter-overrides",
        common.parameter_overrides,
        {.help = "Template parameters: Key=Value, ParameterKey=Key,ParameterValue=Value, or "
                 "file://FILE with them in YAML, JSON or TOML; added to those of the "
                 "configuration file",
         .value_name = "KEY=VALUE",
         .merged = true});
    declare_shared(
        options, common, "Configuration file; default: samconfig.toml beside the template");
    if (!options.has("--language-extensions")) {
        options.ignored_flag(
            "--language-extensions/--no-language-extensions", "the template's Transform decides");
    }
    options.ignored_flag("--skip-prepare-infra/--prepare-infra", "there are no hooks");
    options.ignored_value("--hook-name", "templates come from files only", {"terraform"});
    options.ignored_value("--terraform-plan-file", "templates come from files only");
    // As scripts for the AWS SAM CLI know it, where a hook writes the template.
    options.needs("--skip-prepare-infra", "--hook-name");
    options.excludes("--hook-name", {"--template-file", "--parameter-overrides"});
}

void declare_without_template(Options& options, CommonOptions& common) {
    options.group("AWS and configuration");
    declare_shared(options, common, "Configuration file; default: samconfig.toml in this folder");
}

app::LoadArguments load_arguments(const CommonOptions& common) {
    return {common.template_file, common.parameter_overrides, common.region, common.profile};
}

} // namespace samara::cli
