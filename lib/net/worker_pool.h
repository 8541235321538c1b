#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

/// Threads that are made when all others are busy and end when they idle. Private to net/.
namespace samara::net {

class WorkerPool {
public:
    WorkerPool() = default;
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    WorkerPool(WorkerPool&&) = delete;
    WorkerPool& operator=(WorkerPool&&) = delete;

    /// Waits for every task to end.
    ~WorkerPool();

    /// Runs `task` at once: on an idle thread, or on a new one. Throws std::system_error when no
    /// thread can be made.
    void run(std::function<void()> task);

private:
    void work(std::list<std::thread>::iterator self);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> tasks_;
    std::list<std::thread> threads_;
    std::list<std::thread> ended_; // to be joined
    std::size_t idle_ = 0;
    bool closing_ = false;
};

} // namespace samara::net
