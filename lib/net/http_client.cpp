#include "net/http_client.h"

#include "base/trace.h"
#include "net/bounded_wire.h"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <httplib.h>

#include <poll.h>

// The one source that includes cpp-httplib: it writes requests and reads answers, over connections
// and waits of ours, because its own have no limit for the whole and cannot be stopped.
namespace samara::net {

namespace {

template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};

template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>; // clang 14 does not deduce aggregates yet

std::string host_header(std::string_view host, std::uint16_t port, std::uint16_t usual) {
    const bool bracketed = host.find(':') != std::string_view::npos;
    std::string text = bracketed ? fmt::format("[{}]", host) : std::string(host);
    return port == usual ? text : fmt::format("{}:{}", text, port);
}

std::string host_header(const HttpAddress& address) {
    constexpr std::uint16_t http = 80;
    constexpr std::uint16_t https = 443;
    return std::visit(
        Overloaded{
            [](const TcpAddress& tcp) { return host_header(tcp.host, tcp.port, http); },
            [](const TlsAddress& tls) { return host_header(tls.host, tls.port, https); },
            [](const UnixAddress&) { return std::string("localhost"); }, // Docker refuses a path
        },
        address);
}

// What would end the line early and begin another one.
bool is_one_line(const ClientRequest& request) {
    const auto plain = [](char byte) {
        return byte > ' ' ? byte != '\x7f' : static_cast<unsigned char>(byte) > '\x7f';
    };
    return std::all_of(request.method.begin(), request.method.end(), plain) &&
           std::all_of(request.target.begin(), request.target.end(), plain);
}

/// What one exchange is, for the library's callbacks and for telling failures apart.
struct Exchange {
    Exchange(const ClientRequest& asked, const AnswerLimits& bounds)
        : request(asked), limits(bounds) {}

    const ClientRequest& request;
    const AnswerLimits& limits;
    BoundedWire* wire = nullptr; // while the library reads and writes
    bool streams = false;        // the sink gets the body
    bool refusal = false;        // of an answer that was to be streamed
    std::string body;
    std::uint64_t delivered = 0;
    bool answered = false;
    bool refused = false;
    bool enough = false; // of a refusal
    std::optional<HttpError> failure;
    bool placed = false; // it names what it is about
};

class WireStream final : public httplib::Stream {
public:
    explicit WireStream(BoundedWire& wire) : wire_(wire) {}

    [[nodiscard]] bool is_readable() const override { return true; }

    [[nodiscard]] bool is_writable() const override { return true; }

    ssize_t read(char* into, size_t size) override {
        const auto count = wire_.read({into, size});
        return count ? static_cast<ssize_t>(*count) : -1;
    }

    ssize_t write(const char* bytes, size_t size) override {
        return wire_.write({bytes, size}) ? static_cast<ssize_t>(size) : -1;
    }

    void get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}

    void get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}

    [[nodiscard]] socket_t socket() const override { return INVALID_SOCKET; }

private:
    BoundedWire& wire_;
};

ClientResponse head_of(const httplib::Response& response) {
    ClientResponse head;
    head.status = response.status;
    for (const auto& [name, value] : response.headers) {
        head.headers.push_back({name, value});
    }
    return head;
}

/// Where the body goes.
void begin_body(Exchange& exchange, const httplib::Response& response) {
    const ClientRequest& request = exchange.request;
    const bool success = response.status >= 200 && response.status < 300;
    exchange.streams =
        request.body_sink && (request.head_sink ? request.head_sink(head_of(response)) : success);
    exchange.refusal = request.body_sink && !exchange.streams && !success;
}

bool receive(Exchange& exchange, std::string_view bytes) {
    exchange.wire->advanced();
    const std::uint64_t limit = exchange.refusal ? refusal_limit : exchange.limits.body;
    if (bytes.size() > limit - exchange.delivered) {
        if (exchange.refusal) {
            exchange.body += bytes.substr(0, limit - exchange.delivered);
            exchange.enough = true;
        } else {
            exchange.failure = {
                HttpFailure::too_large, fmt::format("the answer has more than {} bytes", limit)};
        }
        return false;
    }
    exchange.delivered += bytes.size();
    if (!exchange.streams) {
        exchange.body += bytes;
    } else if (!exchange.request.body_sink(bytes)) {
        exchange.failure = wait_failure(IoStatus::stopped, exchange.limits);
        return false;
    }
    return true;
}

