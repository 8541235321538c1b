#include "net/transport.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace samara::net {

namespace {

class PlainTransport final : public ByteStream {
public:
    explicit PlainTransport(int descriptor) : descriptor_(descriptor) {}

    ReadResult read(std::span<char> buffer, Deadline deadline, int stop_fd) override {
        while (true) {
            const IoStatus ready = wait_ready(descriptor_, POLLIN, deadline, stop_fd);
            if (ready != IoStatus::ok) {
                return {ready};
            }
            const ssize_t count = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
            if (count > 0) {
                return {IoStatus::ok, static_cast<std::size_t>(count)};
            }
            if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
                return {IoStatus::closed};
            }
        }
    }

    using ByteStream::write;

    IoStatus
    write(std::string_view head, std::string_view body, Deadline deadline, int stop_fd) override {
        while (!head.empty() || !body.empty()) {
            std::array<iovec, 2> parts{
                iovec{const_cast<char*>(head.data()), head.size()},
                iovec{const_cast<char*>(body.data()), body.size()}};
            msghdr message{};
            message.msg_iov = parts.data();
            message.msg_iovlen = parts.size();
            const ssize_t count = ::sendmsg(descriptor_, &message, MSG_NOSIGNAL);
            if (count >= 0) {
                const auto from_head = std::min(static_cast<std::size_t>(count), head.size());
                head.remove_prefix(from_head);
                body.remove_prefix(static_cast<std::size_t>(count) - from_head);
                continue;
            }
            if (errno == EAGAIN) {
                const IoStatus ready = wait_ready(descriptor_, POLLOUT, deadline, stop_fd);
                if (ready != IoStatus::ok) {
                    return ready;
                }
            } else if (errno != EINTR) {
                return IoStatus::closed;
            }
        }
        return IoStatus::ok;
    }

    void finish_writing() override { ::shutdown(descriptor_, SHUT_WR); }

private:
    int descriptor_;
};

} // namespace

bool is_readable(int descriptor) {
    pollfd polled{descriptor, POLLIN, 0};
    return descriptor >= 0 && ::poll(&polled, 1, 0) > 0;
}

IoStatus wait_ready(int descriptor, short events, Deadline deadline, int stop_fd) {
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            return IoStatus::timed_out;
        }
        std::array<pollfd, 2> waits{pollfd{descriptor, events, 0}, pollfd{stop_fd, POLLIN, 0}};
        const int count = ::poll(
            waits.data(),
            stop_fd >= 0 ? 2 : 1,
            static_cast<int>(std::min<long long>(left.count(), 3'600'000)));
        if (count < 0 && errno != EINTR) {
            return IoStatus::closed;
        }
        if (count > 0) {
            // What the client sent before the stop is still taken.
            return waits[0].revents != 0 ? IoStatus::ok : IoStatus::stopped;
        }
    }
}

std::unique_ptr<ByteStream> make_plain_stream(int descriptor) {
    return std::make_unique<PlainTransport>(descriptor);
}

} // namespace samara::net
