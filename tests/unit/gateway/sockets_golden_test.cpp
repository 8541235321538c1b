// The table of tests/golden/gateway/websocket.json.

#include "base/strings.h"
#include "data/write.h"
#include "gateway/read/apis.h"
#include "gateway/server.h"
#include "gateway/websocket/selection.h"
#include "gateway/websocket/socket_gateway.h"
#include "support/raw_client.h"
#include "unit/gateway/golden_rows.h"
#include "unit/gateway/golden_table.h"

#include <condition_variable>
#include <map>
#include <mutex>

#include <fmt/format.h>

namespace samara::gateway {
namespace {

using test::RawClient;

/// A client that keeps what it gets.
class Client : public SocketPeer {
public:
    bool send(std::string message, bool binary) override {
        messages.push_back(binary ? base::base64_encode(message) : std::move(message));
        was_binary = binary;
        return true;
    }

    void close(std::uint16_t code, std::string_view /*reason*/) override { closed = code; }

    std::vector<std::string> messages;
    bool was_binary = false;
    std::uint16_t closed = 0;
};

class Sockets : public testing::Test {
protected:
    static std::vector<Api> read(const data::Value& group) {
        const auto resources = data::read_yaml(data::text_of(group, "template"), "template.yaml");
        EXPECT_TRUE(resources) << base::to_string(resources.error());
        base::Diagnostics diagnostics;
        return read_websocket_apis(*resources, {}, diagnostics);
    }

    void serve(const data::Value& group, const data::Value& row) {
        events_.clear();
        case_ = &row;
        SocketGateway::Options options;
        options.authorization.iam =
            std::make_shared<const aws_client::IamCredentials>(*aws_client::parse_credentials(
                "[me]\naws_access_key_id=AK\naws_secret_access_key=s\n", "f"));
        options.access_log = [this](const serving::AccessRecord& record) {
            lines_.push_back(record.line);
        };
        std::vector<Api> apis = read(group);
        apis.front().access_log_format = data::text_of(row, "format");
        gateway_ = std::make_unique<SocketGateway>(
            std::move(apis),
            [this](const invoke::Request& request) -> base::Result<invoke::Response> {
                events_[request.function] = request.payload;
                const data::Value& reply = member(*case_, request.function);
                invoke::Response response;
                response.status =
                    static_cast<int>(data::integer_of(reply.find("invoke")).value_or(200));
                response.function_error = data::text_of(reply, "error");
                response.request_id = "id-of-the-call";
                const data::Value* result = reply.find("result");
                response.payload = reply.is_null()     ? R"({"statusCode": 200})"
                                   : result != nullptr ? data::write_json(*result)
                                                       : data::text_of(reply, "payload");
                return response;
            },
            std::move(options));
    }

    static net::HttpRequest handshake(const data::Value& row, std::string target) {
        net::HttpRequest request{
            "GET",
            std::move(target),
            {{"Host", "localhost:3000"}, {"User-Agent", "ws"}},
            {},
            "10.0.0.9"};
        add_headers(row, request);
        return request;
    }

    /// A client that is in, whatever the functions of the case answer to messages.
    std::shared_ptr<const SocketClient> open(const data::Value& row) {
        data::Map connecting;
        if (const data::Value* authorizer = row.find("Auth")) {
            connecting.set("Auth", *authorizer);
        }
        const data::Value before(std::move(connecting));
        case_ = &before;
        const std::string target = data::text_of(row, "handshake");
        serving::AccessRecord record;
        const auto accepted =
            gateway_->connect(handshake(row, target.empty() ? "/prod" : target), record);
        if (!accepted) {
            ADD_FAILURE() << accepted.error().status;
            return std::make_shared<SocketClient>();
        }
        case_ = &row;
        events_.clear();
        peer_ = std::make_shared<Client>();
        gateway_->opened(accepted->client, peer_);
        return accepted->client;
    }

    void connect(const data::Value& row) {
        serving::AccessRecord record;
        const net::HttpRequest request = handshake(row, data::text_of(row, "connect"));
        ASSERT_EQ(gateway_->takes(request), row.find("taken") == nullptr);
        if (row.find("taken") != nullptr) {
            return;
        }
        const auto accepted = gateway_->connect(request, record);
        EXPECT_EQ(
            accepted ? 101 : accepted.error().status,
            data::integer_of(row.find("status")).value_or(101));
        if (const data::Value* answer = row.find("answer"); answer != nullptr && !accepted) {
            EXPECT_EQ(accepted.error().body, answer->text());
        }
        if (accepted) {
            const std::string* protocol =
                net::find_header(accepted->headers, "Sec-WebSocket-Protocol");
            EXPECT_EQ(protocol == nullptr ? "" : *protocol, data::text_of(row, "protocol"));
        }
    }

