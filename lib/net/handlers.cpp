#include "net/handlers.h"

#include "net/http_session.h"
#include "net/stream_writer.h"

#include <utility>

namespace samara::net {

namespace {

/// On a thread that may wait.
void answer(ReplyHandle& reply, HttpResponse response) {
    if (!response.stream) {
        reply.send(std::move(response));
        return;
    }
    const auto stream = std::exchange(response.stream, nullptr);
    std::string first = std::exchange(response.body, {});
    reply.begin(std::move(response));
    StreamWriter writer(reply);
    writer.write(std::move(first));
    const bool complete =
        stream([&writer](std::string bytes) { return writer.write(std::move(bytes)); });
    complete ? reply.finish() : reply.abort();
}

base::Task<HttpResponse>
handle_on_thread(std::shared_ptr<const HttpServer::Handler> handler, HttpRequest request) {
    const bool may_wait = co_await to_thread();
    if (!may_wait) {
        co_return refusal_response(503);
    }
    co_return (*handler)(std::move(request));
}

base::Task<bool> serve_request(
    std::shared_ptr<const HttpServer::TaskHandler> handler,
    HttpRequest request,
    ReplyHandle reply) {
    HttpResponse response = co_await (*handler)(std::move(request));
    if (response.stream) {
        const bool may_wait = co_await to_thread();
        if (!may_wait) {
            response = refusal_response(503);
        }
    }
    answer(reply, std::move(response));
    co_return true;
}

} // namespace

HttpServer::TaskHandler on_threads(HttpServer::Handler handler) {
    return [handler = std::make_shared<const HttpServer::Handler>(std::move(handler))](
               HttpRequest request) { return handle_on_thread(handler, std::move(request)); };
}

HttpServer::AsyncHandler
as_tasks(HttpServer::TaskHandler handler, const std::shared_ptr<TaskGroup>& tasks) {
    return [handler = std::make_shared<const HttpServer::TaskHandler>(std::move(handler)),
            tasks](HttpRequest request, ReplyHandle reply) {
        tasks->spawn(
            serve_request(handler, std::move(request), std::move(reply)), [](bool /*answered*/) {});
    };
}

} // namespace samara::net
