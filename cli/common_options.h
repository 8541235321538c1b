#pragma once

#include "app/load/load.h"
#include "options.h"

#include <string>
#include <vector>

namespace samara::cli {

/// What every command that reads a template takes.
struct CommonOptions {
    std::string template_file;
    std::vector<std::string> parameter_overrides;
    std::string region;
    std::string profile;
    std::string config_environment = "default";
    std::string config_file;
    bool save_params = false;
    bool debug = false;
    bool quiet = false;
};

void declare_common(Options& options, CommonOptions& common);

app::LoadArguments load_arguments(const CommonOptions& common);

} // namespace samara::cli
