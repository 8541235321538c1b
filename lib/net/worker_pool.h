#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <limits>
#include <list>
#include <mutex>
#include <thread>

/// Threads that are made when all others are busy and end when they idle.
namespace samara::net {

class WorkerPool {
public:
    /// No more than `most` threads; tasks beyond them wait in order.
    explicit WorkerPool(std::size_t most = std::numeric_limits<std::size_t>::max()) : most_(most) {}

    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    WorkerPool(WorkerPool&&) = delete;
    WorkerPool& operator=(WorkerPool&&) = delete;

    /// Waits for every task to end.
    ~WorkerPool();

    /// Runs `task` as soon as there is a thread for it: an idle one, or a new one. Throws
    /// std::system_error when no thread can be made.
    void run(std::function<void()> task);

    /// Waits until no task runs or waits.
    void drain();

private:
    void work(std::list<std::thread>::iterator self);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::condition_variable drained_;
    std::deque<std::function<void()>> tasks_;
    std::list<std::thread> threads_;
    std::list<std::thread> ended_; // to be joined
    const std::size_t most_;
    std::size_t idle_ = 0;
    std::size_t running_ = 0;
    bool closing_ = false;
};

} // namespace samara::net
