#pragma once

#include "app/load/application.h"
#include "base/log.h"

#include <functional>
#include <string>
#include <vector>

namespace samara::app {

/// What a command line says about the template.
struct LoadArguments {
    std::string template_file;                    ///< empty: the default ones
    std::vector<std::string> parameter_overrides; ///< as typed
    std::string region;
    std::string profile;
    std::function<std::string(const std::string& url)> function_url = {}; ///< see LoadOptions
    std::string asked_for = {};                                           ///< see LoadOptions
    bool whatever_condition = false;                                      ///< see LoadOptions
};

/// Finds, reads and transforms the template. `prefer_built`: as the local commands do.
base::Result<Application> load_application(const LoadArguments& arguments, bool prefer_built);

/// Tells what is wrong with the template, errors as warnings: they keep from running only what
/// needs the part they are about.
void report_faults(const Application& application, const base::Log& log);

} // namespace samara::app
