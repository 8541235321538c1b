#include "net/http_client.h"

#include "net/refusal.h"
#include "net/stop_watcher.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <httplib.h>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace samara::net {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A peer that does not take a connection for this long will not answer either.
constexpr milliseconds connect_limit{10'000};
// For "without end": httplib knows no such thing.
constexpr milliseconds forever = std::chrono::hours(24L * 365);

template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};

template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>; // clang 14 does not deduce aggregates yet

std::unique_ptr<httplib::ClientImpl> make_client(const HttpAddress& address) {
    auto client = std::visit(
        Overloaded{
            [](const TcpAddress& tcp) {
                return std::make_unique<httplib::ClientImpl>(tcp.host, tcp.port);
            },
            [](const TlsAddress& tls) -> std::unique_ptr<httplib::ClientImpl> {
                auto secure = std::make_unique<httplib::SSLClient>(
                    tls.host, tls.port, tls.certificate, tls.key);
                if (!tls.authorities.empty()) {
                    secure->set_ca_cert_path(tls.authorities);
                }
                secure->enable_server_certificate_verification(tls.verify);
                return secure;
            },
            [](const UnixAddress& local) {
                auto client_of_socket = std::make_unique<httplib::ClientImpl>(local.socket);
                client_of_socket->set_address_family(AF_UNIX);
                return client_of_socket;
            },
        },
        address);
    client->set_keep_alive(true);
    client->set_tcp_nodelay(!std::holds_alternative<UnixAddress>(address));
    client->set_url_encode(false);
    client->set_decompress(false);
    client->set_follow_location(false);
    return client;
}

// What connect(2) says of a socket that could not be connected to: httplib keeps no errno.
int unix_connect_errno(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        return ENAMETOOLONG;
    }
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int connected =
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    return connected == 0 ? ECONNREFUSED : errno;
}

bool resolves(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (found != nullptr) {
        ::freeaddrinfo(found);
    }
    return status == 0;
}

HttpError connection_error(const HttpAddress& address) {
    const std::string where = to_string(address);
    if (const auto* local = std::get_if<UnixAddress>(&address)) {
        return {
            HttpFailure::refused,
            fmt::format("{}: {}", where, std::strerror(unix_connect_errno(local->socket)))};
    }
    const auto* tcp = std::get_if<TcpAddress>(&address);
    const std::string& host = tcp != nullptr ? tcp->host : std::get<TlsAddress>(address).host;
    if (!resolves(host)) {
        return {HttpFailure::other, fmt::format("{}: unknown host", where)};
    }
    return {HttpFailure::refused, fmt::format("{}: Connection refused", where)};
}

// What happened during one exchange, for the callbacks and for telling failures apart.
struct Exchange {
    int status = 0;
    bool answered = false; // the head of an answer has come
    bool unwanted = false; // a sink or a source wanted to stop
    std::optional<HttpError> source_error;
    std::optional<ClientResponse> refusal; // came while the body was being sent
    std::string body;
    Clock::time_point last_activity = Clock::now();
};

// Pieces for which a socket that can be written to has room.
constexpr std::size_t piece_size = 16UL * 1024;

// `plain` is the socket, -1 over TLS: what can be read there tells nothing.
bool write_piece(
    httplib::DataSink& sink,
    std::string_view bytes,
    int plain,
    milliseconds patience,
    Exchange& exchange) {
    if (plain < 0) {
        return sink.write(bytes.data(), bytes.size());
    }
    while (!bytes.empty()) {
        const std::string_view piece = bytes.substr(0, piece_size);
        if (wait_to_write(plain, patience) != Turn::write ||
            !sink.write(piece.data(), piece.size())) {
            exchange.refusal = read_refusal(plain);
            return false;
        }
        bytes.remove_prefix(piece.size());
        exchange.last_activity = Clock::now();
    }
    return true;
}

httplib::Request make_request(
    const ClientRequest& request,
    const HttpAddress& address,
    const httplib::ClientImpl& client,
    milliseconds patience,
    Exchange& exchange) {
    httplib::Request out;
    out.method = request.method;
    out.path = request.target;
    for (const HttpHeader& header : request.headers) {
        out.headers.emplace(header.name, header.value);
    }
    if (std::holds_alternative<UnixAddress>(address)) {
        out.headers.emplace("Host", "localhost"); // Docker refuses a path
    }
    if (request.body_source) {
        out.is_chunked_content_provider_ = true;
        out.headers.emplace("Transfer-Encoding", "chunked");
        const bool tls = std::holds_alternative<TlsAddress>(address);
        out.content_provider_ =
            [&, tls, patience](std::size_t, std::size_t, httplib::DataSink& sink) {
                auto bytes = request.body_source();
                exchange.last_activity = Clock::now();
                if (!bytes) {
                    exchange.source_error = bytes.error();
                    return false;
                }
                if (bytes->empty()) {
                    sink.done();
                    return true;
                }
                const int plain = tls ? -1 : static_cast<int>(client.socket());
                return write_piece(sink, *bytes, plain, patience, exchange);
            };
    } else {
        out.body = request.body;
    }
    out.response_handler = [&](const httplib::Response& response) {
        exchange.status = response.status;
        exchange.answered = true;
        exchange.last_activity = Clock::now();
        return true;
    };
    out.content_receiver = [&](const char* data, std::size_t length, std::uint64_t, std::uint64_t) {
        exchange.last_activity = Clock::now();
        if (request.body_sink && exchange.status >= 200 && exchange.status < 300) {
            exchange.unwanted = !request.body_sink({data, length});
            return !exchange.unwanted;
        }
        exchange.body.append(data, length);
        return true;
    };
    return out;
}

