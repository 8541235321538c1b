#pragma once

#include "gateway/route/socket_client.h"
#include "net/http_message.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The clients of WebSocket APIs.
namespace samara::gateway {

/// The way to a client; given by the server. From any thread.
class SocketPeer {
public:
    SocketPeer() = default;
    SocketPeer(const SocketPeer&) = delete;
    SocketPeer& operator=(const SocketPeer&) = delete;
    SocketPeer(SocketPeer&&) = delete;
    SocketPeer& operator=(SocketPeer&&) = delete;
    virtual ~SocketPeer() = default;

    /// False: the client is gone.
    virtual bool send(std::string message, bool binary) = 0;
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
};

/// Limits of
/// docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
/// are kept by whoever brings messages; this table knows who is there. Thread-safe.
class Connections {
public:
    void add(std::shared_ptr<const SocketClient> client, std::shared_ptr<SocketPeer> peer);
    void remove(std::string_view id);

    /// A message came or went.
    void touch(std::string_view id, std::chrono::system_clock::time_point now);

    [[nodiscard]] std::size_t size() const;

    struct View {
        std::shared_ptr<const SocketClient> client;
        std::chrono::system_clock::time_point last_active;
    };

    /// In the order of their ids.
    [[nodiscard]] std::vector<View> list() const;

    /// Sends to a client; false when it is gone.
    bool send(
        std::string_view id,
        std::string message,
        bool binary,
        std::chrono::system_clock::time_point now);

    /// Those that have been idle, or open, for too long are told to close: 1001.
    void close_expired(std::chrono::system_clock::time_point now);

    /// Whether manage() answers that.
    static bool manages(const net::HttpRequest& request);

    /// The answer to "POST /@connections/<id>" and its like, also behind a stage, as the management
    /// API gives it; nothing for another path.
    /// docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
    std::optional<net::HttpResponse>
    manage(const net::HttpRequest& request, std::chrono::system_clock::time_point now);

private:
    struct Connection {
        std::shared_ptr<const SocketClient> client;
        std::shared_ptr<SocketPeer> peer;
        std::chrono::system_clock::time_point last_active;
    };

    [[nodiscard]] std::optional<Connection> find(std::string_view id) const;

    mutable std::mutex mutex_;
    std::map<std::string, Connection, std::less<>> connections_;
};

} // namespace samara::gateway
