#pragma once

#include "app/run/live_application.h"
#include "console/sources.h"
#include "gateway/function_urls.h"
#include "gateway/server.h"

namespace samara::app {

/// What the page shows of a server. All three have to outlive it.
console::Sources console_sources(
    LiveApplication& live, const gateway::Server& server, const gateway::FunctionUrls& urls);

} // namespace samara::app
