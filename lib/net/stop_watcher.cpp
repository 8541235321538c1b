#include "net/stop_watcher.h"

#include <array>
#include <chrono>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace samara::net {

namespace {

// The other library may not be where an interrupt reaches it (before its socket exists, say).
constexpr std::chrono::milliseconds repeat{10};

void wake(int event) {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(event, &one, sizeof one));
}

} // namespace

StopWatcher::StopWatcher(std::function<void()> interrupt)
    : interrupt_(std::move(interrupt)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

StopWatcher::~StopWatcher() {
    if (!thread_.joinable()) {
        return;
    }
    {
        const std::lock_guard guard(mutex_);
        ending_ = true;
        descriptor_ = -1;
        ++generation_;
    }
    changed_.notify_all();
    wake(wake_.get());
    thread_.join();
}

void StopWatcher::arm(int descriptor) {
    {
        const std::lock_guard guard(mutex_);
        descriptor_ = descriptor;
        interrupted_ = false;
        ++generation_;
    }
    if (!thread_.joinable()) {
        thread_ = std::thread([this] { run(); });
    }
    wake(wake_.get());
}

bool StopWatcher::disarm() {
    // The thread is not woken: should the old descriptor become readable, the generation tells.
    const std::lock_guard guard(mutex_);
    descriptor_ = -1;
    ++generation_;
    changed_.notify_all();
    return interrupted_;
}

void StopWatcher::run() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
        const std::uint64_t generation = generation_;
        std::array<pollfd, 2> polled{{{wake_.get(), POLLIN, 0}, {descriptor_, POLLIN, 0}}};
        lock.unlock();
        ::poll(polled.data(), polled.size(), -1);
        if (polled[0].revents != 0) {
            std::uint64_t count = 0;
            static_cast<void>(!::read(wake_.get(), &count, sizeof count));
        }
        lock.lock();
        while (polled[1].revents != 0 && generation == generation_) {
            interrupted_ = true;
            interrupt_();
            changed_.wait_for(lock, repeat);
        }
    }
}

} // namespace samara::net
