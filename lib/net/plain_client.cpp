#include "net/plain_client.h"

#include "base/strings.h"
#include "net/http_parser.h"
#include "net/socket.h"
#include "net/transport.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace samara::net {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds connect_limit{30'000};
constexpr milliseconds forever = std::chrono::hours(24 * 365);
/// On the stack of every thread that serves a connection.
constexpr std::size_t read_size = 16UL * 1024;
constexpr std::size_t largest_head = 256UL * 1024;

std::string name_of(const PlainClient::Address& address) {
    return std::visit([](const auto& known) { return to_string(HttpAddress(known)); }, address);
}

/// A connected socket, or errno.
Socket connect_to(int family, const sockaddr* address, socklen_t size, milliseconds patience) {
    Socket socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.valid()) {
        return {};
    }
    if (::connect(socket.get(), address, size) != 0) {
        if (errno != EINPROGRESS) {
            return {};
        }
        const Deadline deadline = std::chrono::steady_clock::now() + patience;
        int failure = ETIMEDOUT;
        socklen_t length = sizeof failure;
        if (wait_ready(socket.get(), POLLOUT, deadline) == IoStatus::ok) {
            ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failure, &length);
        }
        if (failure != 0) {
            errno = failure;
            return {};
        }
    }
    return socket;
}

Socket connect_to(const UnixAddress& local, milliseconds patience) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (local.socket.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return {};
    }
    local.socket.copy(address.sun_path, sizeof address.sun_path - 1);
    return connect_to(
        AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address, patience);
}

Socket connect_to(const TcpAddress& tcp, milliseconds patience) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(tcp.host.c_str(), std::to_string(tcp.port).c_str(), &hints, &found) != 0) {
        errno = EHOSTUNREACH;
        return {};
    }
    Socket socket;
    for (const addrinfo* one = found; one != nullptr && !socket.valid(); one = one->ai_next) {
        socket = connect_to(one->ai_family, one->ai_addr, one->ai_addrlen, patience);
    }
    const int failure = errno;
    ::freeaddrinfo(found);
    errno = failure;
    if (socket.valid()) {
        const int on = 1;
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    return socket;
}

std::string encode_request(const ClientRequest& request) {
    std::string head =
        fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n", request.method, request.target);
    for (const HttpHeader& header : request.headers) {
        if (is_valid_header(header.name, header.value)) {
            head.append(header.name).append(": ").append(header.value).append("\r\n");
        }
    }
    head += fmt::format("Content-Length: {}\r\n\r\n", request.body.size());
    return head;
}

/// Status and headers; false when the bytes are no head of an answer.
bool parse_answer(std::string_view head, ClientResponse& answer) {
    constexpr std::string_view version = "HTTP/1.";
    constexpr std::size_t status_at = 9;
    if (!head.starts_with(version) || head.size() < status_at + 3) {
        return false;
    }
    const char* const status = head.data() + status_at;
    if (std::from_chars(status, status + 3, answer.status).ptr != status + 3) {
        return false;
    }
    head.remove_prefix(std::min(head.find('\n'), head.size() - 1) + 1);
    while (!head.empty()) {
        const std::size_t end = std::min(head.find('\n'), head.size() - 1);
        const std::string_view line = base::trim(head.substr(0, end + 1));
        head.remove_prefix(end + 1);
        if (line.empty()) {
            break;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) {
            return false;
        }
        answer.headers.push_back(
            {std::string(line.substr(0, colon)), std::string(base::trim(line.substr(colon + 1)))});
    }
    return true;
}

} // namespace

class PlainClient::Impl {
public:
    explicit Impl(Address address) : address_(std::move(address)) {}

    HttpResult<ClientResponse> send(const ClientRequest& request) {
        patience_ = request.patience.count() > 0 ? request.patience : forever;
        stop_ = request.stop_descriptor;
        if (auto failed = prepare()) {
            return tl::unexpected(std::move(*failed));
        }
        auto answer = exchange(request);
        if (!answer || !keep_) {
            transport_.reset();
            socket_ = Socket();
        }
        return answer;
    }

private:
    [[nodiscard]] HttpError failed(HttpFailure kind, std::string_view what) const {
        return {kind, fmt::format("{}: {}", name_of(address_), what)};
    }

    [[nodiscard]] HttpError failed(IoStatus status) const {
        switch (status) {
        case IoStatus::stopped:
            return failed(HttpFailure::cancelled, "cancelled");
        case IoStatus::timed_out:
            return failed(
                HttpFailure::timeout, fmt::format("no answer within {} ms", patience_.count()));
        default:
            return failed(HttpFailure::closed, "the connection was closed");
        }
    }

    [[nodiscard]] Deadline deadline() const { return std::chrono::steady_clock::now() + patience_; }

