#pragma once

#include <chrono>
#include <cstddef>
#include <limits>

/// What Lambda allows (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
namespace samara::aws {

/// Bytes of a request and of a response, and of an asynchronous event.
inline constexpr std::size_t lambda_payload = std::size_t{6} * 1024 * 1024;
inline constexpr std::size_t lambda_event_payload = std::size_t{1} * 1024 * 1024;

struct LambdaLimits {
    /// Lambda takes 100 bytes more than its quota, and says so in its message.
    std::size_t payload = lambda_payload + 100;         ///< bytes, each way
    std::size_t event_payload = lambda_event_payload;   ///< bytes of an asynchronous event
    std::size_t queued = std::size_t{64} * 1024 * 1024; ///< bytes of calls that wait in line
    std::size_t streamed_payload = std::size_t{200} * 1024 * 1024; ///< bytes of a streamed response
    std::size_t log_tail = std::size_t{4} * 1024;                  ///< bytes of X-Amz-Log-Result
    std::size_t descriptors = 1024;                                ///< open files of the function
    std::size_t extensions = 10;                                   ///< registered at a time
    std::chrono::milliseconds init{10'000};                        ///< init phase
    std::chrono::milliseconds shutdown{2'000};        ///< shutdown with external extensions
    std::chrono::milliseconds shutdown_internal{500}; ///< with internal extensions only
    std::chrono::milliseconds runtime_shutdown{300};  ///< of that, for the runtime after SIGTERM
    /// For what a runtime sent before it ended, or for its end once it broke off its answer.
    std::chrono::milliseconds stream_rest{500};
    bool timeout = true; ///< the function's own and init's

    /// For --no-limits: sizes as large as they can be; the phases keep their time.
    static LambdaLimits none() {
        LambdaLimits limits;
        limits.payload = limits.event_payload = limits.queued = limits.streamed_payload =
            std::numeric_limits<std::size_t>::max();
        limits.descriptors = 0;
        return limits;
    }
};

} // namespace samara::aws
