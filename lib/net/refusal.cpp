#include "net/refusal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>
#include <string_view>

#include <poll.h>
#include <sys/socket.h>

namespace samara::net {

namespace {

constexpr std::string_view version = "HTTP/1.";
constexpr std::size_t status_at = sizeof "HTTP/1.1 " - 1;
constexpr std::size_t status_digits = 3;
// The rest of an answer that has begun comes at once, or not at all.
constexpr int rest_limit_ms = 1000;

short poll_for(int socket, short events, std::chrono::milliseconds patience) {
    constexpr auto longest = std::numeric_limits<int>::max();
    const auto limit = std::min<std::chrono::milliseconds::rep>(patience.count(), longest);
    pollfd polled{socket, events, 0};
    return ::poll(&polled, 1, static_cast<int>(limit)) > 0 ? polled.revents : short{0};
}

int status_of(std::string_view head) {
    int status = 0;
    if (head.starts_with(version) && head.size() >= status_at + status_digits) {
        const char* const digits = head.data() + status_at;
        std::from_chars(digits, digits + status_digits, status);
    }
    return status;
}

bool is_refusal(std::string_view head) {
    constexpr int first_error = 400;
    return status_of(head) >= first_error;
}

bool refusal_waits(int socket) {
    std::array<char, status_at + status_digits> head{};
    const ssize_t count = ::recv(socket, head.data(), head.size(), MSG_PEEK | MSG_DONTWAIT);
    return count > 0 && is_refusal({head.data(), static_cast<std::size_t>(count)});
}

// Up to the end of the stream: one that refuses closes it.
std::string read_rest(int socket) {
    constexpr std::size_t enough = 64UL * 1024;
    std::string text;
    std::array<char, 4096> buffer{};
    while (text.size() < enough &&
           poll_for(socket, POLLIN, std::chrono::milliseconds(rest_limit_ms)) != 0) {
        const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (count <= 0) {
            break;
        }
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
}

} // namespace

Turn wait_to_write(int socket, std::chrono::milliseconds patience) {
    const short ready = poll_for(socket, POLLIN | POLLOUT, patience);
    if ((ready & POLLIN) != 0 && refusal_waits(socket)) {
        return Turn::refused;
    }
    if ((ready & POLLOUT) != 0) {
        return Turn::write;
    }
    // An answer of another kind may come while the body is still read.
    const bool early = (ready & POLLIN) != 0 && (ready & (POLLHUP | POLLERR)) == 0;
    return early && (poll_for(socket, POLLOUT, patience) & POLLOUT) != 0 ? Turn::write
                                                                         : Turn::failed;
}

std::optional<ClientResponse> read_refusal(int socket) {
    if (!refusal_waits(socket)) {
        return std::nullopt;
    }
    const std::string text = read_rest(socket);
    constexpr std::string_view blank_line = "\r\n\r\n";
    const std::size_t end = text.find(blank_line);
    ClientResponse answer;
    answer.status = status_of(text);
    answer.body = end == std::string::npos ? std::string() : text.substr(end + blank_line.size());
    return answer;
}

} // namespace samara::net
