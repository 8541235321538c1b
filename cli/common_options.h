#pragma once

#include "app/load/load.h"
#include "options.h"

#include <string>
#include <vector>

namespace samara::cli {

/// What every command takes.
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

/// The options of commands that read a template.
void declare_common(Options& options, CommonOptions& common);

/// The same for those that read none.
void declare_without_template(Options& options, CommonOptions& common);

app::LoadArguments load_arguments(const CommonOptions& common);

} // namespace samara::cli
