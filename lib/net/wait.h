#pragma once

#include "base/task.h"

#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

/// How tasks wait: on an event loop, which nothing may hold up, they are suspended; on any other
/// thread they wait in place.
namespace samara::net {

/// Whether this thread is one of the event loops.
bool on_loop();

/// `co_await to_thread()` before what waits without these means: from then on the task is on a
/// thread that may. False: there is none to be had, and the task is where it was.
class [[nodiscard]] ToThread {
public:
    [[nodiscard]] bool await_ready() const noexcept { return !on_loop(); }

    bool await_suspend(std::coroutine_handle<> task);

    [[nodiscard]] bool await_resume() const noexcept { return there_; }

private:
    bool there_ = true;
};

inline ToThread to_thread() {
    return {};
}

/// Tasks that are at work, for who has to see to their end. Thread-safe.
class TaskGroup {
public:
    TaskGroup() = default;
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    TaskGroup(TaskGroup&&) = delete;
    TaskGroup& operator=(TaskGroup&&) = delete;

    ~TaskGroup() { drain(); }

    /// As base::spawn.
    template <class T, class Done>
    void spawn(base::Task<T> task, Done done) {
        begin();
        base::spawn(std::move(task), [this, done = std::move(done)](T value) mutable {
            { // what `done` holds goes before anybody hears that the task has ended
                Done ending = std::move(done);
                ending(std::move(value));
            }
            end();
        });
    }

    /// Waits on this thread until none is.
    void drain();

private:
    void begin();
    void end();

    std::mutex mutex_;
    std::condition_variable ended_;
    std::size_t count_ = 0;
};

/// Something that happens once, and that one task waits for.
class Signal {
public:
    using Clock = std::chrono::steady_clock;

    Signal();

    /// On any thread.
    void set();

    /// Whether it has been set by then.
    base::Task<bool> wait_until(Clock::time_point time);

private:
    class State;
    std::shared_ptr<State> state_;
};

} // namespace samara::net
