#pragma once

#include "base/frame_pool.h"

#include <coroutine>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <optional>
#include <utility>

/// Work that may have to wait and holds no thread meanwhile.
namespace samara::base {

/// A coroutine that begins when it is awaited, or run by now() or spawn(), and gives one value.
/// Where it waits is the matter of what it awaits: see net/wait.h. What is awaited is given a name
/// before it is used in a condition: GCC 12 makes traps of `if (co_await ...)`.
template <class T>
class [[nodiscard]] Task {
public:
    class promise_type {
    public:
        static void* operator new(std::size_t size) { return take_frame(size); }

        static void operator delete(void* frame, std::size_t size) noexcept {
            give_frame(frame, size);
        }

        Task get_return_object() { return Task(Handle::from_promise(*this)); }

        std::suspend_always initial_suspend() noexcept { return {}; }

        /// Who awaits it goes on.
        auto final_suspend() noexcept {
            struct Onward {
                bool await_ready() noexcept { return false; }

                std::coroutine_handle<> await_suspend(Handle ended) noexcept {
                    return ended.promise().next_ ? ended.promise().next_ : std::noop_coroutine();
                }

                void await_resume() noexcept {}
            };

            return Onward{};
        }

        void return_value(T value) { value_.emplace(std::move(value)); }

        void unhandled_exception() { failure_ = std::current_exception(); }

    private:
        friend Task;

        T take() {
            if (failure_) {
                std::rethrow_exception(failure_);
            }
            return *std::move(value_);
        }

        std::coroutine_handle<> next_;
        std::optional<T> value_;
        std::exception_ptr failure_;
    };

    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    Task& operator=(Task&&) = delete;

    ~Task() {
        if (handle_) {
            handle_.destroy();
        }
    }

    /// On a thread that may wait: there it is waited in place, so the task does not suspend.
    T now() && {
        handle_.resume();
        if (!handle_.done()) {
            std::abort(); // run on an event loop
        }
        return handle_.promise().take();
    }

    auto operator co_await() && noexcept {
        struct Awaiter {
            bool await_ready() noexcept { return false; }

            std::coroutine_handle<> await_suspend(std::coroutine_handle<> next) noexcept {
                handle.promise().next_ = next;
                return handle;
            }

            T await_resume() { return handle.promise().take(); }

            Handle handle;
        };

        return Awaiter{handle_};
    }

private:
    using Handle = std::coroutine_handle<promise_type>;

    explicit Task(Handle handle) : handle_(handle) {}

    Handle handle_;
};

/// What has been given already, as a task.
template <class T>
Task<T> ready(T value) {
    co_return std::move(value);
}

namespace detail {

struct Spawned {
    struct promise_type {
        static void* operator new(std::size_t size) { return take_frame(size); }

        static void operator delete(void* frame, std::size_t size) noexcept {
            give_frame(frame, size);
        }

        Spawned get_return_object() { return {}; }

        std::suspend_never initial_suspend() noexcept { return {}; }

        std::suspend_never final_suspend() noexcept { return {}; }

        void return_void() {}

        void unhandled_exception() { std::terminate(); }
    };
};

template <class T, class Done>
Spawned spawn(Task<T> task, Done done) {
    done(co_await std::move(task));
}

} // namespace detail

/// Begins the task on this thread and returns as soon as it waits; its value goes to `done`, on
/// whatever thread it ends. What it throws ends the program.
template <class T, class Done>
void spawn(Task<T> task, Done done) {
    detail::spawn(std::move(task), std::move(done));
}

} // namespace samara::base
