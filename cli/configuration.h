#pragma once

#include "base/error.h"
#include "base/log.h"
#include "common_options.h"
#include "options.h"

#include <string_view>

namespace samara::cli {

/// Fills in the options from the configuration file, after --save-params has written it. What looks
/// misspelt in the file (an environment, a section, a key) is a warning to `log`.
base::Result<void> apply_configuration(
    std::string_view path, const CommonOptions& common, Options& options, const base::Log& log);

} // namespace samara::cli
