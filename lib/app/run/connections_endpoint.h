#pragma once

#include "app/load/application.h"
#include "app/run/serve.h"
#include "base/log.h"
#include "engine/engine.h"
#include "os/cancellation.h"

#include <string>

namespace samara::app {

/// Where functions reach the management API of WebSocket connections that start-api serves.
struct ConnectionsEndpoint {
    std::string url;  ///< the value of AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI; empty: nowhere
    std::string host; ///< to be listened on beside the server's own; empty: none
};

/// Nothing for an application without WebSocket APIs, and where the port is not known yet.
ConnectionsEndpoint connections_endpoint(
    Application& application,
    engine::Engine& engine,
    const ServeOptions& options,
    const base::Log& log,
    const os::Cancellation& cancel);

} // namespace samara::app