    /// A message, or the client's end.
    void talk(const data::Value& row) {
        const auto client = open(row);
        const data::Value* encoded = row.find("binary");
        const data::List& closes = items(member(row, "closes"));
        if (!closes.empty()) {
            gateway_->closed(
                *client,
                static_cast<std::uint16_t>(*closes.at(0).as_integer()),
                closes.at(1).text());
            EXPECT_EQ(gateway_->connections().size(), 0U);
            return;
        }
        gateway_->message(*client, bytes(row, encoded), encoded != nullptr);
        std::vector<std::string> expected = data::texts_of(row.find("replies"));
        if (row.find("replies_base64") != nullptr) {
            expected = data::texts_of(row.find("replies_base64"));
            EXPECT_TRUE(peer_->was_binary);
        }
        ASSERT_EQ(peer_->messages.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const auto told = data::read_json(peer_->messages[i], "message");
            const std::string request =
                told && told->is_map() ? data::text_of(*told, "requestId") : "";
            EXPECT_EQ(
                peer_->messages[i],
                base::replace_all(
                    base::replace_all(expected[i], "\"ID\"", '"' + client->id + '"'),
                    "\"REQUEST\"",
                    '"' + request + '"'));
        }
    }

    static std::string bytes(const data::Value& row, const data::Value* encoded) {
        return encoded == nullptr ? data::text_of(row, "message")
                                  : *base::base64_decode(encoded->text());
    }

    void check_event(const data::Value& row) {
        if (row.find("called") != nullptr) {
            EXPECT_TRUE(events_.empty());
        }
        const data::Value* expected = row.find("event");
        if (expected == nullptr) {
            return;
        }
        const std::string of = data::text_of(row, "of");
        const auto event = data::read_json(events_[of.empty() ? "Fn" : of], "event");
        ASSERT_TRUE(event);
        EXPECT_TRUE(contains(*event, *expected)) << data::write_json(*event);
        for (const std::string& path : data::texts_of(row.find("lacks"))) {
            const std::size_t stop = path.find('.');
            const data::Value* found = event->find(path.substr(0, stop));
            if (stop != std::string::npos && found != nullptr) {
                found = found->find(path.substr(stop + 1));
            }
            EXPECT_EQ(found, nullptr) << path;
        }
    }

    void manage(const data::Value& row) {
        const auto client = open(row);
        if (row.find("gone") != nullptr) {
            gateway_->closed(*client, 1000, "");
        }
        net::HttpRequest request;
        request.method = data::text_of(row, "method");
        request.target = base::replace_all(
            data::text_of(row, "target"), "ID", base::replace_all(client->id, "=", "%3D"));
        const auto size = data::integer_of(row.find("size"));
        request.body =
            size ? std::string(static_cast<std::size_t>(*size), 'x') : data::text_of(row, "body");
        const net::HttpResponse response = gateway_->connections()
                                               .manage(request, std::chrono::system_clock::now())
                                               .value_or(net::HttpResponse{0, {}, {}});
        EXPECT_EQ(response.status, data::integer_of(row.find("status")));
        const std::string type = data::text_of(row, "type");
        const std::string* told = net::find_header(response.headers, "x-amzn-ErrorType");
        EXPECT_TRUE(type.empty() || (told != nullptr && *told == type));
        if (row.find("sent") != nullptr) {
            EXPECT_EQ(peer_->messages, data::texts_of(row.find("sent")));
        }
        EXPECT_EQ(peer_->closed, data::integer_of(row.find("closed")).value_or(0));
        if (const data::Value* expected = row.find("contains")) {
            const auto body = data::read_json(response.body, "connection");
            ASSERT_TRUE(body);
            EXPECT_TRUE(contains(*body, *expected)) << response.body;
        }
    }

    /// A handshake, and if it comes in a message and an end, each in the stage's format.
    void log(const data::Value& row) {
        serving::AccessRecord record;
        const std::string target = data::text_of(row, "handshake");
        const auto accepted =
            gateway_->connect(handshake(row, target.empty() ? "/prod" : target), record);
        lines_ = {record.line};
        if (accepted) {
            gateway_->opened(accepted->client, std::make_shared<Client>());
            gateway_->message(*accepted->client, "hello", false);
            gateway_->closed(*accepted->client, 1001, "bye");
        }
        const std::vector<std::string> expected = data::texts_of(row.find("lines"));
        ASSERT_EQ(lines_.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            EXPECT_TRUE(lines_[i] == expected[i] || matches(lines_[i], expected[i]))
                << lines_[i] << " is not " << expected[i];
        }
    }

