#include "net/worker_pool.h"

#include <chrono>

namespace samara::net {

namespace {

constexpr std::chrono::seconds idle_time{10};

void join_all(std::list<std::thread>& threads) {
    for (std::thread& thread : threads) {
        if (thread.joinable()) {
            thread.join();
        }
    }
    threads.clear();
}

} // namespace

WorkerPool::~WorkerPool() {
    std::unique_lock lock(mutex_);
    closing_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return threads_.empty(); });
    lock.unlock();
    join_all(ended_);
}

void WorkerPool::run(std::function<void()> task) {
    std::list<std::thread> ended;
    {
        const std::scoped_lock lock(mutex_);
        ended.swap(ended_);
        tasks_.push_back(std::move(task));
        if (idle_ >= tasks_.size()) {
            changed_.notify_one();
        } else if (threads_.size() < most_) {
            const auto self = threads_.emplace(threads_.end());
            try {
                *self = std::thread([this, self] { work(self); });
            } catch (...) {
                threads_.erase(self);
                tasks_.pop_back();
                ended_.swap(ended);
                throw;
            }
        }
    }
    join_all(ended);
}

void WorkerPool::drain() {
    std::unique_lock lock(mutex_);
    drained_.wait(lock, [this] { return running_ == 0 && tasks_.empty(); });
}

void WorkerPool::work(std::list<std::thread>::iterator self) {
    std::unique_lock lock(mutex_);
    while (true) {
        ++idle_;
        const bool woken =
            changed_.wait_for(lock, idle_time, [this] { return !tasks_.empty() || closing_; });
        --idle_;
        if (tasks_.empty() || !woken) {
            break;
        }
        std::function<void()> task = std::move(tasks_.front());
        tasks_.pop_front();
        ++running_;
        lock.unlock();
        task();
        task = nullptr; // what it holds goes before anybody hears that it has ended
        lock.lock();
        if (--running_ == 0 && tasks_.empty()) {
            drained_.notify_all();
        }
    }
    ended_.splice(ended_.end(), threads_, self);
    if (closing_) {
        changed_.notify_all();
    }
}

} // namespace samara::net