HttpError failure(
    httplib::Error error,
    const HttpAddress& address,
    const Exchange& exchange,
    milliseconds patience) {
    const std::string where = to_string(address);
    if (exchange.source_error) {
        return *exchange.source_error;
    }
    if (exchange.unwanted) {
        return {HttpFailure::cancelled, fmt::format("{}: cancelled", where)};
    }
    switch (error) {
    case httplib::Error::Connection:
        return connection_error(address);
    case httplib::Error::ConnectionTimeout:
        return {HttpFailure::timeout, fmt::format("{}: no connection in time", where)};
    case httplib::Error::Read:
    case httplib::Error::Write:
        if (Clock::now() - exchange.last_activity >= patience) {
            return {
                HttpFailure::timeout,
                fmt::format("{}: no answer within {} ms", where, patience.count())};
        }
        return {HttpFailure::closed, fmt::format("{}: the connection was closed", where)};
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification:
        return {
            HttpFailure::tls, fmt::format("{}: TLS failed ({})", where, httplib::to_string(error))};
    default:
        return {HttpFailure::other, fmt::format("{}: {}", where, httplib::to_string(error))};
    }
}

bool polls_readable(int descriptor) {
    pollfd polled{descriptor, POLLIN, 0};
    return descriptor >= 0 && ::poll(&polled, 1, 0) > 0;
}

} // namespace

class HttpClient::Impl {
public:
    explicit Impl(HttpAddress address)
        : address_(std::move(address)), client_(make_client(address_)),
          watcher_([this] { client_->stop(); }) {}

    [[nodiscard]] const HttpAddress& address() const { return address_; }

    HttpResult<ClientResponse> send(const ClientRequest& request) {
        const milliseconds patience = request.patience.count() > 0 ? request.patience : forever;
        const milliseconds connecting = std::min(patience, connect_limit);
        client_->set_connection_timeout(
            connecting.count() / 1000, (connecting.count() % 1000) * 1000);
        client_->set_read_timeout(patience);
        client_->set_write_timeout(patience);
        auto answer = exchange(request, patience);
        // The peer may close an idle connection just when it is used again.
        const bool harmless = request.method == "GET" || request.method == "HEAD";
        if (!answer && answer.error().kind == HttpFailure::closed && harmless && !answered_) {
            answer = exchange(request, patience);
        }
        return answer;
    }

private:
    HttpResult<ClientResponse> exchange(const ClientRequest& request, milliseconds patience) {
        Exchange state;
        httplib::Request out = make_request(request, address_, *client_, patience, state);
        httplib::Response response;
        httplib::Error error = httplib::Error::Success;
        if (polls_readable(request.stop_descriptor)) {
            return cancelled();
        }
        if (request.stop_descriptor >= 0) {
            watcher_.arm(request.stop_descriptor);
        }
        const bool done = client_->send(out, response, error);
        const bool interrupted = request.stop_descriptor >= 0 && watcher_.disarm();
        answered_ = state.answered;
        if (!done && state.refusal && !interrupted) {
            return std::move(*state.refusal);
        }
        if (!done) {
            return interrupted ? cancelled()
                               : tl::unexpected(failure(error, address_, state, patience));
        }
        ClientResponse answer;
        answer.status = response.status;
        answer.body = std::move(state.body);
        for (auto& [name, value] : response.headers) {
            answer.headers.push_back({name, std::move(value)});
        }
        return answer;
    }

    [[nodiscard]] tl::unexpected<HttpError> cancelled() const {
        return tl::unexpected(
            HttpError{HttpFailure::cancelled, fmt::format("{}: cancelled", to_string(address_))});
    }

    HttpAddress address_;
    std::unique_ptr<httplib::ClientImpl> client_;
    bool answered_ = false; // whether the last exchange got as far as a head
    StopWatcher watcher_;
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

std::string percent_encode(std::string_view text) {
    constexpr std::string_view plain = "-._~";
    std::string out;
    for (const char byte : text) {
        const bool letter_or_digit = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                                     (byte >= '0' && byte <= '9');
        if (letter_or_digit || plain.find(byte) != std::string_view::npos) {
            out += byte;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
        }
    }
    return out;
}

} // namespace samara::net
