#include "net/http_server.h"
#include "net/websocket.h"
#include "support/raw_client.h"

#include <array>
#include <condition_variable>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::net {
namespace {

using namespace std::chrono_literals;
using test::RawClient;
using test::status_of;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view handshake = "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: WebSocket\r\n"
                                       "Connection: keep-alive, Upgrade\r\n"
                                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                       "Sec-WebSocket-Version: 13\r\n\r\n";

/// Answers what it gets; "hold" is handled when let_go() is called.
class Echo : public WebSocketService {
public:
    explicit Echo(WebSocketLimits limits) : limits_(limits) {}

    [[nodiscard]] WebSocketLimits limits() const override { return limits_; }

    void on_open(std::shared_ptr<WebSocketPeer> opened) override {
        const std::scoped_lock lock(mutex_);
        peer_ = std::move(opened);
        changed_.notify_all();
    }

    void on_message(std::string message, bool binary, std::function<void()> handled) override {
        if (message == "fatal") {
            throw std::bad_alloc();
        }
        if (message.starts_with("hold")) {
            const std::scoped_lock lock(mutex_);
            held_.push_back(std::move(handled));
            changed_.notify_all();
            return;
        }
        peer()->send("you said " + message, binary);
        handled();
    }

    void on_close(std::uint16_t code, std::string_view reason) override {
        const std::scoped_lock lock(mutex_);
        ended_.push_back(fmt::format("{} {}", code, reason));
        changed_.notify_all();
    }

    std::shared_ptr<WebSocketPeer> peer() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, 10s, [this] { return peer_ != nullptr; });
        return peer_;
    }

    std::string ended() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, 10s, [this] { return !ended_.empty(); });
        return fmt::format("{}", fmt::join(ended_, ", "));
    }

    std::size_t held() {
        const std::scoped_lock lock(mutex_);
        return held_.size();
    }

    void let_go() {
        std::vector<std::function<void()>> held;
        {
            const std::scoped_lock lock(mutex_);
            held.swap(held_);
        }
        for (const auto& handled : held) {
            handled();
        }
    }

private:
    WebSocketLimits limits_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::shared_ptr<WebSocketPeer> peer_;
    std::vector<std::function<void()>> held_;
    std::vector<std::string> ended_;
};

/// A frame as a client sends it.
std::string frame(unsigned first, std::string_view payload, bool masked = true) {
    constexpr std::array<unsigned char, 4> mask{0x12, 0x34, 0x56, 0x78};
    const unsigned bit = masked ? 0x80 : 0;
    std::string bytes(1, static_cast<char>(first));
    if (payload.size() < 126) {
        bytes += static_cast<char>(bit | payload.size());
    } else if (payload.size() < 65536) {
        bytes += static_cast<char>(bit | 126);
        bytes += static_cast<char>(payload.size() >> 8);
        bytes += static_cast<char>(payload.size() & 255);
    } else {
        bytes += static_cast<char>(bit | 127);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes += static_cast<char>((payload.size() >> shift) & 255);
        }
    }
    if (masked) {
        bytes.append(mask.begin(), mask.end());
    }
    for (std::size_t i = 0; i < payload.size(); ++i) {
        bytes += static_cast<char>(
            static_cast<unsigned char>(payload[i]) ^ (masked ? mask.at(i % 4) : 0U));
    }
    return bytes;
}

constexpr unsigned text = 0x81;
constexpr unsigned binary = 0x82;
constexpr unsigned first_text = 0x01;
constexpr unsigned middle = 0x00;
constexpr unsigned last = 0x80;
constexpr unsigned close_frame = 0x88;
constexpr unsigned ping = 0x89;

std::string closing(std::uint16_t code, std::string_view reason = "") {
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 255)};
    return payload.append(reason);
}

class WebSocketTest : public testing::Test {
protected:
    void serve(WebSocketLimits limits = {}, HttpServerOptions options = {}) {
        service_ = std::make_shared<Echo>(limits);
        auto server = HttpServer::start(std::move(options), [this](const HttpRequest& request) {
            if (!wants_websocket(request)) {
                return HttpResponse{200, {}, "plain"};
            }
            if (auto refused = handshake_refusal(request)) {
                return *refused;
            }
            return handshake_answer(request, {{"Sec-WebSocket-Protocol", "chat"}}, service_);
        });
        ASSERT_TRUE(server);
        server_.emplace(std::move(*server));
        client_.emplace(server_->port());
    }

