#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/// A TCP client that sends exactly what it is told to, for tests of servers.
namespace samara::test {

class RawClient {
public:
    explicit RawClient(std::uint16_t port)
        : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ =
            ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0;
        const timeval limit{10, 0};
        setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        const int yes = 1;
        setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }

    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    RawClient(RawClient&&) = delete;
    RawClient& operator=(RawClient&&) = delete;

    ~RawClient() { ::close(descriptor_); }

    [[nodiscard]] bool connected() const { return connected_; }

    /// False when the server has closed the connection.
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) {
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

    void finish_sending() const { ::shutdown(descriptor_, SHUT_WR); }

    /// One response with a Content-Length (or none and no body); empty when the server closes first
    /// or says nothing for ten seconds.
    std::string response(bool bodiless = false) {
        std::size_t head_end = std::string::npos;
        while ((head_end = received_.find("\r\n\r\n")) == std::string::npos) {
            if (!receive()) {
                return std::exchange(received_, {});
            }
        }
        std::size_t total = head_end + 4;
        const std::size_t length = received_.find("Content-Length: ");
        if (!bodiless && length < head_end) {
            total += std::stoul(received_.substr(length + 16));
        }
        while (received_.size() < total) {
            if (!receive()) {
                return std::exchange(received_, {});
            }
        }
        std::string one = received_.substr(0, total);
        received_.erase(0, total);
        return one;
    }

    /// Whether the server has sent something, or closed the connection, within that time.
    [[nodiscard]] bool readable(std::chrono::milliseconds timeout) const {
        pollfd wait{descriptor_, POLLIN, 0};
        return ::poll(&wait, 1, static_cast<int>(timeout.count())) > 0;
    }

    /// What has come once it ends with `text`; what there is when nothing more comes.
    std::string until(std::string_view text) {
        while (!received_.ends_with(text) && receive()) {
        }
        return std::exchange(received_, {});
    }

    /// The number of bytes until they end with `text`, or nothing more comes.
    std::size_t everything_until(std::string_view text) {
        std::size_t bytes = 0;
        do {
            const std::size_t kept = std::min(received_.size(), text.size());
            bytes += received_.size() - kept;
            received_.erase(0, received_.size() - kept);
        } while (received_ != text && receive());
        return bytes + received_.size();
    }

    /// Everything until the server closes the connection.
    std::string everything() {
        while (receive()) {
        }
        return std::exchange(received_, {});
    }

    /// Whether the server has closed the connection, or does within ten seconds.
    bool closed() {
        while (receive()) {
        }
        return closed_;
    }

private:
    bool receive() {
        std::array<char, 16384> bytes{};
        const ssize_t count = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
        if (count <= 0) {
            closed_ = count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
            return false;
        }
        received_.append(bytes.data(), static_cast<std::size_t>(count));
        return true;
    }

    int descriptor_;
    bool connected_ = false;
    bool closed_ = false;
    std::string received_;
};

/// The status code of a response, 0 when it is none.
inline int status_of(const std::string& response) {
    return response.rfind("HTTP/1.1 ", 0) == 0 ? std::stoi(response.substr(9, 3)) : 0;
}

inline std::string body_of(const std::string& response) {
    const std::size_t end = response.find("\r\n\r\n");
    return end == std::string::npos ? std::string() : response.substr(end + 4);
}

} // namespace samara::test
