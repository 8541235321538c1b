#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace samara::invoke {

/// Where the record of an asynchronous event goes.
struct Destination {
    std::string arn;      ///< empty: nowhere
    std::string function; ///< logical id, when the ARN is that of a function of this template
};

/// What becomes of a function's asynchronous events: AWS::Lambda::EventInvokeConfig and the
/// function's DeadLetterConfig.
/// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
struct EventPolicy {
    std::string function_arn; ///< as records name it, with the version
    std::uint32_t max_retries = 2;
    std::chrono::milliseconds max_age = std::chrono::hours(6);
    Destination on_success;
    Destination on_failure;
    Destination dead_letter;
};

} // namespace samara::invoke
