#pragma once

#include "app/run/plan.h"
#include "common_options.h"
#include "options.h"

#include <cstdint>
#include <string>
#include <vector>

namespace samara::cli {

/// What invoke, start-api and start-lambda take to shape execution environments.
struct RunArguments {
    CommonOptions common;
    std::string engine = "auto";
    std::string env_vars;
    std::string container_env_vars;
    std::string docker_volume_basedir;
    std::string docker_network;
    std::vector<std::string> add_hosts;
    std::vector<std::string> container_dns;
    std::string container_host = "localhost";
    std::string container_host_interface = "127.0.0.1";
    std::string runtime;
    std::vector<std::string> invoke_images;
    bool skip_pull_image = false;
    bool force_image_build = false;
    std::string image_check = "content";
    std::string sandbox_network = "shared";
    std::optional<bool> mount_symlinks;
    bool no_memory_limit = false;
    bool no_limits = false;
    bool strict = false;
    bool local_lambda = false;
    std::vector<std::string> allowed_hosts;
    std::vector<std::string> debug_ports;
    std::string debugger_path;
    std::string debug_args;
    std::string log_file;
    std::string layer_cache_basedir;
    std::vector<std::string> layer_archives;
};

void declare_run(Options& options, RunArguments& arguments);

/// Fails (usage) on what is no port.
base::Result<app::RunOptions> run_options(const RunArguments& arguments);

} // namespace samara::cli
