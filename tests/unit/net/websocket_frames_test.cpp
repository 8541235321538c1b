#include "net/websocket_frames.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::net {
namespace {

using testing::ElementsAre;

/// What comes of a stream that arrives in pieces of so many bytes.
std::vector<std::string> read_in_pieces(std::string_view stream, std::size_t piece) {
    WebSocketReader reader(WebSocketLimits{});
    std::vector<std::string> events;
    std::string buffer;
    while (!stream.empty()) {
        buffer.append(stream.substr(0, piece));
        stream.remove_prefix(std::min(piece, stream.size()));
        for (SocketEvent event = reader.read(buffer); event.kind != SocketEvent::Kind::more;
             event = reader.read(buffer)) {
            events.push_back(fmt::format("{} {}", static_cast<int>(event.kind), event.payload));
            if (event.kind == SocketEvent::Kind::refused) {
                return events;
            }
        }
    }
    return events;
}

// Frames end wherever the network cuts them, within their heads too, and may carry nothing.
TEST(WebSocketFrames, MayArriveByteByByte) {
    using namespace std::string_view_literals;
    constexpr std::string_view stream = "\x89\x80mask"      // a ping
                                        "\x8A\x80mask"      // its answer
                                        "\x01\x80mask"      // a text in three frames
                                        "\x00\x81\0\0\0\0h" //
                                        "\x80\x81\0\0\0\0i" //
                                        "\x81\x80mask"      // a text of no characters
                                        "\x88\x80mask"sv;   // the end
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        EXPECT_THAT(read_in_pieces(stream, piece), ElementsAre("2 ", "3 ", "1 hi", "1 ", "4 "))
            << piece;
    }
}

} // namespace
} // namespace samara::net
