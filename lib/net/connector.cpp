#include "net/connector.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace samara::net {

namespace {

tl::unexpected<HttpError>
failed(HttpFailure kind, const HttpAddress& address, std::string_view what) {
    return tl::unexpected(HttpError{kind, fmt::format("{}: {}", to_string(address), what)});
}

tl::unexpected<HttpError> not_in_time(IoStatus status, const HttpAddress& address) {
    return status == IoStatus::stopped
               ? failed(HttpFailure::cancelled, address, "cancelled")
               : failed(HttpFailure::timeout, address, "no connection in time");
}

/// The addresses of a name. Shared with the thread that looks it up, which may be left behind.
class Lookup {
public:
    Lookup(std::string host, std::uint16_t port)
        : host_(std::move(host)), port_(std::to_string(port)), done_(::eventfd(0, EFD_CLOEXEC)) {}

    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;
    Lookup(Lookup&&) = delete;
    Lookup& operator=(Lookup&&) = delete;

    ~Lookup() {
        if (found_ != nullptr) {
            ::freeaddrinfo(found_);
        }
    }

    /// False when it is not an address in digits, which needs nobody to be asked.
    bool read_digits() { return find(AI_NUMERICHOST) == 0; }

    void run() {
        find(0);
        const std::uint64_t one = 1;
        static_cast<void>(!::write(done_.get(), &one, sizeof one));
    }

    [[nodiscard]] int done() const { return done_.get(); }

    [[nodiscard]] const addrinfo* found() const { return found_; }

private:
    int find(int flags) {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = flags;
        return ::getaddrinfo(host_.c_str(), port_.c_str(), &hints, &found_);
    }

    std::string host_;
    std::string port_;
    Socket done_;
    addrinfo* found_ = nullptr;
};

/// The status of the connection, errno where it is `closed`.
IoStatus open_socket(
    Socket& socket,
    int family,
    const sockaddr* address,
    socklen_t size,
    Deadline deadline,
    int stop_fd) {
    socket = Socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.valid()) {
        return IoStatus::closed;
    }
    if (::connect(socket.get(), address, size) == 0) {
        return IoStatus::ok;
    }
    if (errno != EINPROGRESS) {
        return IoStatus::closed;
    }
    const IoStatus ready = wait_ready(socket.get(), POLLOUT, deadline, stop_fd);
    if (ready != IoStatus::ok) {
        return ready;
    }
    int failure = 0;
    socklen_t length = sizeof failure;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failure, &length);
    errno = failure;
    return failure == 0 ? IoStatus::ok : IoStatus::closed;
}

HttpResult<Socket> refused_or(Socket socket, IoStatus status, const HttpAddress& address) {
    if (status == IoStatus::ok) {
        return socket;
    }
    return status == IoStatus::closed
               ? failed(
                     HttpFailure::refused,
                     address,
                     std::strerror(errno)) // NOLINT(concurrency-mt-unsafe): a table in glibc
               : not_in_time(status, address);
}

HttpResult<Socket>
open_unix(const HttpAddress& address, const std::string& path, Deadline deadline, int stop_fd) {
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    Socket socket;
    if (path.size() >= sizeof local.sun_path) {
        errno = ENAMETOOLONG;
        return refused_or(std::move(socket), IoStatus::closed, address);
    }
    path.copy(local.sun_path, sizeof local.sun_path - 1);
    const IoStatus status = open_socket(
        socket,
        AF_UNIX,
        reinterpret_cast<const sockaddr*>(&local),
        sizeof local,
        deadline,
        stop_fd);
    return refused_or(std::move(socket), status, address);
}

