#pragma once

#include "base/error.h"
#include "base/own_fault.h"
#include "base/task.h"
#include "invoke/invocation.h"
#include "net/wait.h"

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace samara::serving {

/// How functions are called; given by the program, called from many threads at once.
class Invoke {
public:
    using Result = base::Result<invoke::Response>;

    Invoke() = default;

    /// Of what gives a task, or of what waits for the result on its thread.
    template <class Function>

    requires std::is_invocable_v<Function&, invoke::Request>
    Invoke(Function function) { // NOLINT(google-explicit-constructor): stands for the function
        if constexpr (std::is_same_v<
                          std::invoke_result_t<Function&, invoke::Request>,
                          base::Task<Result>>) {
            call_ = std::move(function);
        } else {
            call_ = [shared = std::make_shared<Function>(std::move(function))](
                        invoke::Request request) { return wait_for(shared, std::move(request)); };
        }
    }

    explicit operator bool() const { return call_ != nullptr; }

    [[nodiscard]] base::Task<Result> call(invoke::Request request) const {
        return call_(std::move(request));
    }

    /// The same of a call that nobody has to hear the end of: what it throws is its failure.
    [[nodiscard]] base::Task<Result> call_guarded(invoke::Request request) const {
        try {
            co_return co_await call_(std::move(request));
        } catch (...) {
            co_return base::fail(base::own_fault());
        }
    }

    /// Waits on this thread.
    Result operator()(invoke::Request request) const { return call(std::move(request)).now(); }

private:
    template <class Function>
    static base::Task<Result>
    wait_for(std::shared_ptr<Function> function, invoke::Request request) {
        const bool may_wait = co_await net::to_thread();
        if (!may_wait) {
            co_return base::fail("no thread can be made for the call");
        }
        co_return (*function)(std::move(request));
    }

    std::function<base::Task<Result>(invoke::Request)> call_;
};

} // namespace samara::serving
