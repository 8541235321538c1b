#include "net/http_parser.h"

#include <gmock/gmock.h>

namespace samara::net {
namespace {

RequestHead good(std::string_view bytes) {
    auto parsed = parse_head(bytes, {});
    EXPECT_TRUE(std::holds_alternative<RequestHead>(parsed)) << bytes;
    return std::holds_alternative<RequestHead>(parsed) ? std::get<RequestHead>(parsed)
                                                       : RequestHead{};
}

int refused(std::string_view bytes, const HeadLimits& limits = {}) {
    const auto parsed = parse_head(bytes, limits);
    const auto* refusal = std::get_if<RequestFault>(&parsed);
    return refusal == nullptr ? 0 : refusal->status;
}

TEST(HttpParser, KeepsOrderSpellingAndEncoding) {
    const RequestHead head = good("GET /a%2Fb?c=%20 HTTP/1.1\r\nhOst: x\r\nZ: 1%2F2\r\nA:  b \r\n"
                                  "Z: 3\r\n\r\n");
    EXPECT_EQ(head.request.method, "GET");
    EXPECT_EQ(head.request.target, "/a%2Fb?c=%20");
    ASSERT_EQ(head.request.headers.size(), 4U);
    EXPECT_EQ(head.request.headers[0].name, "hOst");
    EXPECT_EQ(head.request.headers[1].value, "1%2F2");
    EXPECT_EQ(head.request.headers[2].value, "b");
    EXPECT_EQ(head.request.headers[3].value, "3");
    EXPECT_TRUE(head.keep_alive);
    EXPECT_TRUE(std::holds_alternative<NoBody>(head.framing));
}

TEST(HttpParser, TakesTheAbsoluteFormAndDropsFragments) {
    EXPECT_EQ(good("GET http://h/p?q HTTP/1.1\r\nHost: h\r\n\r\n").request.target, "/p?q");
    EXPECT_EQ(good("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n").request.target, "/");
    EXPECT_EQ(good("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").request.target, "/");
    EXPECT_EQ(good("GET /p#f HTTP/1.1\r\nHost: h\r\n\r\n").request.target, "/p");
}

TEST(HttpParser, KnowsHowConnectionsAndBodiesEnd) {
    EXPECT_FALSE(good("GET / HTTP/1.0\r\n\r\n").keep_alive);
    EXPECT_TRUE(good("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive);
    EXPECT_FALSE(good("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n").keep_alive);
    const RequestHead sized = good("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\n");
    EXPECT_EQ(std::get<SizedBody>(sized.framing).size, 12U);
    const RequestHead chunked = good(
        "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_TRUE(std::holds_alternative<ChunkedBody>(chunked.framing));
    EXPECT_TRUE(chunked.expects_continue);
}

TEST(HttpParser, RefusesWhatCanBeReadInTwoWays) {
    for (const std::string_view headers :
         {"Content-Length: 1\r\nContent-Length: 1\r\n",
          "Content-Length: 1\r\nContent-Length: 2\r\n",
          "Content-Length: 1, 1\r\n",
          "Content-Length: +1\r\n",
          "Content-Length: 0x1\r\n",
          "Content-Length: \r\n",
          "Content-Length: 99999999999999999999999\r\n",
          "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: gzip, chunked\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: \x0b"
          "chunked\r\n",
          "A : b\r\n",
          " folded: b\r\n",
          "A: b\r\n c\r\n",
          "A: b\nB: c\r\n",
          "NoColon\r\n",
          ": empty\r\n",
          "A: b\x01\r\n",
          "Host: other\r\n"}) {
        EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n"), 400)
            << headers;
    }
}

TEST(HttpParser, RefusesBadRequestLines) {
    for (const std::string_view line :
         {"GET",
          "GET /",
          "GET  HTTP/1.1",
          "GET / HTTP/1.1 ",
          "G T / HTTP/1.1",
          "GET x HTTP/1.1",
          "GET /a b HTTP/1.1",
          "GET /\x01 HTTP/1.1",
          "GET / http/1.1",
          " GET / HTTP/1.1",
          "(GET) / HTTP/1.1"}) {
        EXPECT_EQ(refused(std::string(line) + "\r\nHost: h\r\n\r\n"), 400) << line;
    }
    EXPECT_EQ(refused("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505);
    EXPECT_EQ(refused("GET / HTTP/1.1\r\n\r\n"), 400); // no Host
}

TEST(HttpParser, LimitsHeads) {
    std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int i = 0; i < 300; ++i) {
        many += "A: b\r\n";
    }
    EXPECT_EQ(refused(many + "\r\n"), 431);
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: h\r\n\r\n", {20, 10}), 431);
}

TEST(HttpParser, FindsTheEndOfAHeadAcrossReads) {
    std::size_t searched = 0;
    std::string bytes = "GET / HTTP/1.1\r\n\r";
    EXPECT_EQ(head_end(bytes, searched), std::nullopt);
    bytes += "\nrest";
    EXPECT_EQ(head_end(bytes, searched), 18U);
}

struct ChunkResult {
    ChunkDecoder::State state;
    std::string body;
};

/// Feeds one byte more at a time, as a slow network would.
ChunkResult decode(std::string_view bytes, std::size_t limit = 1000) {
    ChunkDecoder decoder(limit);
    ChunkResult result{ChunkDecoder::State::more, {}};
    std::string pending;
    for (const char byte : bytes) {
        pending += byte;
        std::size_t consumed = 0;
        result.state = decoder.feed(pending, result.body, consumed);
        pending.erase(0, consumed);
        if (result.state != ChunkDecoder::State::more) {
            break;
        }
    }
    return result;
}

TEST(ChunkDecoder, JoinsChunks) {
    const ChunkResult result =
        decode("3\r\nabc\r\nA;ext=1\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n");
    EXPECT_EQ(result.state, ChunkDecoder::State::done);
    EXPECT_EQ(result.body, "abc0123456789");
}

TEST(ChunkDecoder, RefusesLies) {
    using State = ChunkDecoder::State;
    EXPECT_EQ(decode("3\r\nabcd\r\n").state, State::bad);
    EXPECT_EQ(decode("-3\r\nabc\r\n").state, State::bad);
    EXPECT_EQ(decode("0x3\r\nabc\r\n").state, State::bad);
    EXPECT_EQ(decode("\r\nabc\r\n").state, State::bad);
    EXPECT_EQ(decode("zz\r\nabc\r\n").state, State::bad);
    EXPECT_EQ(decode("11111111111111111\r\na").state, State::bad);
    EXPECT_EQ(decode("ffffffffffffffff\r\na").state, State::too_large);
    EXPECT_EQ(decode("10\r\n0123456789abcdef\r\n", 15).state, State::too_large);
    EXPECT_EQ(decode("3\r\nab").state, State::more);
    EXPECT_EQ(decode(std::string(10000, '1')).state, State::bad);
}

// A program on the way that takes a bare LF for a line end would see another body, or another
// request.
TEST(ChunkDecoder, RefusesEveryLineEndButCrLfAndABlankBeforeTheSize) {
    using State = ChunkDecoder::State;
    for (const std::string_view bytes :
         {"3\nabc\r\n0\r\n\r\n",
          " 3\r\nabc\r\n0\r\n\r\n",
          "3;x\ny\r\nabc\r\n0\r\n\r\n",
          "3;x=\"\n\"\r\nabc\r\n0\r\n\r\n",
          "3\rabc\r\n0\r\n\r\n",
          "3\r\nabc\n0\r\n\r\n",
          "3\r\nabc\r0\r\n\r\n",
          "0\n\n",
          "0\r\nTrailer: x\n\r\n",
          "0\r\nTrailer: x\ny\r\n\r\n",
          "0\r\n\n\r\n"}) {
        EXPECT_EQ(decode(bytes).state, State::bad) << bytes;
    }
    EXPECT_EQ(decode(std::string("3;\0\r\nabc", 9)).state, State::bad);
    EXPECT_EQ(decode("3;\tx\r\nabc\r\n0\r\nT:\tx\r\n\r\n").state, State::done);
    EXPECT_EQ(decode("3\r").state, State::more);
}

} // namespace
} // namespace samara::net
