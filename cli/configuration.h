#pragma once

#include "base/error.h"
#include "common_options.h"
#include "options.h"

#include <string_view>

namespace samara::cli {

/// Fills in from samconfig.toml what neither the command line nor the environment gave, and with
/// --save-params writes what was given to it.
base::Result<void>
apply_configuration(std::string_view path, const CommonOptions& common, Options& options);

} // namespace samara::cli
