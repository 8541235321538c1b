#include "serving/deadline.h"

#include <mutex>
#include <utility>

namespace samara::serving {

namespace {

/// Where a call and who waits for it meet.
struct Meeting {
    net::Signal done;
    std::mutex mutex;
    std::optional<Invoke::Result> result;
};

} // namespace

DeadlineInvoker::DeadlineInvoker(Invoke invoke)
    : invoke_(std::make_shared<const Invoke>(std::move(invoke))) {}

base::Task<std::optional<Invoke::Result>> DeadlineInvoker::call(
    invoke::Request request,
    std::chrono::milliseconds limit,
    std::chrono::milliseconds function_timeout) {
    if (function_timeout <= limit) {
        co_return co_await invoke_->call(std::move(request));
    }
    const auto until = net::Signal::Clock::now() + limit;
    const auto meeting = std::make_shared<Meeting>();
    const auto end = [meeting](Invoke::Result result) {
        {
            const std::scoped_lock lock(meeting->mutex);
            meeting->result = std::move(result);
        }
        meeting->done.set();
    };
    if (net::on_loop()) {
        calls_.spawn(invoke_->call_guarded(std::move(request)), end);
    } else {
        const auto shared = std::make_shared<invoke::Request>(std::move(request)); // copyable
        workers_.run([end, shared, invoke = invoke_] {
            end(invoke->call_guarded(std::move(*shared)).now());
        });
    }
    co_await meeting->done.wait_until(until);
    const std::scoped_lock lock(meeting->mutex);
    co_return std::exchange(meeting->result, std::nullopt);
}

} // namespace samara::serving
