#pragma once

#include "net/http_message.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// WebSocket on the server's side (RFC 6455), without extensions: what a service of it is, and the
/// answer that a handshake gets.
namespace samara::net {

/// Status codes of RFC 6455 section 7.4.1.
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t none_given = 1005; ///< never sent
inline constexpr std::uint16_t abnormal = 1006;   ///< never sent: there was no close frame
inline constexpr std::uint16_t not_utf8 = 1007;
inline constexpr std::uint16_t too_large = 1009;
inline constexpr std::uint16_t internal_error = 1011;
} // namespace close_code

struct WebSocketLimits {
    static constexpr std::size_t megabyte = std::size_t{1024} * 1024;

    std::size_t message = megabyte;   ///< bytes; a larger one ends the connection with 1009
    std::size_t frame = megabyte;     ///< the same of each of its frames
    std::size_t unsent = megabyte;    ///< what a client has not taken yet; above it is cut off
    std::size_t unhandled = megabyte; ///< of messages; above it the client is not read from
    std::chrono::milliseconds ping{30'000}; ///< after that silence; after twice that it is gone
    std::chrono::milliseconds close_timeout{2'000}; ///< for the client's part of closing
};

/// The way to a client. From any thread; what comes after the end is dropped.
class WebSocketPeer {
public:
    WebSocketPeer() = default;
    WebSocketPeer(const WebSocketPeer&) = delete;
    WebSocketPeer& operator=(const WebSocketPeer&) = delete;
    WebSocketPeer(WebSocketPeer&&) = delete;
    WebSocketPeer& operator=(WebSocketPeer&&) = delete;
    virtual ~WebSocketPeer() = default;

    /// Does not wait. False: the client is gone, or is going.
    virtual bool send(std::string message, bool binary) = 0;
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
};

/// One client. Called on the connection's thread: nothing here may wait, and what it throws is the
/// end of the connection.
class WebSocketService {
public:
    WebSocketService() = default;
    WebSocketService(const WebSocketService&) = delete;
    WebSocketService& operator=(const WebSocketService&) = delete;
    WebSocketService(WebSocketService&&) = delete;
    WebSocketService& operator=(WebSocketService&&) = delete;
    virtual ~WebSocketService() = default;

    [[nodiscard]] virtual WebSocketLimits limits() const { return {}; }

    /// Before the client gets the answer to its handshake; what is sent now comes behind that.
    virtual void on_open(std::shared_ptr<WebSocketPeer> peer) = 0;

    /// `handled` is called once its handling is over, on any thread: too much of what is not
    /// handled holds up the client.
    virtual void on_message(std::string message, bool binary, std::function<void()> handled) = 0;

    /// Called once, last: also when the client went away before on_open.
    virtual void on_close(std::uint16_t code, std::string_view reason) = 0;
};

/// Whether the client asks for WebSocket.
bool wants_websocket(const HttpRequest& request);

/// What such a request gets that is no proper handshake: 400, or 426 with the version to use.
std::optional<HttpResponse> handshake_refusal(const HttpRequest& request);

/// Lets it in: 101 with `headers` (such as the subprotocol), then `service`.
HttpResponse handshake_answer(
    const HttpRequest& request, HttpHeaders headers, std::shared_ptr<WebSocketService> service);

} // namespace samara::net
