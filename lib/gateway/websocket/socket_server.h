#pragma once

#include "gateway/websocket/socket_gateway.h"
#include "net/worker_pool.h"
#include "serving/before_request.h"
#include "serving/page_guard.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace samara::gateway {

struct SocketServerOptions {
    SocketGateway::Options gateway;
    serving::PageGuard guard; ///< of the management API
    /// As ServerOptions::before_request, also before a message.
    serving::BeforeRequest before_request;
};

/// Brings what HTTP servers hear of WebSocket to a SocketGateway: handshakes, messages, the
/// management API. Thread-safe.
class SocketServer {
public:
    SocketServer(std::vector<Api> apis, serving::Invoke invoke, SocketServerOptions options);
    SocketServer(const SocketServer&) = delete;
    SocketServer& operator=(const SocketServer&) = delete;
    SocketServer(SocketServer&&) = delete;
    SocketServer& operator=(SocketServer&&) = delete;

    /// The HTTP servers have to be gone before.
    ~SocketServer();

    /// Whether a request is a handshake or for the management API, and not for a route.
    [[nodiscard]] bool takes(const net::HttpRequest& request) const;

    /// The answer to such a request; nothing for another one. Calls functions and waits for them.
    std::optional<net::HttpResponse> handle(const net::HttpRequest& request);

    /// The answer of the management API; nothing for another request.
    std::optional<net::HttpResponse> manage(const net::HttpRequest& request);

    /// Other routes; connections stay.
    void replace(std::vector<Api> apis);

    /// See SocketGateway::lines().
    [[nodiscard]] std::vector<std::string> lines(std::string_view address) const {
        return gateway_->lines(address);
    }

    [[nodiscard]] std::vector<RouteSummary> routes() const { return gateway_->routes(); }

    Connections& connections() { return gateway_->connections(); }

    /// Before the HTTP servers end.
    void begin_stop() { gateway_->end(); }

    /// Once no connection is left: waits for what has been begun for them.
    void stop();

private:
    [[nodiscard]] bool is_handshake(const net::HttpRequest& request) const;
    [[nodiscard]] bool is_managing(const net::HttpRequest& request) const;
    net::HttpResponse
    answer_handshake(const net::HttpRequest& request, serving::AccessRecord& record);
    void watch_over();

    SocketServerOptions options_;
    std::shared_ptr<SocketGateway> gateway_;
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool stopping_ = false;
    bool watching_ = false;                    // somebody looks for connections that expire
    std::shared_ptr<net::WorkerPool> threads_; // ends first
};

} // namespace samara::gateway
