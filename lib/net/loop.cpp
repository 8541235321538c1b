#include "net/loop.h"

#include <utility>

namespace samara::net {

namespace {

/// A wait is over at most so much later than it should be.
constexpr std::chrono::milliseconds tick{100};

} // namespace

LoopWaits::Place LoopWaits::begin(Wait wait) {
    waits_.push_back(std::move(wait));
    look();
    return std::prev(waits_.end());
}

void LoopWaits::look() {
    if (std::exchange(looking_, true)) {
        return;
    }
    timer_.expires_after(tick);
    timer_.async_wait([this](const ErrorCode& error) {
        if (!error) {
            sweep();
        }
    });
}

void LoopWaits::sweep() {
    looking_ = false;
    const auto now = std::chrono::steady_clock::now();
    for (Wait& wait : waits_) {
        if (!wait.end) {
            continue;
        }
        const bool stopped = is_readable(wait.stop_fd);
        if (stopped || wait.until <= now) {
            std::exchange(wait.end, nullptr)(stopped ? IoStatus::stopped : IoStatus::timed_out);
        }
    }
    if (!waits_.empty()) {
        look();
    }
}

} // namespace samara::net
