#pragma once

#include "net/worker_pool.h"
#include "serving/invoke.h"

#include <chrono>
#include <memory>

namespace samara::serving {

/// Calls functions on behalf of integrations that wait only so long.
class DeadlineInvoker {
public:
    explicit DeadlineInvoker(Invoke invoke);

    /// The result, or nothing once `limit` has passed; the function then goes on unheard. A
    /// function that is stopped before (`function_timeout`) is called on this thread.
    std::optional<base::Result<invoke::Response>> call(
        invoke::Request request,
        std::chrono::milliseconds limit,
        std::chrono::milliseconds function_timeout);

private:
    std::shared_ptr<const Invoke> invoke_;
    net::WorkerPool workers_;
};

} // namespace samara::serving
