#pragma once

#include "net/websocket.h"

#include <cstdint>
#include <string>
#include <string_view>

/// The frames of WebSocket (RFC 6455 section 5). Private to the servers.
namespace samara::net {

enum class Opcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10
};

/// A message as one frame, or a control frame, as servers send them.
std::string encode_frame(Opcode opcode, std::string_view payload);

/// What a close frame carries; a reason that is too long is cut.
std::string close_payload(std::uint16_t code, std::string_view reason);

/// What has come from a client.
struct SocketEvent {
    enum class Kind : std::uint8_t {
        more, ///< the next frame is not whole yet
        message,
        ping,
        pong,
        close,
        refused, ///< `code` is what to close with
    };

    Kind kind = Kind::more;
    std::string payload; ///< of close: the reason
    bool binary = false;
    std::uint16_t code = 0; ///< of close and refused
};

/// Puts messages together out of frames. Sizes are looked at before a payload is waited for: no
/// more than one frame and one message are held.
class WebSocketReader {
public:
    explicit WebSocketReader(const WebSocketLimits& limits)
        : most_frame_(limits.frame), most_message_(limits.message) {}

    /// Takes the next one off the front of `buffer`. Nothing follows a refusal.
    SocketEvent read(std::string& buffer);

private:
    struct Head {
        Opcode opcode = Opcode::continuation;
        bool last = false;
        std::uint64_t length = 0;
        std::size_t size = 0; ///< with the mask; 0: it is not whole yet
    };

    /// A status to close with, or 0.
    std::uint16_t read_head(std::string_view bytes, Head& head) const;
    [[nodiscard]] std::uint16_t check(const Head& head) const;
    SocketEvent message_end();

    std::size_t most_frame_;
    std::size_t most_message_;
    std::string message_; // of the frames so far
    bool open_ = false;   // some frames of a message have come
    bool binary_ = false;
};

} // namespace samara::net
