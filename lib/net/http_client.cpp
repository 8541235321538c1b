#include "net/http_client.h"

#include "net/answer_reader.h"
#include "net/connector.h"
#include "net/http_parser.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <poll.h>
#include <sys/socket.h>

namespace samara::net {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A peer that does not take a connection for this long will not answer either.
constexpr milliseconds connect_limit{30'000};
// For "without end".
constexpr milliseconds forever = std::chrono::hours(24L * 365);
// Pieces of a streamed body: between two of them an early answer is seen.
constexpr std::size_t piece_size = 16UL * 1024;

template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};

template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>; // clang 14 does not deduce aggregates yet

milliseconds or_forever(milliseconds time) {
    return time.count() > 0 ? std::min(time, forever) : forever;
}

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

std::string encode_request(const ClientRequest& request, const HttpAddress& address) {
    std::string head = fmt::format("{} {} HTTP/1.1\r\n", request.method, request.target);
    const auto add = [&head](std::string_view name, std::string_view value) {
        head.append(name).append(": ").append(value).append("\r\n");
    };
    if (find_header(request.headers, "Host") == nullptr) {
        add("Host", host_header(address));
    }
    for (const HttpHeader& header : request.headers) {
        if (is_valid_header(header.name, header.value)) {
            add(header.name, header.value);
        }
    }
    if (request.body_source) {
        add("Transfer-Encoding", "chunked");
    } else if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")) {
        add("Content-Length", std::to_string(request.body.size()));
    }
    return head += "\r\n";
}

// What would end the line early and begin another one.
bool is_one_line(const ClientRequest& request) {
    const auto plain = [](char byte) { return byte > ' ' && byte != '\x7f'; };
    return std::all_of(request.method.begin(), request.method.end(), plain) &&
           std::all_of(request.target.begin(), request.target.end(), [&](char byte) {
               return plain(byte) || static_cast<unsigned char>(byte) > '\x7f';
           });
}

/// Whether an answer with an error status waits: a server that cannot take a body (its disk is
/// full) answers before it has read all of that, and then reads no more.
bool refusal_waits(int socket) {
    constexpr std::string_view version = "HTTP/1.";
    constexpr std::size_t status_at = sizeof "HTTP/1.1 " - 1;
    std::array<char, status_at + 1> head{};
    const ssize_t count = ::recv(socket, head.data(), head.size(), MSG_PEEK | MSG_DONTWAIT);
    return static_cast<std::size_t>(std::max<ssize_t>(count, 0)) == head.size() &&
           std::string_view(head.data(), head.size()).starts_with(version) &&
           head[status_at] >= '4';
}

} // namespace

class HttpClient::Impl {
public:
    explicit Impl(HttpAddress address) : address_(std::move(address)) {}

    [[nodiscard]] const HttpAddress& address() const { return address_; }

    HttpResult<ClientResponse> send(const ClientRequest& request) {
        if (!is_one_line(request)) {
            return tl::unexpected(at({HttpFailure::other, "the request is no line of HTTP"}));
        }
        AnswerLimits limits;
        limits.patience = or_forever(request.patience);
        limits.end = Clock::now() + or_forever(request.time_limit);
        limits.body = request.body_limit;
        limits.stop_fd = request.stop_descriptor;
        bool again = (request.method == "GET" || request.method == "HEAD") && !request.body_source;
        while (true) {
            const bool used_before = connection_.socket.valid();
            bool answered = false;
            auto answer = exchange(request, limits, answered);
            if (answer) {
                return answer;
            }
            // The peer may close an idle connection just when it is used again.
            again = again && used_before && !answered && answer.error().kind == HttpFailure::closed;
            if (!again) {
                return answer;
            }
        }
    }

private:
    [[nodiscard]] HttpError at(HttpError error) const {
        error.message = fmt::format("{}: {}", to_string(address_), error.message);
        return error;
    }

