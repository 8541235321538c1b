#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

/// What no client waits for. Private to net/.
namespace samara::net {

/// Runs tasks in their order on a thread of its own: what comes while it is busy or has just been
/// costs nobody a wake-up. Thread-safe.
class Later {
public:
    Later() = default;
    Later(const Later&) = delete;
    Later& operator=(const Later&) = delete;
    Later(Later&&) = delete;
    Later& operator=(Later&&) = delete;

    /// All tasks have run then.
    ~Later();

    /// Where no thread can be made, at once.
    void run(std::function<void()> task);

    /// Waits until all have run.
    void drain();

private:
    void work();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::condition_variable drained_;
    std::vector<std::function<void()>> tasks_;
    std::thread thread_;
    bool asleep_ = false; // until it is woken
    bool busy_ = false;
    bool hurried_ = false; // somebody waits for all
    bool closing_ = false;
};

} // namespace samara::net
