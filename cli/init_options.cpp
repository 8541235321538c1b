#include "init_options.h"

#include "base/hint.h"
#include "base/strings.h"
#include "model/runtimes.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace samara::cli {

void declare_init(Options& options, InitArguments& given) {
    options.group("Project");
    options.text("-n,--name", given.choices.name, {.help = "Name of the project and its folder"});
    options.text(
        "--app-template",
        given.wanted.name,
        {.help = "What it begins as; without this and without --no-interactive it is asked"});
    options.text("-r,--runtime", given.wanted.runtime, {.help = "Lambda runtime of its functions"});
    options.choice(
        "-p,--package-type",
        given.wanted.package_type,
        {"Zip", "Image"},
        {.help = "How its functions are packaged"});
    options.text(
        "-i,-b,--base-image",
        given.base_image,
        {.help = "Lambda base image, for --package-type Image: amazon/python3.13-base"});
    options.choice(
        "-d,--dependency-manager",
        given.wanted.manager,
        {"pip", "npm", "bundler", "maven", "gradle", "cli-package", "mod", "cargo"},
        {.help = "What installs its dependencies"});
    options.choice(
        "-a,--architecture",
        given.choices.architecture,
        {"x86_64", "arm64"},
        {.help = "Processor its functions run on"});
    options.toggle(
        "--tracing/--no-tracing", given.tracing, {.help = "Trace its functions with X-Ray"});
    options.toggle(
        "--application-insights/--no-application-insights",
        given.application_insights,
        {.help = "Monitor it with CloudWatch Application Insights"});
    options.toggle(
        "--structured-logging/--no-structured-logging",
        given.structured_logging,
        {.help = "Let its functions log JSON"});
    options.group("Where from, where to");
    options.text(
        "-l,--location",
        given.location,
        {.help = "Folder, zip file or git address of a project to begin with (gh:owner/name)"});
    options.text(
        "-o,--output-dir",
        given.output_dir,
        {.help = "Folder that the project's folder is made in", .value_name = "FOLDER"});
    options.text(
        "--extra-context",
        given.extra_context,
        {.help = "JSON object with the answers for a cookiecutter template", .value_name = "JSON"});
    options.flag("--no-interactive", given.no_interactive, {.help = "Ask nothing"});
    options.flag("--no-input", given.no_input, {.help = "Ask nothing of a cookiecutter template"});
    options.group("Configuration");
    options.text(
        "--config-env",
        given.common.config_environment,
        {.help = "Environment of the configuration file"});
    options.text(
        "--config-file",
        given.common.config_file,
        {.help = "Configuration file; default: samconfig.toml in this folder",
         .value_name = "FILE"});
    options.flag(
        "--save-params",
        given.common.save_params,
        {.help = "Write the options given here to the configuration file"});
    options.flag(
        "--debug",
        given.common.debug,
        {.help = "Report what is being done", .environment = "SAM_DEBUG"});
    options.ignored_flag("--beta-features/--no-beta-features", "there are no beta features");
}

void take_label(const std::string& label, projects::Wanted& wanted) {
    const std::size_t bracket = label.find(" (");
    if (bracket == std::string::npos) {
        wanted.runtime = label;
        return;
    }
    wanted.family = label.substr(0, bracket);
    wanted.runtime = label.substr(bracket + 2, label.size() - bracket - 3);
}

base::Result<void> check_complete(const InitArguments& given) {
    const projects::Wanted& wanted = given.wanted;
    const bool located = !given.location.empty();
    const bool of_runtime =
        !wanted.runtime.empty() && !wanted.manager.empty() && !wanted.name.empty();
    if (given.choices.name.empty() || !(located || of_runtime || has_image(given))) {
        return base::fail(usage_error(
            "Missing required parameters, with --no-interactive set.",
            "Must provide one of the following required parameter combinations:\n"
            "    --name, --location\n"
            "    --name, --package-type, --base-image\n"
            "    --name, --runtime, --dependency-manager, --app-template\n"
            "  or leave --no-interactive out, to be asked"));
    }
    const bool several = given.base_image.find("java") != std::string::npos;
    if (!located && wanted.manager.empty() && (wanted.package_type != "Image" || several)) {
        return base::fail(usage_error(
            "Missing parameter --dependency-manager",
            "it installs the dependencies: pip, npm ..."));
    }
    return {};
}

bool has_image(const InitArguments& given) {
    return !given.wanted.package_type.empty() && !given.base_image.empty();
}

base::Result<void> check_wanted(InitArguments& given) {
    if (given.wanted.runtime.find(" (") != std::string::npos) {
        take_label(given.wanted.runtime, given.wanted);
    }
    if (!given.base_image.empty()) {
        if (given.wanted.package_type == "Zip") {
            return base::fail(usage_error("--base-image is for --package-type Image", {}));
        }
        given.wanted.package_type = "Image";
        if (auto read = projects::read_base_image(given.base_image, given.wanted); !read) {
            return read;
        }
    }
    const std::string& id = given.wanted.runtime;
    const auto runtime = model::find_runtime(id);
    if (!id.empty() && !runtime) {
        const std::string near = model::nearest_runtime(id);
        return base::fail(usage_error(
            fmt::format("Lambda has no runtime {}", id),
            base::did_you_mean(near, "write for example --runtime python3.13")));
    }
    if (runtime) {
        const auto& known = runtime->architectures;
        if (std::find(known.begin(), known.end(), given.choices.architecture) == known.end()) {
            return base::fail(usage_error(
                fmt::format("runtime {} is not for {}", id, given.choices.architecture),
                fmt::format("it is for {}", base::join(known, ", "))));
        }
    }
    if (!given.choices.name.empty()) {
        return projects::check_name(given.choices.name);
    }
    return {};
}

} // namespace samara::cli
