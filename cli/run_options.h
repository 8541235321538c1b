#pragma once

#include "app/run/plan.h"
#include "common_options.h"
#include "options.h"

#include <optional>
#include <string>
#include <vector>

namespace samara::cli {

/// What invoke, start-api and start-lambda take to shape execution environments.
struct RunArguments {
    CommonOptions common;
    app::RunOptions run; ///< as far as it is what is written on the command line
    std::string engine = "auto";
    std::string env_vars;
    std::string container_env_vars;
    std::string docker_volume_basedir;
    std::string image_check = "content";
    std::string sandbox_network = "shared";
    std::optional<bool> mount_symlinks;
    bool no_memory_limit = false;
    bool no_limits = false;
    std::vector<std::string> debug_ports;
    std::string debugger_path;
    std::string log_file;
    std::string layer_cache_basedir;
};

void declare_run(Options& options, RunArguments& arguments);

/// Fails (usage) on what is no port.
base::Result<app::RunOptions> run_options(const RunArguments& arguments);

} // namespace samara::cli
