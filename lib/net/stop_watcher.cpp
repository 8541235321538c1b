#include "net/stop_watcher.h"

#include <chrono>
#include <utility>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace samara::net {

namespace {

// The other library may not be where an interrupt reaches it (before its socket exists, say).
constexpr std::chrono::milliseconds repeat{10};

// No generation: the first arm() makes it 1.
constexpr std::uint64_t wake_up = 0;

void watch(const Socket& polled, int descriptor, std::uint64_t generation) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = generation;
    ::epoll_ctl(polled.get(), EPOLL_CTL_ADD, descriptor, &event);
}

} // namespace

StopWatcher::StopWatcher(std::function<void()> interrupt)
    : interrupt_(std::move(interrupt)), polled_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    watch(polled_, wake_.get(), wake_up);
}

StopWatcher::~StopWatcher() {
    if (!thread_.joinable()) {
        return;
    }
    {
        const std::lock_guard guard(mutex_);
        ending_ = true;
        ++generation_;
    }
    changed_.notify_all();
    const std::uint64_t one = 1;
    static_cast<void>(!::write(wake_.get(), &one, sizeof one));
    thread_.join();
}

void StopWatcher::arm(int descriptor) {
    {
        const std::lock_guard guard(mutex_);
        descriptor_ = descriptor;
        interrupted_ = false;
        ++generation_;
        watch(polled_, descriptor_, generation_);
    }
    if (!thread_.joinable()) {
        thread_ = std::thread([this] { run(); });
    }
}

bool StopWatcher::disarm() {
    const std::lock_guard guard(mutex_);
    ::epoll_ctl(polled_.get(), EPOLL_CTL_DEL, descriptor_, nullptr);
    descriptor_ = -1;
    ++generation_;
    changed_.notify_all(); // costs nothing unless it is interrupting
    return interrupted_;
}

void StopWatcher::run() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
        lock.unlock();
        epoll_event event{};
        const int ready = ::epoll_wait(polled_.get(), &event, 1, -1);
        lock.lock();
        while (ready == 1 && event.data.u64 == generation_) {
            interrupted_ = true;
            interrupt_();
            changed_.wait_for(lock, repeat);
        }
    }
}

} // namespace samara::net
