#include "os/wait.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

#include <poll.h>

namespace samara::os {

int poll_timeout(Deadline deadline) {
    if (!deadline) {
        return -1;
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
    return static_cast<int>(
        std::clamp<std::int64_t>(left.count(), 0, std::numeric_limits<int>::max()));
}

Wake wait_readable(int descriptor, const Cancellation& cancel, Deadline deadline) {
    while (true) {
        std::array<pollfd, 2> watched{
            pollfd{cancel.descriptor(), POLLIN, 0}, pollfd{descriptor, POLLIN, 0}};
        const int ready = ::poll(watched.data(), watched.size(), poll_timeout(deadline));
        if (cancel.cancelled()) {
            return Wake::cancelled;
        }
        if (ready > 0 && watched[1].revents != 0) {
            return Wake::ready;
        }
        if (deadline && std::chrono::steady_clock::now() >= *deadline) {
            return Wake::timed_out;
        }
    }
}

} // namespace samara::os