    HttpResult<ClientResponse>
    exchange(const ClientRequest& request, const AnswerLimits& limits, bool& answered) {
        if (auto failed = prepare(limits)) {
            return tl::unexpected(std::move(*failed));
        }
        Connected connection = std::exchange(connection_, {}); // put back when it can go on
        const IoStatus sent = send_head(*connection.transport, request, limits);
        if (sent == IoStatus::timed_out || sent == IoStatus::stopped) {
            return tl::unexpected(at(wait_failure(sent, limits)));
        }
        bool whole = sent == IoStatus::ok;
        if (whole && request.body_source) {
            auto streamed = send_source(connection, request.body_source, limits);
            if (!streamed) {
                return tl::unexpected(std::move(streamed).error());
            }
            whole = *streamed;
        }
        // A server that refuses a body answers in the middle of it: the answer is read all the
        // same.
        AnswerReader reader(*connection.transport, buffer_, limits, request.body_sink);
        auto answer = reader.read(request.method == "HEAD");
        answered = reader.answered();
        if (!answer) {
            return tl::unexpected(at(std::move(answer).error()));
        }
        if (whole && reader.keep()) {
            connection_ = std::move(connection);
        }
        return answer;
    }

    /// Sees to a connection; one that the server closed meanwhile, or that has bytes nobody asked
    /// for, is made again.
    std::optional<HttpError> prepare(const AnswerLimits& limits) {
        std::array<pollfd, 2> waits{
            pollfd{connection_.socket.get(), POLLIN, 0}, pollfd{limits.stop_fd, POLLIN, 0}};
        if (::poll(waits.data(), waits.size(), 0) > 0) { // descriptors of -1 are passed over
            if (waits[1].revents != 0) {
                return at(wait_failure(IoStatus::stopped, limits));
            }
            connection_ = {};
        }
        if (connection_.socket.valid()) {
            return std::nullopt;
        }
        buffer_.clear();
        const Deadline deadline =
            std::min(Clock::now() + std::min(limits.patience, connect_limit), limits.end);
        auto connected = connect_to(address_, deadline, limits.stop_fd);
        if (!connected) {
            return std::move(connected).error();
        }
        connection_ = std::move(*connected);
        return std::nullopt;
    }

    static Deadline patient(const AnswerLimits& limits) {
        return std::min(Clock::now() + limits.patience, limits.end);
    }

    IoStatus send_head(
        Transport& transport, const ClientRequest& request, const AnswerLimits& limits) const {
        const std::string_view body =
            request.body_source ? std::string_view() : std::string_view(request.body);
        return transport.write(
            encode_request(request, address_), body, patient(limits), limits.stop_fd);
    }

    /// Whether all of it was sent; not when the server has refused it, or closed.
    HttpResult<bool> send_source(
        const Connected& connection, const BodySource& source, const AnswerLimits& limits) const {
        while (true) {
            auto bytes = source();
            if (!bytes) {
                return tl::unexpected(std::move(bytes).error());
            }
            const bool last = bytes->empty();
            std::string head = last ? "0\r\n" : fmt::format("{:x}\r\n", bytes->size());
            do {
                const std::string_view piece = bytes->substr(0, piece_size);
                bytes->remove_prefix(piece.size());
                const IoStatus status =
                    send_piece(connection, head, piece, bytes->empty() ? "\r\n" : "", limits);
                if (status == IoStatus::closed) {
                    return false;
                }
                if (status != IoStatus::ok) {
                    return tl::unexpected(at(wait_failure(status, limits)));
                }
                head.clear();
            } while (!bytes->empty());
            if (last) {
                return true;
            }
        }
    }

    static IoStatus send_piece(
        const Connected& connection,
        std::string head,
        std::string_view piece,
        std::string_view end,
        const AnswerLimits& limits) {
        const int socket = connection.socket.get();
        if (connection.plain) {
            // Room, or the answer of one who reads no more.
            IoStatus ready = wait_ready(socket, POLLIN | POLLOUT, patient(limits), limits.stop_fd);
            if (ready == IoStatus::ok && refusal_waits(socket)) {
                return IoStatus::closed;
            }
            if (ready == IoStatus::ok) {
                ready = wait_ready(socket, POLLOUT, patient(limits), limits.stop_fd);
            }
            if (ready != IoStatus::ok) {
                return ready;
            }
        }
        head.append(piece).append(end);
        return connection.transport->write(head, {}, patient(limits), limits.stop_fd);
    }

    HttpAddress address_;
    Connected connection_;
    std::string buffer_; // received and not yet used
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
