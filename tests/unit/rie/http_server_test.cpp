// The emulator's own server, on sockets, with limits small enough to be met.
#include "rie/api_server.h"
#include "support/raw_client.h"

#include <random>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::rie {
namespace {

using namespace std::chrono_literals;
using samara::test::body_of;
using samara::test::RawClient;
using samara::test::status_of;
using testing::HasSubstr;

/// Answers with the body; "/stream" goes to a sink that counts, and "/never" has no answer.
class Echo : public EmulatorApi {
public:
    [[nodiscard]] std::size_t body_limit(const HttpRequest& /*head*/) const override {
        return 1000;
    }

    std::shared_ptr<BodySink> open(const HttpRequest& head, const ExchangePtr& exchange) override {
        return head.path() == "/stream" ? std::make_shared<Sink>(exchange) : nullptr;
    }

    void serve(HttpRequest request, ExchangePtr exchange) override {
        if (request.path() == "/never") {
            kept_.push_back(std::move(exchange));
        } else {
            exchange->reply(
                {request.too_large ? 413U : 200U, request.too_large ? "" : request.body, {}});
        }
    }

private:
    class Sink : public BodySink {
    public:
        explicit Sink(ExchangePtr exchange) : exchange_(std::move(exchange)) {}

        void on_bytes(std::string bytes, std::function<void()> resume) override {
            size_ += bytes.size();
            resume();
        }

        void on_end(const Headers& trailers) override {
            exchange_->reply(
                {200, fmt::format("{} {}", size_, net::header_text(trailers, "X-End")), {}});
        }

        void on_abort() override {}

    private:
        ExchangePtr exchange_;
        std::size_t size_ = 0;
    };

    std::vector<ExchangePtr> kept_;
};

class RieServer : public testing::Test {
protected:
    void start(ServerLimits limits) {
        server_.emplace(context_, echo_, limits);
        const auto address = server_->listen("127.0.0.1:0");
        ASSERT_TRUE(address);
        port_ = static_cast<std::uint16_t>(std::stoi(address->substr(address->rfind(':') + 1)));
        thread_ = std::thread([this] { context_.run(); });
    }

    ~RieServer() override {
        context_.stop();
        thread_.join();
    }

    [[nodiscard]] std::string exchange(std::string_view bytes) const {
        RawClient client(port_);
        client.send(bytes);
        return client.response();
    }

    [[nodiscard]] bool serves() const {
        return body_of(exchange("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nfine")) ==
               "fine";
    }

    boost::asio::io_context context_; // as in the program: what is kept of it ends before it
    Echo echo_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ =
        boost::asio::make_work_guard(context_);
    std::optional<ApiServer> server_;
    std::thread thread_;
    std::uint16_t port_ = 0;
};

constexpr std::string_view chunked =
    "POST {} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST_F(RieServer, TakesChunksWithExtensionsAndTrailers) {
    start({});
    EXPECT_EQ(
        body_of(exchange(fmt::format(chunked, "/") + "3;a=\"b\tc\"\r\nabc\r\n0\r\n\r\n")), "abc");
    EXPECT_EQ(
        body_of(exchange(fmt::format(chunked, "/stream") + "3\r\nabc\r\n0\r\nX-End: yes\r\n\r\n")),
        "3 yes");
}

TEST_F(RieServer, RefusesEveryLineEndBetweenChunksButCrLf) {
    start({});
    for (const std::string_view path : {"/", "/stream"}) {
        for (const std::string_view body :
             {"3\nabc\r\n0\r\n\r\n",
              "3;x\ny\r\nabc\r\n0\r\n\r\n",
              "3;x=\"\n\"\r\nabc\r\n0\r\n\r\n",
              "3;x=\"\\\n\"\r\nabc\r\n0\r\n\r\n",
              "3\rabc\r\n0\r\n\r\n",
              "3\r\nabc\n0\r\n\r\n",
              "3\r\nabc\r\n0\n\r\n",
              "3\r\nabc\r\n0\r\nTrailer: x\ny: z\r\n\r\n"}) {
            RawClient client(port_);
            client.send(fmt::format(chunked, path));
            client.send(body);
            client.finish_sending();
            EXPECT_EQ(status_of(client.everything()), 400) << path << body;
        }
    }
    EXPECT_TRUE(serves());
}