HttpResult<Socket> open_tcp(
    const HttpAddress& address,
    const std::string& host,
    std::uint16_t port,
    Deadline deadline,
    int stop_fd) {
    const auto lookup = std::make_shared<Lookup>(host, port);
    if (!lookup->read_digits()) {
        std::thread([lookup] { lookup->run(); }).detach();
        if (const IoStatus status = wait_ready(lookup->done(), POLLIN, deadline, stop_fd);
            status != IoStatus::ok) {
            return not_in_time(status, address);
        }
    }
    if (lookup->found() == nullptr) {
        return failed(HttpFailure::other, address, "unknown host");
    }
    Socket socket;
    IoStatus status = IoStatus::closed;
    for (const addrinfo* one = lookup->found(); one != nullptr && status == IoStatus::closed;
         one = one->ai_next) {
        status =
            open_socket(socket, one->ai_family, one->ai_addr, one->ai_addrlen, deadline, stop_fd);
    }
    if (status == IoStatus::ok) {
        const int on = 1;
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    return refused_or(std::move(socket), status, address);
}

Connected plain(Socket socket) {
    Connected connected;
    connected.transport = make_plain_stream(socket.get());
    connected.socket = std::move(socket);
    return connected;
}

/// Asks the proxy at the other end of `socket` for a way to the host: from then on the bytes are
/// that host's.
HttpResult<Socket> tunnelled(
    Socket socket,
    const HttpAddress& address,
    const TlsAddress& tls,
    Deadline deadline,
    int stop_fd) {
    constexpr std::size_t longest_answer = 16UL * 1024;
    const bool bracketed = tls.host.find(':') != std::string::npos;
    const std::string target = fmt::format(
        "{0}{1}{2}:{3}", bracketed ? "[" : "", tls.host, bracketed ? "]" : "", tls.port);
    std::string head = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", target);
    if (!tls.proxy->authorization.empty()) {
        head += fmt::format("Proxy-Authorization: {}\r\n", tls.proxy->authorization);
    }
    const auto stream = make_plain_stream(socket.get());
    IoStatus status = stream->write(head + "\r\n", {}, deadline, stop_fd);
    std::string answer;
    std::array<char, 1> byte{}; // what follows the head belongs to the handshake
    while (status == IoStatus::ok && !answer.ends_with("\r\n\r\n") &&
           answer.size() < longest_answer) {
        const ReadResult got = stream->read(byte, deadline, stop_fd);
        status = got.status;
        if (got.count == 1) {
            answer.push_back(byte.front());
        }
    }
    const std::string_view line = std::string_view(answer).substr(0, answer.find('\r'));
    if (status == IoStatus::timed_out || status == IoStatus::stopped) {
        return not_in_time(status, address);
    }
    if (!line.starts_with("HTTP/1.") || line.find(" 2") != line.find(' ')) {
        return failed(
            HttpFailure::refused,
            address,
            fmt::format(
                "the proxy {}:{} {}",
                tls.proxy->host,
                tls.proxy->port,
                line.empty() ? "closed the connection" : fmt::format("answers '{}'", line)));
    }
    return socket;
}

HttpResult<Connected> secure(
    Socket socket,
    const HttpAddress& address,
    const TlsAddress& tls,
    Deadline deadline,
    int stop_fd) {
    Handshake shaken = connect_tls(
        socket.get(),
        {tls.host, tls.authorities, tls.certificate, tls.key, tls.verify},
        deadline,
        stop_fd);
    if (shaken.transport == nullptr) {
        return shaken.status == IoStatus::closed
                   ? failed(HttpFailure::tls, address, "TLS failed (" + shaken.reason + ")")
                   : not_in_time(shaken.status, address);
    }
    return Connected{std::move(socket), std::move(shaken.transport), false};
}

} // namespace

HttpResult<Connected> connect_to(const HttpAddress& address, Deadline deadline, int stop_fd) {
    if (const auto* local = std::get_if<UnixAddress>(&address)) {
        return open_unix(address, local->socket, deadline, stop_fd).map(plain);
    }
    if (const auto* tcp = std::get_if<TcpAddress>(&address)) {
        return open_tcp(address, tcp->host, tcp->port, deadline, stop_fd).map(plain);
    }
    const auto& tls = std::get<TlsAddress>(address);
    auto socket = tls.proxy ? open_tcp(address, tls.proxy->host, tls.proxy->port, deadline, stop_fd)
                            : open_tcp(address, tls.host, tls.port, deadline, stop_fd);
    if (socket && tls.proxy) {
        socket = tunnelled(std::move(*socket), address, tls, deadline, stop_fd);
    }
    return std::move(socket).and_then([&](Socket connected) {
        return secure(std::move(connected), address, tls, deadline, stop_fd);
    });
}

} // namespace samara::net