    void connect() {
        client_->send(handshake);
        const std::string answer = client_->response(true);
        ASSERT_EQ(status_of(answer), 101);
        // The example of RFC 6455 section 1.3.
        EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
        EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Protocol: chat\r\n"));
        EXPECT_THAT(answer, HasSubstr("Connection: Upgrade\r\n"));
        EXPECT_THAT(answer, Not(HasSubstr("Content-Length")));
    }

    /// What the server closes with upon these bytes.
    std::string refusal(const std::string& bytes, WebSocketLimits limits = {}) {
        serve(limits);
        connect();
        client_->send(bytes);
        const std::string rest = client_->everything();
        client_.reset(); // its part of closing
        const std::size_t at = rest.size() < 4 ? std::string::npos : rest.size() - 4;
        if (at == std::string::npos || rest[at] != '\x88') {
            return "no close frame: " + rest;
        }
        const auto code = static_cast<unsigned char>(rest[at + 2]) * 256 +
                          static_cast<unsigned char>(rest[at + 3]);
        const std::string ended = service_->ended();
        return ended == fmt::format("{} ", code) ? std::to_string(code) : "ended with " + ended;
    }

    std::shared_ptr<Echo> service_;
    std::optional<HttpServer> server_;
    std::optional<RawClient> client_;
};

TEST_F(WebSocketTest, MessagesGoBothWaysUntilTheClientCloses) {
    serve();
    connect();
    client_->send(frame(text, "hello") + frame(binary, std::string("\0\xff", 2)));
    client_->send(frame(first_text, "in ") + frame(ping, "there") + frame(middle, "three "));
    client_->send(frame(last, "parts") + frame(close_frame, closing(4000, "bye")));
    EXPECT_EQ(
        client_->everything(),
        std::string("\x81\x0eyou said hello") + std::string("\x82\x0byou said \0\xff", 13) +
            "\x8a\x05there" + "\x81\x17you said in three parts" + "\x88\x05\x0f\xa0" + "bye");
    EXPECT_EQ(service_->ended(), "4000 bye");
    EXPECT_FALSE(service_->peer()->send("too late", false));
}

TEST_F(WebSocketTest, AServiceThatThrowsLosesItsClientAlone) {
    serve();
    connect();
    client_->send(frame(text, "one") + frame(text, "fatal") + frame(text, "three"));
    EXPECT_EQ(client_->everything(), "\x81\x0cyou said one\x88\x02\x03\xf3"); // 1011
    EXPECT_EQ(service_->ended(), "1011 ");
    RawClient other(server_->port());
    other.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(status_of(other.response()), 200);
}

TEST_F(WebSocketTest, MessagesThatComeWithTheHandshakeAreNotLost) {
    serve();
    client_->send(std::string(handshake) + frame(text, "early") + frame(close_frame, ""));
    EXPECT_THAT(client_->everything(), HasSubstr("\r\n\r\n\x81\x0eyou said early\x88"));
    EXPECT_EQ(service_->ended(), "1005 ");
}

