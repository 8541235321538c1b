#pragma once

#include "app/cloud/deploy.h"
#include "cloud_options.h"
#include "config/settings.h"

#include <string>
#include <utility>
#include <vector>

/// `samara deploy` as it was asked for. Private to deploy*.cpp.
namespace samara::cli {

struct DeployArguments {
    CommonOptions common;
    UploadOptions upload;
    app::DeployOptions deploy;
    std::optional<bool> execute;
    bool no_execute = false;
    std::optional<bool> fail_on_empty;
    std::optional<bool> confirm;
    std::optional<bool> disable_rollback;
    std::optional<bool> express;
    std::string on_failure; ///< empty: ROLLBACK
    std::uint32_t minutes = 60;
    bool guided = false;
    bool dry_run = false;
    std::string output = "text";
};

void declare_deploy(Options& options, DeployArguments& given);

/// Asks for everything that deploying needs, and keeps the answers. The exit code when that is
/// already the end.
std::optional<int> ask_for_deployment(
    Console& console,
    Prompt& prompt,
    cloud::Observer& observer,
    DeployArguments& given,
    const os::Cancellation& cancel);

/// Functions with a CodeSigningConfigArn, then the layers of this template that they have; whether
/// it is a function.
std::vector<std::pair<std::string, bool>> resources_to_sign(const data::Value& document);

/// What the configuration file keeps of the answers: nothing that is empty, false or hidden.
config::Parameters values_to_keep(const DeployArguments& given);

/// What a deployment has done, as JSON.
std::string deployed_json(const cloud::Deployed& deployed, const std::string& stack);

/// What a deployment would do.
void print_dry_run(Console& console, const app::DryRun& run, const std::string& stack);
std::string dry_run_json(const app::DryRun& run, const std::string& stack);

} // namespace samara::cli
