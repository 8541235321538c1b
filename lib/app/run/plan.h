#pragma once

#include "app/load/application.h"
#include "app/load/function_environment.h"
#include "app/run/code_folders.h"
#include "app/run/layer_versions.h"
#include "aws_client/credentials.h"
#include "engine/engine.h"
#include "invoke/invoker.h"
#include "os/cancellation.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace samara::app {

/// The options of the local commands that shape execution environments, as they were given.
struct RunOptions {
    std::filesystem::path env_vars; ///< empty: none
    std::string profile;
    aws_client::AskSecret ask_secret = {};  ///< an MFA code; empty: nobody
    std::string runtime;                    ///< instead of those of the template; empty: none
    std::vector<std::string> invoke_images; ///< "Image" or "LogicalId=Image"
    std::filesystem::path docker_volume_basedir;
    engine::NetworkSpec network;
    engine::ImageCheck image_check;
    bool memory_limit = true;
    bool limits = true; ///< Lambda's quotas
    bool strict = false;
    bool host_paths = false; ///< beside places in functions' code, in their logs
    bool mount_symlinks = false;
    engine::DebugSpec debug;                   ///< without ports: nothing is debugged
    std::filesystem::path container_env_vars;  ///< variables for debugging; empty: none
    std::string debug_function;                ///< empty: the one that is invoked
    std::filesystem::path layer_cache_basedir; ///< empty: ~/.aws-sam/layers-pkg
    std::vector<std::string> layer_archives;   ///< "ARN=FILE"
    bool local_lambda = false;                 ///< serve the Lambda API to the functions themselves
    std::string lambda_endpoint;               ///< where that is; empty: nowhere
    std::string connections_endpoint;          ///< of WebSocket clients; empty: nowhere
    std::vector<std::string> allowed_hosts;    ///< that it answers to, see serving::PageGuard
};

/// Turns functions of the template into what an engine starts. Holds the temporary files that
/// inline code needs, so it has to outlive the environments.
class Planner {
public:
    /// `cancel` ends the fetching of layers.
    static base::Result<Planner> make(
        const Application& application,
        RunOptions options,
        base::Log log,
        os::Cancellation cancel = {});

    /// Fails when the code, the image or a layer of the template is not there, with the place in
    /// the template. Layers of others are fetched when the function is first called.
    base::Result<invoke::FunctionPlan>
    plan(const Application& application, const model::Function& function);

    /// One for every function of the template, or those that are chosen (logical ids): one that
    /// cannot be understood or planned is reported, and its calls fail with the reason.
    invoke::FunctionPlans
    plan_all(const Application& application, const std::set<std::string>& chosen = {});

private:
    [[nodiscard]] const std::string& runtime_of(const model::Function& function) const;
    void warn_of_idle_debugger(const model::Function& function, std::string_view runtime);
    Planner(
        RunOptions options,
        VariableOverrides overrides,
        VariableOverrides debug_variables,
        std::shared_ptr<aws_client::CallerCredentials> credentials,
        LayerVersions layer_versions,
        base::Log log,
        os::Cancellation cancel);
    base::Result<void> plan_layers(
        const Application& application,
        const model::Function& function,
        invoke::FunctionPlan& plan);
    base::Result<engine::Layer>
    local_layer(const Application& application, const model::Layer& layer);
    [[nodiscard]] std::string invoke_image(const model::Function& function) const;

    RunOptions options_;
    VariableOverrides overrides_;
    VariableOverrides debug_variables_;
    std::shared_ptr<aws_client::CallerCredentials> credentials_;
    LayerVersions layer_versions_;
    base::Log log_;
    os::Cancellation cancel_;
    CodeFolders code_folders_;
};

} // namespace samara::app