TEST_F(WebSocketTest, LongMessagesHaveTheirLengthInMoreBytes) {
    serve();
    connect();
    const std::string long_one(70'000, 'x');
    client_->send(frame(text, std::string(300, 'y')) + frame(text, long_one));
    client_->send(frame(close_frame, closing(1000)));
    const std::string got = client_->everything();
    EXPECT_TRUE(got.starts_with("\x81\x7e\x01\x35you said yyy")) << got.substr(0, 20);
    EXPECT_THAT(got, HasSubstr(std::string("\x81\x7f\0\0\0\0\0\x01\x11\x79", 10) + "you said xxx"));
}

TEST_F(WebSocketTest, WhatIsTooLargeIsRefusedBeforeItHasCome) {
    const WebSocketLimits limits{.message = 100, .frame = 60};
    EXPECT_EQ(refusal(frame(text, std::string(61, 'x')).substr(0, 2 + 4), limits), "1009");
    EXPECT_EQ(
        refusal(
            frame(first_text, std::string(60, 'x')) + frame(last, std::string(41, 'x')), limits),
        "1009");
    EXPECT_EQ(refusal(std::string("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff", 10), limits), "1009");
}

TEST_F(WebSocketTest, WhatBreaksTheProtocolIsRefused) {
    EXPECT_EQ(refusal(frame(text, "x", false)), "1002");                   // no mask
    EXPECT_EQ(refusal(frame(0xc1, "x")), "1002");                          // an extension's bit
    EXPECT_EQ(refusal(frame(0x83, "x")), "1002");                          // unknown opcode
    EXPECT_EQ(refusal(frame(last, "x")), "1002");                          // continues nothing
    EXPECT_EQ(refusal(frame(first_text, "x") + frame(text, "y")), "1002"); // not ended
    EXPECT_EQ(refusal(frame(0x09, "x")), "1002");                          // ping in parts
    EXPECT_EQ(refusal(frame(ping, std::string(126, 'x'))), "1002");        // long ping
    EXPECT_EQ(refusal(frame(close_frame, "x")), "1002");                   // half a code
    EXPECT_EQ(refusal(frame(close_frame, closing(1005))), "1002");         // never sent
    EXPECT_EQ(refusal(std::string("\x81\xfe\0\x05", 4)), "1002");          // length too long
    EXPECT_EQ(refusal(frame(text, "\xff")), "1007");                       // not UTF-8
    EXPECT_EQ(refusal(frame(close_frame, closing(1000, "\xff"))), "1007");
}

TEST_F(WebSocketTest, HandshakesThatAreNoneAreRefused) {
    serve();
    const auto answer = [&](std::string_view what, std::string_view instead) {
        std::string request(handshake);
        request.replace(request.find(what), what.size(), instead);
        RawClient client(server_->port());
        client.send(request);
        return client.response();
    };
    EXPECT_THAT(answer("Version: 13", "Version: 8"), HasSubstr("Sec-WebSocket-Version: 13\r\n"));
    EXPECT_EQ(status_of(answer("Version: 13", "Version: 8")), 426);
    EXPECT_EQ(status_of(answer("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=")), 400);
    EXPECT_EQ(status_of(answer("keep-alive, Upgrade", "keep-alive")), 400);
    EXPECT_EQ(test::body_of(answer("Upgrade: WebSocket", "Upgrade: h2c")), "plain");
}

TEST_F(WebSocketTest, TheServerCloses) {
    serve();
    connect();
    service_->peer()->close(1000, "done");
    service_->peer()->send("nothing comes behind it", false);
    EXPECT_TRUE(client_->readable(10s));
    client_->send(frame(close_frame, closing(1000)));
    EXPECT_EQ(client_->everything(), std::string("\x88\x06\x03\xe8") + "done");
    EXPECT_EQ(service_->ended(), "1000 done");
}

TEST_F(WebSocketTest, AClientThatDoesNotCloseIsCutOff) {
    serve({.close_timeout = 100ms});
    connect();
    service_->peer()->close(1001, "");
    EXPECT_TRUE(client_->closed());
    EXPECT_EQ(service_->ended(), "1001 ");
}

TEST_F(WebSocketTest, AClientThatGoesAwayIsNoticed) {
    serve();
    connect();
    client_.reset();
    EXPECT_EQ(service_->ended(), "1006 ");
}

TEST_F(WebSocketTest, ASilentClientIsAskedAndThenLeft) {
    serve({.ping = 200ms}, {.head_timeout = 100ms});
    connect();
    EXPECT_EQ(client_->everything(), std::string("\x89\0", 2));
    EXPECT_EQ(service_->ended(), "1006 ");
}

TEST_F(WebSocketTest, AClientThatDoesNotReadIsCutOff) {
    serve({.unsent = 100'000}, {.head_timeout = 100ms});
    connect();
    const auto peer = service_->peer();
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (peer->send(std::string(50'000, 'x'), false) && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_EQ(service_->ended(), "1006 ");
}

TEST_F(WebSocketTest, AServiceThatIsBehindHoldsUpItsClientAlone) {
    serve({.unhandled = 1'000});
    connect();
    const std::string message = "hold" + std::string(400, 'x');
    for (int i = 0; i < 10; ++i) {
        client_->send(frame(text, message));
    }
    RawClient other(server_->port());
    other.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(test::body_of(other.response()), "plain");
    EXPECT_LT(service_->held(), 5U);
    client_->send(frame(text, "then") + frame(close_frame, ""));
    for (int i = 0; i < 200 && !client_->readable(10ms); ++i) {
        service_->let_go();
    }
    service_->let_go();
    EXPECT_THAT(client_->everything(), HasSubstr("you said then"));
    EXPECT_EQ(service_->ended(), "1005 ");
}

TEST_F(WebSocketTest, StoppingTheServerTellsTheClients) {
    serve();
    connect();
    std::thread stopping([this] { server_->stop(); });
    EXPECT_TRUE(client_->readable(10s));
    client_->send(frame(close_frame, closing(1001)));
    EXPECT_EQ(client_->everything(), std::string("\x88\x0c\x03\xe9") + "Going away");
    stopping.join();
    EXPECT_EQ(service_->ended(), "1001 Going away");
}

} // namespace
} // namespace samara::net
