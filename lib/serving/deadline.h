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
    /// function that is stopped before (`function_timeout`) is called without further ado.
    base::Task<std::optional<Invoke::Result>> call(
        invoke::Request request,
        std::chrono::milliseconds limit,
        std::chrono::milliseconds function_timeout);

private:
    std::shared_ptr<const Invoke> invoke_;
    net::TaskGroup calls_; // those that nobody waits for any more among them
    net::WorkerPool workers_;
};

} // namespace samara::serving
