// Bytes as what a WebSocket client sends; the first says how they arrive. However they are cut, the
// same comes out, nothing that was refused is read on, and no more is held than the limits allow.

#include "net/websocket_frames.h"

#include <cstdint>
#include <cstdlib>
#include <vector>

namespace {

using samara::net::SocketEvent;

samara::net::WebSocketLimits limits() {
    samara::net::WebSocketLimits limits;
    limits.frame = 64;
    limits.message = 256;
    return limits;
}

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void check(const SocketEvent& event) {
    require(event.payload.size() <= limits().message);
    if (event.kind == SocketEvent::Kind::refused) {
        require(event.code >= 1000 && event.payload.empty());
    }
}

// Everything up to a refusal, of a stream that arrives in pieces of `piece` bytes.
std::vector<SocketEvent> read_all(std::string_view stream, std::size_t piece) {
    samara::net::WebSocketReader reader(limits());
    std::vector<SocketEvent> events;
    std::string buffer;
    while (!stream.empty()) {
        buffer.append(stream.substr(0, piece));
        stream.remove_prefix(std::min(piece, stream.size()));
        while (true) {
            SocketEvent event = reader.read(buffer);
            check(event);
            if (event.kind == SocketEvent::Kind::more) {
                // A head of at most 14 bytes and a frame; a control frame may be larger than ours.
                require(buffer.size() <= 14 + 125 + piece);
                break;
            }
            events.push_back(event);
            if (event.kind == SocketEvent::Kind::refused) {
                return events;
            }
        }
    }
    return events;
}

bool same(const SocketEvent& a, const SocketEvent& b) {
    return a.kind == b.kind && a.payload == b.payload && a.binary == b.binary && a.code == b.code;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view stream(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    const std::vector<SocketEvent> whole = read_all(stream, std::max<std::size_t>(size, 1));
    const std::vector<SocketEvent> pieces = read_all(stream, 1 + bytes[0] % 16);
    require(whole.size() == pieces.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
        require(same(whole[i], pieces[i]));
    }
    return 0;
}