    static bool matches(const std::string& line, const std::string& pattern) {
        return pattern.find('[') != std::string::npos &&
               testing::Matches(testing::MatchesRegex(pattern))(line);
    }

    void grow_old(const data::Value& row) {
        const auto client = open(row);
        Connections& connections = gateway_->connections();
        std::chrono::minutes last{0};
        for (const data::Value& item : items(member(row, "minutes"))) {
            if (last.count() != 0) { // a message, at the last time that was looked
                connections.touch(client->id, client->connected_at + last);
            }
            last = std::chrono::minutes(*item.as_integer());
            connections.close_expired(client->connected_at + last);
        }
        EXPECT_EQ(peer_->closed, data::integer_of(row.find("closed")).value_or(0));
    }

    const data::Value* case_ = nullptr;
    std::unique_ptr<SocketGateway> gateway_;
    std::map<std::string, std::string> events_; // the last of each function
    std::shared_ptr<Client> peer_;
    std::vector<std::string> lines_; // of the access log
};

/// A frame of so many "x" as a client masks them.
std::string frame(unsigned first, std::size_t size) {
    std::string bytes(1, static_cast<char>(first));
    const unsigned code = size < 126 ? static_cast<unsigned>(size) : size < 65'536 ? 126U : 127U;
    bytes += static_cast<char>(0x80U | code);
    for (int shift = code == 126 ? 8 : code == 127 ? 56 : -8; shift >= 0; shift -= 8) {
        bytes += static_cast<char>((size >> shift) & 255U);
    }
    return bytes + std::string(4, '\0') + std::string(size, 'x');
}

/// What comes of frames at the server: the sizes of the messages that reach the function, and the
/// code it closes with.
void send_frames(std::vector<Api> sockets, const data::Value& row) {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> sizes;
    ServerOptions options;
    options.sockets = std::move(sockets);
    auto server = Server::start(
        {},
        [&](const invoke::Request& request) -> base::Result<invoke::Response> {
            const auto event = data::read_json(request.payload, "event");
            const std::scoped_lock lock(mutex);
            sizes.push_back(std::to_string(data::text_of(*event, "body").size()));
            changed.notify_all();
            invoke::Response response;
            response.payload = R"({"statusCode": 200, "body": "got it"})";
            return response;
        },
        std::move(options));
    ASSERT_TRUE(server);
    RawClient client(server->port());
    client.send("GET /prod HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                "Sec-WebSocket-Version: 13\r\n\r\n");
    ASSERT_EQ(test::status_of(client.response(true)), 101);
    for (const data::Value& one : items(member(row, "frames"))) {
        client.send(frame(
            static_cast<unsigned>(*member(one, "first").as_integer()),
            static_cast<std::size_t>(*member(one, "size").as_integer())));
    }
    const std::vector<std::string> expected = data::texts_of(row.find("messages"));
    if (const auto code = data::integer_of(row.find("closes"))) {
        const std::string told{
            static_cast<char>(*code >> 8), static_cast<char>(*code & 255)}; // ends what is sent
        EXPECT_THAT(client.until(told), testing::EndsWith(told));
    }
    {
        std::unique_lock lock(mutex);
        changed.wait_for(
            lock, std::chrono::seconds(10), [&] { return sizes.size() >= expected.size(); });
    }
    client.finish_sending();
    server->stop();
    EXPECT_EQ(sizes, expected);
}

TEST_F(Sockets, AsDocumented) {
    for (const data::Value& group : table("websocket.json")) {
        const std::string asks = data::text_of(group, "asks");
        for (const data::Value& row : items(member(group, "cases"))) {
            SCOPED_TRACE(data::text_of(group, "page") + ": " + data::text_of(row, "name"));
            if (asks == "selection") {
                EXPECT_EQ(
                    selected_key(data::text_of(row, "expression"), data::text_of(row, "message")),
                    data::text_of(row, "key"));
                continue;
            }
            if (asks == "frames") {
                send_frames(read(group), row);
                continue;
            }
            serve(group, row);
            if (asks == "management") {
                manage(row);
            } else if (asks == "log") {
                log(row);
            } else if (asks == "ages") {
                grow_old(row);
            } else {
                ASSERT_EQ(asks, "exchange");
                row.find("connect") != nullptr ? connect(row) : talk(row);
                check_event(row);
            }
        }
    }
}

} // namespace
} // namespace samara::gateway
