#include "invoke/environment_call.h"

#include "aws/lambda_limits.h"
#include "invoke/own_answers.h"
#include "net/wait.h"

#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace samara::invoke {

namespace {

// What an answer may take beyond the function's own timeout, which the emulator keeps: the end of
// the processes, and the way back.
constexpr std::chrono::seconds answer_margin{1};
constexpr std::chrono::hours no_end{24 * 365};

// Until a call can begin: initialisation, or the end of what an earlier call left.
std::chrono::milliseconds settle_limit(const Slot& slot) {
    const aws::LambdaLimits limits;
    return slot.provisioned
               ? std::chrono::milliseconds(no_end) // it initialises without a limit
               : limits.init + limits.shutdown + limits.runtime_shutdown + answer_margin;
}

} // namespace

base::Task<base::Result<Response>> call_environment(
    Slot& slot,
    const engine::EnvironmentSpec& spec,
    Request request,
    bool endless,
    const base::Log& log,
    const os::Cancellation& cancel) {
    if (endless) {
        slot.called_at = Clock::now();
        co_return co_await slot.transport->invoke(std::move(request), no_end, cancel);
    }
    const std::string request_id = request.request_id;
    // What a call ends with that did not get its answer.
    const auto late = [&](Clock::time_point deadline, base::Error error) -> base::Result<Response> {
        if (Clock::now() < deadline || cancel.cancelled() || !slot.environment->alive()) {
            return base::fail(std::move(error));
        }
        slot.environment->kill();
        slot.spent = true;
        log.warning(fmt::format(
            "{}: Task timed out after {}.00 seconds; it held off its end and was killed",
            spec.function,
            spec.timeout_seconds));
        return timed_out(request_id, spec.timeout_seconds);
    };
    Clock::time_point deadline = Clock::now();
    if (!slot.settled) {
        const bool may_wait = co_await net::to_thread();
        if (!may_wait) {
            co_return base::fail(no_thread);
        }
        const auto limit = settle_limit(slot);
        deadline += limit;
        if (auto settled = slot.transport->settle(limit, cancel); !settled) {
            co_return late(deadline, std::move(settled).error());
        }
    }
    const auto timeout = std::chrono::seconds(spec.timeout_seconds) + answer_margin;
    slot.called_at = Clock::now();
    deadline = slot.called_at + timeout;
    base::Result<Response> response =
        co_await slot.transport->invoke(std::move(request), timeout, cancel);
    if (!response) {
        co_return late(deadline, std::move(response).error());
    }
    slot.settled = response->function_error.empty(); // else it may start again
    co_return response;
}

} // namespace samara::invoke