    /// Sees to a connection; one that the server closed meanwhile, or that has bytes nobody asked
    /// for, is made again.
    std::optional<HttpError> prepare() {
        std::array<pollfd, 2> waits{pollfd{socket_.get(), POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
        if (::poll(waits.data(), waits.size(), 0) > 0) { // descriptors of -1 are passed over
            if (waits[1].revents != 0) {
                return failed(IoStatus::stopped);
            }
            transport_.reset();
            socket_ = Socket();
        }
        if (socket_.valid()) {
            return std::nullopt;
        }
        buffer_.clear();
        socket_ = std::visit(
            [&](const auto& known) {
                return connect_to(known, std::min(patience_, connect_limit));
            },
            address_);
        if (!socket_.valid()) {
            return failed(
                errno == ETIMEDOUT ? HttpFailure::timeout : HttpFailure::refused,
                std::strerror(errno)); // NOLINT(concurrency-mt-unsafe): a table in glibc
        }
        transport_ = make_plain_transport(socket_.get());
        return std::nullopt;
    }

    /// What the server sends next.
    IoStatus fill() {
        std::array<char, read_size> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init)
        const ReadResult read = transport_->read(bytes, deadline(), stop_);
        buffer_.append(bytes.data(), read.count);
        return read.status;
    }

    HttpResult<ClientResponse> exchange(const ClientRequest& request) {
        const IoStatus sent = transport_->write(encode_request(request), request.body, deadline());
        // A server that refuses a body answers in the middle of it: the answer is read all the
        // same.
        if (sent == IoStatus::timed_out) {
            return tl::unexpected(failed(sent));
        }
        keep_ = sent == IoStatus::ok;
        ClientResponse answer;
        do {
            answer = {};
            if (auto head = read_head(answer)) {
                return tl::unexpected(std::move(*head));
            }
        } while (answer.status < 200); // 100 Continue
        if (auto body = read_body(answer)) {
            return tl::unexpected(std::move(*body));
        }
        return answer;
    }

    std::optional<HttpError> read_head(ClientResponse& answer) {
        std::size_t searched = 0;
        std::optional<std::size_t> end = head_end(buffer_, searched);
        while (!end) {
            if (const IoStatus status = fill(); status != IoStatus::ok) {
                return failed(status);
            }
            end = head_end(buffer_, searched);
            if (!end && buffer_.size() > largest_head) {
                return failed(HttpFailure::other, "the head of the answer has no end");
            }
        }
        if (!parse_answer(std::string_view(buffer_).substr(0, *end), answer)) {
            return failed(HttpFailure::other, "the answer is not HTTP");
        }
        buffer_.erase(0, *end);
        return std::nullopt;
    }

    std::optional<HttpError> read_body(ClientResponse& answer) {
        const std::string* connection = find_header(answer.headers, "Connection");
        keep_ = keep_ && (connection == nullptr || base::to_lower(*connection) != "close");
        constexpr int no_content = 204;
        constexpr int not_modified = 304;
        if (answer.status == no_content || answer.status == not_modified) {
            return std::nullopt;
        }
        const std::string* encoding = find_header(answer.headers, "Transfer-Encoding");
        if (encoding != nullptr && base::to_lower(*encoding) == "chunked") {
            return read_chunks(answer.body);
        }
        const std::string* length = find_header(answer.headers, "Content-Length");
        std::uint64_t size = std::numeric_limits<std::uint64_t>::max(); // until the connection ends
        if (length != nullptr) {
            const char* const last = length->data() + length->size();
            if (std::from_chars(length->data(), last, size).ptr != last) {
                return failed(HttpFailure::other, "the length of the answer is no number");
            }
        }
        while (buffer_.size() < size) {
            const IoStatus status = fill();
            if (status == IoStatus::closed && length == nullptr) {
                keep_ = false;
                size = buffer_.size();
            } else if (status != IoStatus::ok) {
                return failed(status);
            }
        }
        if (buffer_.size() == size) {
            answer.body = std::exchange(buffer_, {});
        } else {
            answer.body = buffer_.substr(0, size);
            buffer_.erase(0, size);
        }
        return std::nullopt;
    }

    std::optional<HttpError> read_chunks(std::string& body) {
        ChunkDecoder decoder(std::numeric_limits<std::size_t>::max());
        while (true) {
            std::size_t consumed = 0;
            const ChunkDecoder::State state = decoder.feed(buffer_, body, consumed);
            buffer_.erase(0, consumed);
            if (state == ChunkDecoder::State::done) {
                return std::nullopt;
            }
            if (state != ChunkDecoder::State::more) {
                return failed(HttpFailure::other, "the answer's chunks are not well-formed");
            }
            if (const IoStatus status = fill(); status != IoStatus::ok) {
                return failed(status);
            }
        }
    }

    Address address_;
    Socket socket_;
    std::unique_ptr<Transport> transport_;
    std::string buffer_; // received and not yet used
    milliseconds patience_{};
    int stop_ = -1;
    bool keep_ = true;
};

PlainClient::PlainClient(Address address) : impl_(std::make_unique<Impl>(std::move(address))) {}

PlainClient::PlainClient(PlainClient&&) noexcept = default;
PlainClient& PlainClient::operator=(PlainClient&&) noexcept = default;
PlainClient::~PlainClient() = default;

HttpResult<ClientResponse> PlainClient::send(const ClientRequest& request) {
    return impl_->send(request);
}

} // namespace samara::net
