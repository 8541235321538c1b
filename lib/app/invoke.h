#pragma once

#include "app/load/load.h"
#include "app/run/plan.h"
#include "base/log.h"
#include "engine/engine.h"

#include <string>

namespace samara::app {

struct InvokeOptions {
    LoadArguments load;
    RunOptions run;
    std::string engine = "auto";
    std::string function;  ///< empty: the only one
    std::string tenant_id; ///< of a function with tenants; empty: none
    std::string event;     ///< file, "-" for standard input, empty for {}
};

/// Runs one function once. Gives what it answered (its error document, when it failed), or an empty
/// text when it timed out. Fails when it could not be run, or when a signal interrupted it.
base::Result<std::string>
local_invoke(const InvokeOptions& options, engine::OutputSink output, const base::Log& log);

} // namespace samara::app
