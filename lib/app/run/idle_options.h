#pragma once

#include "app/load/application.h"
#include "app/run/plan.h"
#include "base/log.h"
#include "engine/engine.h"

namespace samara::app {

/// Warns of options that were given and do nothing: those about images and container networks in
/// the sandbox, --invoke-image for a function that the template does not have.
void report_idle_options(
    const RunOptions& options,
    const Application& application,
    const engine::Engine& engine,
    const base::Log& log);

} // namespace samara::app
