#include "net/later.h"

#include <chrono>
#include <exception>
#include <system_error>
#include <utility>

namespace samara::net {

namespace {

/// How long what has come meanwhile may wait.
constexpr std::chrono::milliseconds rest{2};

} // namespace

Later::~Later() {
    {
        const std::scoped_lock lock(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Later::run(std::function<void()> task) {
    std::unique_lock lock(mutex_);
    if (!thread_.joinable()) {
        try {
            thread_ = std::thread([this] { work(); });
        } catch (const std::system_error&) {
            lock.unlock();
            task();
            return;
        }
    }
    tasks_.push_back(std::move(task));
    if (std::exchange(asleep_, false)) {
        changed_.notify_all();
    }
}

void Later::drain() {
    std::unique_lock lock(mutex_);
    hurried_ = true;
    changed_.notify_all();
    drained_.wait(lock, [this] { return tasks_.empty() && !busy_; });
    hurried_ = false;
}

void Later::work() {
    std::vector<std::function<void()>> batch; // its room is used again
    std::unique_lock lock(mutex_);
    while (true) {
        if (tasks_.empty()) {
            drained_.notify_all();
            if (closing_) {
                return;
            }
            asleep_ = true;
            changed_.wait(lock, [this] { return !tasks_.empty() || closing_; });
            asleep_ = false;
            continue;
        }
        batch.swap(tasks_);
        busy_ = true;
        lock.unlock();
        for (const std::function<void()>& task : batch) {
            try {
                task();
            } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
                // A line of a log is lost: nothing that a client waits for.
            }
        }
        batch.clear();
        lock.lock();
        busy_ = false;
        changed_.wait_for(lock, rest, [this] { return hurried_ || closing_; });
    }
}

} // namespace samara::net
