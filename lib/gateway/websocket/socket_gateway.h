#pragma once

#include "base/log.h"
#include "gateway/access/authorization.h"
#include "gateway/route/route_summary.h"
#include "gateway/websocket/connections.h"
#include "serving/access_log.h"
#include "serving/deadline.h"
#include "serving/invoke.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace samara::gateway {

class SocketRecord;

/// WebSocket APIs: what becomes of handshakes, messages and their end. Knows no sockets: the server
/// brings what comes, and gives a SocketPeer for what goes. Calls functions and waits for them.
/// Thread-safe.
/// docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html
class SocketGateway {
public:
    struct Options {
        AuthorizationOptions authorization;
        base::Log log;                                    ///< what clients are not told
        std::shared_ptr<serving::Recorder> recorder = {}; ///< nullptr: nothing is recorded
        serving::AccessLog access_log = {}; ///< of messages and ends; that of handshakes is HTTP's
        bool stage_log_lines = true;        ///< its lines as the stages' formats have them
    };

    SocketGateway(std::vector<Api> apis, serving::Invoke invoke, Options options);

    /// Whether there is none.
    [[nodiscard]] bool empty() const { return snapshot()->apis.empty(); }

    /// Whether a handshake is for a WebSocket API: at "/" or "/<stage>".
    [[nodiscard]] bool takes(const net::HttpRequest& request) const;

    /// What a client that may connect is, and the headers of the answer to its handshake.
    struct Accepted {
        std::shared_ptr<const SocketClient> client;
        net::HttpHeaders headers;
    };

    /// Asks the authorizer and the route $connect; or the answer that refuses. `record` is that of
    /// the request.
    tl::expected<Accepted, net::HttpResponse>
    connect(const net::HttpRequest& request, serving::AccessRecord& record);

    /// The handshake is done.
    void opened(std::shared_ptr<const SocketClient> client, std::shared_ptr<SocketPeer> peer);

    /// Calls the route that the message selects; a route response, or what went wrong, goes back.
    void message(const SocketClient& client, const std::string& message, bool binary);

    /// Calls $disconnect; who has been refused was never there.
    void closed(const SocketClient& client, std::uint16_t status, std::string_view reason);

    /// Something of samara has thrown while what came of the client was handled: it is told.
    void fault(const SocketClient& client);

    /// The end of the server: $disconnect is not called for those that it ends.
    void end() { ending_ = true; }

    /// Other routes; connections stay.
    void replace(std::vector<Api> apis);

    Connections& connections() { return connections_; }

    [[nodiscard]] std::vector<RouteSummary> routes() const;

    /// "WebSocket API Chat at ws://127.0.0.1:3000/prod" for each; `address` is that of the server.
    [[nodiscard]] std::vector<std::string> lines(std::string_view address) const;

private:
    struct Snapshot {
        Snapshot(
            std::vector<Api> all, AuthorizationOptions options, serving::DeadlineInvoker& invoker)
            : apis(std::move(all)), authorization(std::move(options), invoker) {}

        std::vector<Api> apis;
        Authorization authorization;
    };

    [[nodiscard]] std::shared_ptr<Snapshot> snapshot() const;
    void report(const Api& api, std::string_view key, const base::Error& error) const;
    base::Result<std::string> run(const Route& route, std::string event, SocketRecord& record);
    void log(SocketRecord& record, const std::string& event, std::string_view told);
    void answer_message(
        const Api& api, const SocketClient& client, const std::string& message, bool binary);

    Options options_;
    std::atomic<bool> ending_ = false;
    serving::DeadlineInvoker invoker_;
    Connections connections_;
    mutable std::mutex mutex_;
    std::shared_ptr<Snapshot> snapshot_;
};

} // namespace samara::gateway
