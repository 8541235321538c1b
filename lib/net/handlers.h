#pragma once

#include "net/http_server.h"
#include "net/wait.h"

#include <memory>

/// How the kinds of handlers that a server takes become the one it calls. Private to net/.
namespace samara::net {

/// Runs a handler that waits on a thread that may.
HttpServer::TaskHandler on_threads(HttpServer::Handler handler);

/// Each request is a task of the group. The one place that catches what is thrown while a request
/// is served, and tells `log` of it.
HttpServer::AsyncHandler
as_tasks(HttpServer::TaskHandler handler, const std::shared_ptr<TaskGroup>& tasks, base::Log log);

} // namespace samara::net
