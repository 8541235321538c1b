#include "net/request_reader.h"

#include <gmock/gmock.h>

namespace samara::net {
namespace {

/// A head that is read; the bytes end with it.
RequestReader good(std::string_view bytes) {
    RequestReader reader(HeadLimits{});
    std::size_t consumed = 0;
    EXPECT_EQ(reader.read_head(bytes, consumed), RequestReader::State::done) << bytes;
    EXPECT_EQ(consumed, bytes.size());
    return reader;
}

int refused(std::string_view bytes, const HeadLimits& limits = {}) {
    RequestReader reader(limits);
    std::size_t consumed = 0;
    return reader.read_head(bytes, consumed) == RequestReader::State::refused ? reader.refusal()
                                                                              : 0;
}

TEST(RequestReaderHead, KeepsOrderSpellingAndEncoding) {
    RequestReader reader = good("GET /a%2Fb?c=%20 HTTP/1.1\r\nhOst: x\r\nZ: 1%2F2\r\nA:  b \r\n"
                                "Z: 3\r\n\r\n");
    const HttpRequest& request = reader.request();
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.target, "/a%2Fb?c=%20");
    ASSERT_EQ(request.headers.size(), 4U);
    EXPECT_EQ(request.headers[0].name, "hOst");
    EXPECT_EQ(request.headers[1].value, "1%2F2");
    EXPECT_EQ(request.headers[2].value, "b");
    EXPECT_EQ(request.headers[3].value, "3");
    EXPECT_TRUE(reader.keep_alive());
    EXPECT_EQ(reader.length(), 0U);
}

TEST(RequestReaderHead, TakesTheAbsoluteFormAndDropsFragments) {
    EXPECT_EQ(good("GET http://h/p?q HTTP/1.1\r\nHost: h\r\n\r\n").request().target, "/p?q");
    EXPECT_EQ(good("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n").request().target, "/");
    EXPECT_EQ(good("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").request().target, "/");
    EXPECT_EQ(good("GET /p#f HTTP/1.1\r\nHost: h\r\n\r\n").request().target, "/p");
}

TEST(RequestReaderHead, KnowsHowConnectionsAndBodiesEnd) {
    EXPECT_FALSE(good("GET / HTTP/1.0\r\n\r\n").keep_alive());
    EXPECT_TRUE(good("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive());
    EXPECT_FALSE(good("GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n").keep_alive());
    const RequestReader sized = good("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\n");
    EXPECT_EQ(sized.length(), 12U);
    const RequestReader chunked = good(
        "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(chunked.length(), std::nullopt);
    EXPECT_TRUE(chunked.expects_continue());
}

TEST(RequestReaderHead, RefusesWhatCanBeReadInTwoWays) {
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

TEST(RequestReaderHead, RefusesBadRequestLines) {
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

TEST(RequestReaderHead, LimitsHeads) {
    std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int i = 0; i < 300; ++i) {
        many += "A: b\r\n";
    }
    EXPECT_EQ(refused(many + "\r\n"), 431);
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: h\r\n\r\n", {20, 10}), 431);
}

// Another program on the way may take a line feed alone for the end of a line, or of the head.
TEST(RequestReaderHead, RefusesABareLineFeedAtOnce) {
    for (const std::string_view bytes :
         {"GET / HTTP/1.1\n",
          "GET / HTTP/1.1\nHost: h\n\n",
          "GET / HTTP/1.1\r\nHost: h\n\n",
          "GET / HTTP/1.1\r\nHost: h\n\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\n\nrest",
          "GET / HTTP/1.1\rHost: h\r\n\r\n"}) {
        EXPECT_EQ(refused(bytes), 400) << bytes;
    }
}

TEST(RequestReaderHead, FindsTheEndOfAHeadAcrossReads) {
    const std::string bytes = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    RequestReader reader(HeadLimits{});
    std::size_t consumed = 0;
    for (std::size_t size = 1; size < bytes.size(); ++size) {
        ASSERT_EQ(
            reader.read_head(std::string_view(bytes).substr(0, size), consumed),
            RequestReader::State::more)
            << size;
    }
    EXPECT_EQ(reader.read_head(bytes + "\nrest", consumed), RequestReader::State::done);
    EXPECT_EQ(consumed, bytes.size());
}

struct ChunkResult {
    RequestReader::State state;
    int refusal;
    std::string body;
};

/// Feeds one byte more at a time, as a slow network would.
ChunkResult decode(std::string_view bytes, std::size_t limit = 1000) {
    RequestReader reader = good("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    ChunkResult result{RequestReader::State::more, 0, {}};
    std::string pending;
    for (const char byte : bytes) {
        pending += byte;
        std::size_t consumed = 0;
        result.state = reader.read_body(pending, consumed, result.body, limit);
        pending.erase(0, consumed);
        if (result.state != RequestReader::State::more) {
            break;
        }
    }
    result.refusal = result.state == RequestReader::State::refused ? reader.refusal() : 0;
    return result;
}

TEST(RequestReaderChunks, JoinsChunks) {
    const ChunkResult result =
        decode("3\r\nabc\r\nA;ext=1\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n");
    EXPECT_EQ(result.state, RequestReader::State::done);
    EXPECT_EQ(result.body, "abc0123456789");
}

TEST(RequestReaderChunks, RefusesLies) {
    EXPECT_EQ(decode("3\r\nabcd\r\n").refusal, 400);
    EXPECT_EQ(decode("-3\r\nabc\r\n").refusal, 400);
    EXPECT_EQ(decode("0x3\r\nabc\r\n").refusal, 400);
    EXPECT_EQ(decode("\r\nabc\r\n").refusal, 400);
    EXPECT_EQ(decode("zz\r\nabc\r\n").refusal, 400);
    EXPECT_EQ(decode("11111111111111111\r\na").refusal, 400);
    EXPECT_EQ(decode("ffffffffffffffff\r\na").refusal, 413);
    EXPECT_EQ(decode("10\r\n0123456789abcdef\r\n", 15).refusal, 413);
    EXPECT_EQ(decode("3\r\nab").state, RequestReader::State::more);
    EXPECT_EQ(decode(std::string(10000, '1')).refusal, 400);
}

// A program on the way that takes a bare LF for a line end would see another body, or another
// request.
TEST(RequestReaderChunks, RefusesEveryLineEndButCrLfAndABlankBeforeTheSize) {
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
        EXPECT_EQ(decode(bytes).refusal, 400) << bytes;
    }
    EXPECT_EQ(decode(std::string("3;\0\r\nabc", 9)).refusal, 400);
    EXPECT_EQ(decode("3;\tx\r\nabc\r\n0\r\nT:\tx\r\n\r\n").state, RequestReader::State::done);
    EXPECT_EQ(decode("3\r").state, RequestReader::State::more);
}

} // namespace
} // namespace samara::net
