#pragma once

#include "invoke/invocation.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What Lambda sends to destinations and dead-letter queues, each one line of JSON.
/// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
namespace samara::invoke {

/// How an asynchronous event ended.
struct EventOutcome {
    std::string_view condition; ///< "Success", "RetriesExhausted" or "EventAgeExceeded"
    std::string request_id;
    std::string function_arn;
    std::string request_payload;
    std::uint32_t attempts = 0;
    std::optional<Response> response; ///< of the last attempt that was answered
    std::chrono::system_clock::time_point time;
};

/// For OnSuccess and OnFailure. A response that is not JSON becomes a string.
std::string invocation_record(const EventOutcome& outcome);

/// For DeadLetterConfig: the event and Lambda's three attributes, as a queue's message has them.
std::string dead_letter_message(const EventOutcome& outcome);

} // namespace samara::invoke
