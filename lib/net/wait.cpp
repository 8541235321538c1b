#include "net/wait.h"

#include "net/event_loops.h"
#include "net/loop.h"
#include "net/worker_pool.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <system_error>
#include <utility>

#include <boost/asio/post.hpp>

namespace samara::net {

bool on_loop() {
    return loop_of_thread() != nullptr;
}

bool ToThread::await_suspend(std::coroutine_handle<> task) {
    // Never destroyed: whoever began a task sees to its end.
    static WorkerPool& threads = *new WorkerPool; // NOLINT(cppcoreguidelines-owning-memory)
    try {
        threads.run([task] { task.resume(); });
        return true;
    } catch (const std::system_error&) { // no thread can be made
        there_ = false;
        return false;
    }
}

void TaskGroup::begin() {
    const std::scoped_lock lock(mutex_);
    ++count_;
}

void TaskGroup::end() {
    const std::scoped_lock lock(mutex_);
    if (--count_ == 0) {
        ended_.notify_all();
    }
}

void TaskGroup::drain() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return count_ == 0; });
}

class Signal::State {
public:
    void set() {
        std::function<void()> wake;
        {
            const std::scoped_lock lock(mutex_);
            set_ = true;
            wake.swap(wake_);
        }
        changed_.notify_one();
        if (wake) {
            wake();
        }
    }

    bool is_set() {
        const std::scoped_lock lock(mutex_);
        return set_;
    }

    bool wait_here_until(Clock::time_point time) {
        std::unique_lock lock(mutex_);
        return changed_.wait_until(lock, time, [this] { return set_; });
    }

    /// Calls `wake` (nullptr: nothing any more) once when it is set: now, if it has been.
    void call(std::function<void()> wake) {
        {
            const std::scoped_lock lock(mutex_);
            if (!set_) {
                wake_.swap(wake);
                return;
            }
        }
        if (wake) {
            wake();
        }
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool set_ = false;
    std::function<void()> wake_;
};

namespace {

/// A timer whose loop is there as long as somebody waits, or may still set what is waited for.
struct Alarm {
    Alarm(Loop& loop, Signal::Clock::time_point time) : timer(loop.context, time) {}

    std::shared_ptr<EventLoops> loops = EventLoops::of_process(); ///< goes after the timer
    Timer timer;
};

/// Suspends a task until its timer has passed or been cancelled.
class Elapsed {
public:
    explicit Elapsed(Timer& timer) : timer_(timer) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }

    void await_suspend(std::coroutine_handle<> task) {
        timer_.async_wait([task](const ErrorCode& /*cancelled*/) { task.resume(); });
    }

    void await_resume() const noexcept {}

private:
    Timer& timer_;
};

} // namespace

Signal::Signal() : state_(std::make_shared<State>()) {}

void Signal::set() {
    state_->set();
}

base::Task<bool> Signal::wait_until(Clock::time_point time) {
    Loop* const loop = loop_of_thread();
    const std::shared_ptr<State> state = state_;
    if (loop == nullptr) {
        co_return state->wait_here_until(time);
    }
    if (!state->is_set()) {
        const auto alarm = std::make_shared<Alarm>(*loop, time);
        // From the loop, so that the task is suspended already. Nothing of the alarm stays with who
        // sets this: it may hold a lock that a task wants, and must not be the one who ends the
        // loops, which waits for them.
        state->call([own = alarm, loop]() mutable {
            asio::post(loop->context, [own = std::move(own)] { own->timer.cancel(); });
        });
        co_await Elapsed(alarm->timer);
        state->call(nullptr);
    }
    co_return state->is_set();
}

} // namespace samara::net
