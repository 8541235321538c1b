#pragma once

#include "base/error.h"
#include "base/log.h"
#include "base/task.h"
#include "net/http_message.h"
#include "net/http_service.h"
#include "net/request_reader.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

/// An HTTP/1.1 server that hands the handler what was on the wire: an API Gateway has to pass on
/// what the client sent, and refuse what is hostile.
namespace samara::net {

struct TlsFiles {
    std::string certificate; ///< PEM, chain with the leaf first
    std::string key;         ///< PEM, no password
};

struct HttpServerOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0; ///< 0: a free one
    std::optional<TlsFiles> tls = {};
    std::size_t body_limit = 10UL * 1024 * 1024; ///< above it 413
    /// The handler makes that answer, of HttpRequest::too_large.
    bool answers_larger = false;
    /// What bodies that come in at a time may hold together; above it 503. At least two of them
    /// fit.
    std::size_t upload_budget = 128UL * 1024 * 1024;
    HeadLimits head = {};
    /// At most half of the descriptors the program may have. Above it the connection ends that has
    /// been idle longest; where none is idle, the new one gets 503.
    std::size_t connections = 1024;
    std::chrono::milliseconds head_timeout{20'000}; ///< first to last byte of a head
    std::chrono::milliseconds body_timeout{60'000};
    std::chrono::milliseconds write_timeout{60'000};
    std::chrono::milliseconds idle_timeout{75'000}; ///< between requests of one connection
    std::chrono::milliseconds stop_grace{5'000};    ///< for requests that run when it is stopped
    base::Log log = {};                             ///< is told what a handler has thrown
};

/// Serves from construction to destruction, on the event loops of the process: a connection that
/// waits holds no thread, and neither does a request whose handler answers later.
class HttpServer {
public:
    /// Called from many threads at once, each request on one that may wait, and which stays with an
    /// answer that is streamed. What it throws, or its stream, is 500 for that request alone, or
    /// cuts off what has begun.
    using Handler = std::function<HttpResponse(HttpRequest request)>;

    /// Called on the threads of the loops: it may neither wait nor throw, and answers when it can.
    using AsyncHandler = std::function<void(HttpRequest request, ReplyHandle reply)>;

    /// Called on the threads of the loops: its task waits as net/wait.h has it, and may throw as
    /// well.
    using TaskHandler = std::function<base::Task<HttpResponse>(HttpRequest request)>;

    /// Fails when it cannot listen (port in use) or the TLS files cannot be used.
    static base::Result<HttpServer> start(HttpServerOptions options, Handler handler);
    static base::Result<HttpServer> start(HttpServerOptions options, TaskHandler handler);
    static base::Result<HttpServer> start(HttpServerOptions options, AsyncHandler handler);

    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    HttpServer(HttpServer&&) noexcept;
    HttpServer& operator=(HttpServer&&) noexcept;
    ~HttpServer();

    [[nodiscard]] std::uint16_t port() const;

    /// Where it answers: "http://127.0.0.1:3000", "https://[::1]:3000".
    [[nodiscard]] const std::string& address() const;

    /// Takes no new connections, closes idle ones, lets running requests end within the grace and
    /// cuts off the rest. Returns when all is over; a second call does nothing.
    void stop();

private:
    class Impl;
    explicit HttpServer(std::shared_ptr<Impl> impl);
    static base::Result<HttpServer>
    start_service(HttpServerOptions options, AsyncHandler handler, std::function<void()> drain);

    std::shared_ptr<Impl> impl_;
};

} // namespace samara::net
