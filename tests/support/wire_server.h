#pragma once

#include <cstdlib>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/// An HTTP server whose every byte the test decides: for clients and what they must survive.
namespace samara::test {

struct WireRequest {
    std::string head; ///< request line and headers
    std::string body; ///< as on the wire: chunks are not joined

    [[nodiscard]] std::string method() const { return head.substr(0, head.find(' ')); }

    [[nodiscard]] std::string target() const {
        const std::size_t from = head.find(' ') + 1;
        return head.substr(from, head.find(' ', from) - from);
    }
};

class WireConnection {
public:
    explicit WireConnection(int descriptor) : descriptor_(descriptor) {}

    /// Leaves the body unread. Empty when the client has closed.
    std::string read_head() {
        const std::size_t end = until("\r\n\r\n");
        return end == std::string::npos ? std::string() : take(end);
    }

    /// The next request; nothing when the client has closed.
    std::optional<WireRequest> read() {
        WireRequest request;
        request.head = read_head();
        if (request.head.empty()) {
            return std::nullopt;
        }
        if (const std::size_t at = request.head.find("Content-Length: "); at != std::string::npos) {
            const auto length = std::strtoul(request.head.c_str() + at + 16, nullptr, 10);
            while (received_.size() < length && receive()) {
            }
            request.body = take(length);
        } else if (request.head.find("chunked") != std::string::npos) {
            request.body = take(until("0\r\n\r\n"));
        }
        return request;
    }

    /// False when the client has gone.
    bool write(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) {
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

    bool answer(int status, std::string_view body, std::string_view headers = {}) const {
        return write(
            "HTTP/1.1 " + std::to_string(status) +
            " x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) +
            "\r\n" + std::string(body));
    }

    bool chunked_head(int status) const {
        return write(
            "HTTP/1.1 " + std::to_string(status) + " x\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    /// An empty one ends the body.
    bool chunk(std::string_view bytes) const {
        char size[32];
        std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
        return write(size + std::string(bytes) + "\r\n");
    }

    /// Returns when the client closes (or the server ends).
    void wait_closed() {
        while (receive()) {
        }
    }

private:
    bool receive() {
        char buffer[65536];
        const ssize_t count = ::recv(descriptor_, buffer, sizeof buffer, 0);
        if (count <= 0) {
            return false;
        }
        received_.append(buffer, static_cast<std::size_t>(count));
        return true;
    }

    std::size_t until(std::string_view mark) {
        std::size_t at = 0;
        while ((at = received_.find(mark)) == std::string::npos) {
            if (!receive()) {
                return std::string::npos;
            }
        }
        return at + mark.size();
    }

    std::string take(std::size_t count) {
        std::string taken = received_.substr(0, count);
        received_.erase(0, taken.size());
        return taken;
    }

    int descriptor_;
    std::string received_;
};

/// Every connection has a thread that runs the handler and is closed when that returns.
class WireServer {
public:
    using Handler = std::function<void(WireConnection&)>;

    /// On 127.0.0.1, a free port.
    explicit WireServer(Handler handler) : handler_(std::move(handler)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        listen_on(AF_INET, reinterpret_cast<sockaddr*>(&address), sizeof address);
        socklen_t size = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
    }

    /// On a unix socket.
    WireServer(const std::string& path, Handler handler) : handler_(std::move(handler)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        listen_on(AF_UNIX, reinterpret_cast<sockaddr*>(&address), sizeof address);
    }

    WireServer(const WireServer&) = delete;
    WireServer& operator=(const WireServer&) = delete;
    WireServer(WireServer&&) = delete;
    WireServer& operator=(WireServer&&) = delete;

    ~WireServer() {
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        {
            const std::lock_guard guard(mutex_);
            for (const int descriptor : open_) {
                ::shutdown(descriptor, SHUT_RDWR);
            }
        }
        for (std::thread& thread : threads_) {
            thread.join();
        }
        ::close(listener_);
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }

    [[nodiscard]] int connections() const {
        const std::lock_guard guard(mutex_);
        return accepted_;
    }

private:
    void listen_on(int family, const sockaddr* address, socklen_t size) {
        listener_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::bind(listener_, address, size) != 0 || ::listen(listener_, 64) != 0) {
            std::abort();
        }
        acceptor_ = std::thread([this] { accept(); });
    }

    void accept() {
        for (;;) {
            const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (descriptor < 0) {
                return;
            }
            const std::lock_guard guard(mutex_);
            ++accepted_;
            open_.push_back(descriptor);
            threads_.emplace_back([this, descriptor] {
                WireConnection connection(descriptor);
                handler_(connection);
                const std::lock_guard closing(mutex_);
                open_.remove(descriptor);
                ::close(descriptor);
            });
        }
    }

    Handler handler_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::thread acceptor_;
    mutable std::mutex mutex_;
    std::list<int> open_;
    std::list<std::thread> threads_;
    int accepted_ = 0;
};

} // namespace samara::test
