#include "serving/deadline.h"

#include <condition_variable>
#include <mutex>

namespace samara::serving {

namespace {

/// Where the two threads of one call meet.
struct Meeting {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<base::Result<invoke::Response>> result;
};

} // namespace

DeadlineInvoker::DeadlineInvoker(Invoke invoke)
    : invoke_(std::make_shared<const Invoke>(std::move(invoke))) {}

std::optional<base::Result<invoke::Response>> DeadlineInvoker::call(
    invoke::Request request,
    std::chrono::milliseconds limit,
    std::chrono::milliseconds function_timeout) {
    if (function_timeout <= limit) {
        return (*invoke_)(request);
    }
    auto meeting = std::make_shared<Meeting>();
    auto shared = std::make_shared<const invoke::Request>(std::move(request));
    workers_.run([meeting, shared, invoke = invoke_] {
        auto result = (*invoke)(*shared);
        const std::scoped_lock lock(meeting->mutex);
        meeting->result = std::move(result);
        meeting->done.notify_one();
    });
    std::unique_lock lock(meeting->mutex);
    meeting->done.wait_for(lock, limit, [&] { return meeting->result.has_value(); });
    return std::move(meeting->result);
}

} // namespace samara::serving
