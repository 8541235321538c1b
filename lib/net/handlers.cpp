#include "net/handlers.h"

#include "base/own_fault.h"
#include "net/http_session.h"
#include "net/stream_writer.h"

#include <utility>

#include <fmt/format.h>

namespace samara::net {

namespace {

/// A request that an exception has come in the way of.
struct Faulty {
    std::string request; ///< method and path
    const base::Log& log;

    /// In a catch block.
    void report() const { log.error(fmt::format("{}: {}", request, base::own_fault())); }
};

/// On a thread that may wait.
void answer(ReplyHandle& reply, HttpResponse response, const Faulty& faulty) {
    if (!response.stream) {
        reply.send(std::move(response));
        return;
    }
    const auto stream = std::exchange(response.stream, nullptr);
    std::string first = std::exchange(response.body, {});
    reply.begin(std::move(response));
    StreamWriter writer(reply);
    bool complete = false;
    try {
        writer.write(std::move(first));
        complete = stream([&writer](std::string bytes) { return writer.write(std::move(bytes)); });
    } catch (...) {
        faulty.report();
    }
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
    ReplyHandle reply,
    std::shared_ptr<const base::Log> log) {
    const Faulty faulty{request.method + " " + std::string(request.path()), *log};
    HttpResponse response;
    try {
        response = co_await (*handler)(std::move(request));
    } catch (...) {
        faulty.report();
        response = refusal_response(500);
    }
    if (response.stream) {
        const bool may_wait = co_await to_thread();
        if (!may_wait) {
            response = refusal_response(503);
        }
    }
    answer(reply, std::move(response), faulty);
    co_return true;
}

} // namespace

HttpServer::TaskHandler on_threads(HttpServer::Handler handler) {
    return [handler = std::make_shared<const HttpServer::Handler>(std::move(handler))](
               HttpRequest request) { return handle_on_thread(handler, std::move(request)); };
}

HttpServer::AsyncHandler
as_tasks(HttpServer::TaskHandler handler, const std::shared_ptr<TaskGroup>& tasks, base::Log log) {
    return [handler = std::make_shared<const HttpServer::TaskHandler>(std::move(handler)),
            log = std::make_shared<const base::Log>(std::move(log)),
            tasks](HttpRequest request, ReplyHandle reply) {
        tasks->spawn(
            serve_request(handler, std::move(request), std::move(reply), log),
            [](bool /*answered*/) {});
    };
}

} // namespace samara::net
