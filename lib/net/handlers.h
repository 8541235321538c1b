#pragma once

#include "net/http_server.h"
#include "net/wait.h"

#include <memory>

/// How the kinds of handlers that a server takes become the one it calls. Private to net/.
namespace samara::net {

/// Runs a handler that waits on a thread that may.
HttpServer::TaskHandler on_threads(HttpServer::Handler handler);

/// Each request is a task of the group.
HttpServer::AsyncHandler
as_tasks(HttpServer::TaskHandler handler, const std::shared_ptr<TaskGroup>& tasks);

} // namespace samara::net
