#pragma once

#include "app/load.h"
#include "base/log.h"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace samara::app {

struct BuildOptions {
    LoadArguments load;
    std::string function;  ///< function or layer; empty: all
    std::string build_dir; ///< empty: .aws-sam/build
    std::string cache_dir; ///< empty: .aws-sam/cache
    std::string base_dir;  ///< what code paths are relative to; empty: the template's folder
    std::string manifest;
    std::vector<std::string> exclude;
    bool cached = false;
    bool parallel = false;
    bool build_in_source = false;
    bool strict = false; ///< every warning is an error
};

struct BuildResult {
    std::filesystem::path artifacts;     ///< the build folder, as the user would write it
    std::filesystem::path template_file; ///< the rewritten template, likewise
};

/// Builds what the template's functions and layers need and writes the template that uses it. A
/// failure leaves the former build as it was.
base::Result<BuildResult> build_application(const BuildOptions& options, const base::Log& log);

} // namespace samara::app
