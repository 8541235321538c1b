#include "net/bounded_wire.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <poll.h>
#include <sys/socket.h>

namespace samara::net {

namespace {

// Pieces of a body: between two of them an early answer is seen.
constexpr std::size_t piece_size = 64UL * 1024;
// cpp-httplib matches it with std::regex, which takes stack for each byte.
constexpr std::size_t longest_status_line = 1024;
constexpr std::size_t longest_header = 8192;

/// Whether an answer with an error status waits.
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

bool BoundedWire::fail(HttpError error) {
    if (!failure_) {
        failure_ = std::move(error);
    }
    return false;
}

bool BoundedWire::write(std::string_view bytes) {
    if (failure_) {
        return false;
    }
    if (refused_) {
        return true;
    }
    if (bytes.size() >= piece_size) { // not worth a copy
        return flush() && send(bytes);
    }
    unsent_ += bytes;
    return unsent_.size() < piece_size || flush();
}

bool BoundedWire::flush() {
    const bool sent = send(unsent_);
    unsent_.clear();
    return sent;
}

bool BoundedWire::send(std::string_view rest) {
    while (!rest.empty() && !refused_) {
        if (failure_ || !send_piece(rest.substr(0, piece_size))) {
            return false;
        }
        rest.remove_prefix(std::min(rest.size(), piece_size));
    }
    return !failure_;
}

bool BoundedWire::send_piece(std::string_view piece) {
    const int socket = connection_.plain ? connection_.socket.get() : -1;
    IoStatus status = IoStatus::ok;
    if (socket >= 0) { // over TLS, what can be read may be no answer
        status = wait_ready(socket, POLLIN | POLLOUT, limits_.next(), limits_.stop_fd);
        if (status == IoStatus::ok && refusal_waits(socket)) {
            refused_ = true;
            return true;
        }
    }
    if (status == IoStatus::ok) {
        status = connection_.transport->write(piece, {}, limits_.next(), limits_.stop_fd);
    }
    if (status == IoStatus::closed && socket >= 0 && refusal_waits(socket)) {
        refused_ = true;
        return true;
    }
    return status == IoStatus::ok || fail(wait_failure(status, limits_));
}

bool BoundedWire::fill() {
    // A server that never lets us wait would never let us see the stop either.
    if (is_readable(limits_.stop_fd)) {
        return fail(wait_failure(IoStatus::stopped, limits_));
    }
    const ReadResult got = connection_.transport->read(buffer_, limits_.next(), limits_.stop_fd);
    unread_ = std::string_view(buffer_.data(), got.count);
    answered_ = answered_ || got.count > 0;
    return got.status == IoStatus::ok || fail(wait_failure(got.status, limits_));
}

std::optional<std::size_t> BoundedWire::read(std::span<char> into) {
    if (!flush()) {
        return std::nullopt;
    }
    if (unread_.empty() && !fill()) {
        return failure_->kind == HttpFailure::closed ? std::optional<std::size_t>(0) : std::nullopt;
    }
    const std::string_view bytes = unread_.substr(0, into.size());
    frame_ += bytes.size();
    if (frame_ > largest_head) {
        fail({HttpFailure::too_large, "the head of the answer has no end"});
        return std::nullopt;
    }
    if (in_head_ && !count_head(bytes)) {
        return std::nullopt;
    }
    bytes.copy(into.data(), bytes.size());
    unread_.remove_prefix(bytes.size());
    return bytes.size();
}

bool BoundedWire::count_head(std::string_view bytes) {
    for (const char byte : bytes) {
        if (byte == '\n') {
            status_line_ =
                line_ <= 1; // after the blank line of an interim answer comes another one
            line_ = 0;
        } else if (++line_ > (status_line_ ? longest_status_line : longest_header)) {
            return fail({HttpFailure::too_large, "a line of the answer's head has no end"});
        }
    }
    return true;
}

void BoundedWire::advanced() {
    in_head_ = false;
    frame_ = 0;
}

} // namespace samara::net
