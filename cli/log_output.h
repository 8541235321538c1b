#pragma once

#include "base/error.h"
#include "console.h"
#include "engine/engine.h"

#include <string>

namespace samara::cli {

/// Where functions' logs go: stderr, or the end of a file.
base::Result<engine::OutputSink> open_log_output(Console& console, const std::string& file);

} // namespace samara::cli