TEST_F(RieServer, ATrickleDoesNotRestartAnyTime) {
    ServerLimits limits;
    limits.head = limits.body = 100ms;
    start(limits);
    for (const auto& [beginning, piece] :
         {std::pair{"POST / HTTP/1.1\r\nHost: h\r\n", "X: y\r\n"},
          std::pair{"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0000000", "0"},
          std::pair{"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\n", "x"},
          std::pair{
              "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"}}) {
        RawClient client(port_);
        client.send(beginning);
        while (client.send(piece) && !client.readable(5ms)) {
        }
        EXPECT_TRUE(client.closed()) << beginning;
    }
    EXPECT_TRUE(serves());
}

TEST_F(RieServer, BodiesThatComeInAtATimeHaveABudget) {
    ServerLimits limits;
    limits.collected = 1500;
    start(limits);
    const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\n";
    RawClient first(port_);
    first.send(head + std::string(800, 'y')); // its share is what has come
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    std::string refused;
    while (status_of(refused) != 503 && std::chrono::steady_clock::now() < deadline) {
        RawClient second(port_);
        second.send(head + std::string(800, 'x')); // and waits for the rest
        refused = second.readable(100ms) ? second.response() : "";
    }
    EXPECT_EQ(status_of(refused), 503);
    EXPECT_THAT(refused, HasSubstr("Retry-After: 1\r\n"));
    first.send(std::string(100, 'y'));
    EXPECT_EQ(body_of(first.response()), std::string(900, 'y'));
    EXPECT_EQ(status_of(exchange(head + std::string(900, 'x'))), 200);
}

TEST_F(RieServer, ConnectionsHaveANumber) {
    ServerLimits limits;
    limits.connections = 2;
    start(limits);
    {
        RawClient first(port_);
        first.send("GET /never HTTP/1.1\r\nHost: h\r\n\r\n");
        RawClient second(port_);
        second.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n1");
        EXPECT_EQ(body_of(second.response()), "1");
        RawClient third(port_);
        third.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n1");
        EXPECT_EQ(third.everything(), "");
    }
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    bool served = false;
    while (!served && std::chrono::steady_clock::now() < deadline) {
        served = serves(); // the second has gone
    }
    EXPECT_TRUE(served);
}

// Requests with bytes changed, left out and repeated: each connection ends, and the next is served.
TEST_F(RieServer, SurvivesWhateverComesIn) {
    start({});
    const std::array<std::string, 5> seeds{
        fmt::format(chunked, "/") + "3;a=b\r\nabc\r\n0\r\nX-End: yes\r\n\r\n",
        fmt::format(chunked, "/stream") + "3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTE: trailers\r\n\r\nfine",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nfine",
        "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /never HTTP/1.1\r\nHost: h\r\nConnection: "
        "close\r\n\r\n"};
    const char* const wanted = std::getenv("SAMARA_FUZZ_ROUNDS"); // NOLINT(concurrency-mt-unsafe)
    const int rounds = wanted == nullptr ? 300 : std::stoi(wanted);
    std::mt19937 random(1); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time
    for (int round = 0; round < rounds; ++round) {
        std::string request = seeds[random() % seeds.size()];
        for (unsigned change = random() % 4; change > 0; --change) {
            const std::size_t at = random() % request.size();
            switch (random() % 4) {
            case 0:
                request[at] = static_cast<char>(random());
                break;
            case 1:
                request.erase(at, random() % 8);
                break;
            case 2:
                request.insert(at, request.substr(random() % request.size(), random() % 64));
                break;
            default:
                request.insert(at, 1, "\r\n\0 :;"[random() % 6]);
            }
            if (request.empty()) {
                request = "x";
            }
        }
        RawClient client(port_);
        client.send(request);
        client.finish_sending();
        if (request.find("/never") == std::string::npos) {
            const std::string answer = client.everything();
            EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 ")) << request;
        }
        if (round % 100 == 99) {
            ASSERT_TRUE(serves());
        }
    }
}

} // namespace
} // namespace samara::rie
