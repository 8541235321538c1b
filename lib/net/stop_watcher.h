#pragma once

#include "net/socket.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

/// Interrupts a blocking call of another library. Private to net/.
namespace samara::net {

/// Calls `interrupt` from a thread of its own, again and again, while it is armed with a descriptor
/// that polls readable. The thread starts with the first arm().
class StopWatcher {
public:
    explicit StopWatcher(std::function<void()> interrupt);
    StopWatcher(const StopWatcher&) = delete;
    StopWatcher& operator=(const StopWatcher&) = delete;
    StopWatcher(StopWatcher&&) = delete;
    StopWatcher& operator=(StopWatcher&&) = delete;
    ~StopWatcher();

    void arm(int descriptor);

    /// No interrupt is running or will come when this returns. Whether there was one.
    bool disarm();

private:
    void run();

    std::function<void()> interrupt_;
    Socket polled_; // epoll: what is watched changes without the thread being woken
    Socket wake_;   // eventfd
    std::mutex mutex_;
    std::condition_variable changed_;
    int descriptor_ = -1;
    std::uint64_t generation_ = 0; // of arm() and disarm(): tells a stale event
    bool interrupted_ = false;
    bool ending_ = false;
    std::thread thread_;
};

} // namespace samara::net