bool send_next_piece(Exchange& exchange, httplib::DataSink& sink) {
    if (!exchange.wire->flush()) { // the source may take its time
        return false;
    }
    const bool sized = exchange.request.body_size.has_value(); // then the rest goes nowhere
    if (exchange.wire->refused() && !sized) {
        sink.done();
        return true;
    }
    auto bytes = exchange.request.body_source();
    if (!bytes) {
        exchange.failure = std::move(bytes).error();
        exchange.placed = true;
        return false;
    }
    if (bytes->empty() && sized) {
        exchange.failure = {HttpFailure::other, "the body is shorter than it was"};
        return false;
    }
    if (bytes->empty()) {
        sink.done();
        return true;
    }
    return sink.write(bytes->data(), bytes->size());
}

httplib::Request make_request(const HttpAddress& address, Exchange& exchange) {
    const ClientRequest& request = exchange.request;
    httplib::Request out;
    out.method = request.method;
    out.path = request.target;
    for (const HttpHeader& header : request.headers) {
        if (is_valid_header(header.name, header.value)) {
            out.headers.emplace(header.name, header.value);
        }
    }
    if (out.headers.find("Host") == out.headers.end()) {
        out.headers.emplace("Host", host_header(address));
    }
    if (request.body_source && request.body_size) {
        out.content_length_ = static_cast<std::size_t>(*request.body_size);
        out.content_provider_ = [&exchange](size_t, size_t, httplib::DataSink& sink) {
            return send_next_piece(exchange, sink);
        };
    } else if (request.body_source) {
        out.is_chunked_content_provider_ = true;
        out.headers.emplace("Transfer-Encoding", "chunked");
        out.content_provider_ = [&exchange](size_t, size_t, httplib::DataSink& sink) {
            return send_next_piece(exchange, sink);
        };
    } else {
        out.body = request.body;
    }
    out.response_handler = [&exchange](const httplib::Response& response) {
        exchange.wire->advanced();
        begin_body(exchange, response);
        return true;
    };
    out.content_receiver =
        [&exchange](const char* data, size_t size, std::uint64_t, std::uint64_t) {
            return receive(exchange, {data, size});
        };
    return out;
}

/// The library's client over a connection of ours.
class BoundedClient final : public httplib::ClientImpl {
public:
    explicit BoundedClient(const HttpAddress& address)
        : httplib::ClientImpl("localhost"), address_(address) {
        set_keep_alive(true);
        set_url_encode(false);
        set_decompress(false);
        set_follow_location(false);
    }

    BoundedClient(const BoundedClient&) = delete;
    BoundedClient& operator=(const BoundedClient&) = delete;
    BoundedClient(BoundedClient&&) = delete;
    BoundedClient& operator=(BoundedClient&&) = delete;

    ~BoundedClient() override { stop(); } // the base would close what is closed by then

    bool run(Exchange& exchange, httplib::Request& request, httplib::Response& response) {
        exchange_ = &exchange;
        httplib::Error error = httplib::Error::Success;
        const bool done = send(request, response, error);
        exchange_ = nullptr;
        if (!done && !exchange.failure) {
            exchange.failure = {HttpFailure::other, "the answer is not HTTP"};
        }
        return done;
    }

    /// Whether the connection of the exchange before can go on: the server has neither closed it
    /// nor said what nobody asked for.
    bool is_idle() {
        pollfd polled{connection_ ? connection_->socket.get() : -1, POLLIN, 0};
        return connection_.has_value() && ::poll(&polled, 1, 0) == 0;
    }

private:
    bool create_and_connect_socket(Socket& socket, httplib::Error& error) override {
        const AnswerLimits& limits = exchange_->limits;
        auto connected = connect_to(address_, limits.connecting(), limits.stop_fd);
        if (!connected) {
            exchange_->failure = std::move(connected).error();
            exchange_->placed = true;
            error = httplib::Error::Connection;
            return false;
        }
        connection_ = std::move(*connected);
        socket.sock = connection_->socket.get();
        return true;
    }

    // The library calls it first whenever it gives a connection up.
    void shutdown_ssl(Socket& socket, bool /*gracefully*/) override {
        connection_.reset();
        socket.sock = INVALID_SOCKET; // closed with it
    }

    bool process_socket(
        const Socket& /*socket*/, std::function<bool(httplib::Stream&)> callback) override {
        BoundedWire wire(*connection_, exchange_->limits);
        WireStream stream(wire);
        exchange_->wire = &wire;
        const bool done = callback(stream);
        exchange_->wire = nullptr;
        exchange_->answered = wire.answered();
        exchange_->refused = wire.refused();
        if (!done && !exchange_->failure) {
            exchange_->failure = wire.failure();
        }
        return done;
    }

    const HttpAddress& address_;
    std::optional<Connected> connection_;
    Exchange* exchange_ = nullptr;
};

} // namespace

class HttpClient::Impl {
public:
    explicit Impl(HttpAddress address) : address_(std::move(address)), client_(address_) {}

    [[nodiscard]] const HttpAddress& address() const { return address_; }

    HttpResult<ClientResponse> send(const ClientRequest& request) {
        if (!is_one_line(request)) {
            return tl::unexpected(at({HttpFailure::other, "the request is no line of HTTP"}));
        }
        const AnswerLimits limits = limits_of(request);
        bool again = (request.method == "GET" || request.method == "HEAD") && !request.body_source;
        const auto begin = std::chrono::steady_clock::now();
        while (true) {
            Exchange exchange(request, limits);
            const bool used_before = client_.is_idle();
            auto answer = run(exchange);
            if (base::tracing()) {
                trace(request, answer, std::chrono::steady_clock::now() - begin);
            }
            // The peer may close an idle connection just when it is used again.
            again = again && !answer && used_before && !exchange.answered &&
                    answer.error().kind == HttpFailure::closed;
            if (!again) {
                return answer;
            }
        }
    }

private:
    // Without the query: it may be a signature.
    void trace(
        const ClientRequest& request,
        const HttpResult<ClientResponse>& answer,
        std::chrono::steady_clock::duration time) const {
        base::trace(fmt::format(
            "{} {} {}: {} in {} ms",
            request.method,
            to_string(address_),
            request.private_target ? "(path not shown)"
                                   : request.target.substr(0, request.target.find('?')),
            answer ? std::to_string(answer->status) : answer.error().message,
            std::chrono::duration_cast<std::chrono::milliseconds>(time).count()));
    }

    [[nodiscard]] HttpError at(HttpError error) const {
        error.message = fmt::format("{}: {}", to_string(address_), error.message);
        return error;
    }

    HttpResult<ClientResponse> run(Exchange& exchange) {
        pollfd stop{exchange.limits.stop_fd, POLLIN, 0};
        if (::poll(&stop, 1, 0) > 0) {
            return tl::unexpected(at(wait_failure(IoStatus::stopped, exchange.limits)));
        }
        if (!client_.is_idle()) {
            client_.stop();
        }
        httplib::Request out = make_request(address_, exchange);
        httplib::Response response;
        const bool done = client_.run(exchange, out, response);
        if (exchange.refused) {
            client_.stop();
        }
        if (!done && !exchange.enough) {
            return tl::unexpected(exchange.placed ? *exchange.failure : at(*exchange.failure));
        }
        ClientResponse answer = head_of(response);
        answer.body = std::move(exchange.body);
        return answer;
    }

    HttpAddress address_;
    BoundedClient client_;
};

std::string to_string(const HttpAddress& address) {
    return std::visit(
        Overloaded{
            [](const TcpAddress& tcp) { return fmt::format("{}:{}", tcp.host, tcp.port); },
            [](const TlsAddress& tls) { return fmt::format("https://{}:{}", tls.host, tls.port); },
            [](const UnixAddress& local) { return "unix://" + local.socket; },
        },
        address);
}

HttpClient::HttpClient(HttpAddress address) : impl_(std::make_unique<Impl>(std::move(address))) {}

HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

const HttpAddress& HttpClient::address() const {
    return impl_->address();
}

HttpResult<ClientResponse> HttpClient::send(const ClientRequest& request) {
    return impl_->send(request);
}

} // namespace samara::net
