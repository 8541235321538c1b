#pragma once

#include "aws_client/session.h"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

/// Waiting for a state, with the words of AWS's own waiters.
namespace samara::aws_client {

/// What one look has shown.
struct Look {
    enum class State : std::uint8_t { going_on, done, failed } state = State::going_on;
    std::string reason; ///< of a failure
};

/// How long something is waited for.
struct WaitTimes {
    std::chrono::milliseconds longest_pause; ///< it begins with shorter ones
    std::chrono::milliseconds in_all;
};

/// Looks at once and then again, pauses growing, until it is done. Fails with "Waiter NAME failed:
/// REASON" on a failure, an error of the service, or when its time is over.
AwsResult<void> wait_until(
    Session& session,
    std::string_view name,
    const WaitTimes& times,
    const std::function<AwsResult<Look>()>& look);

enum class StackWait : std::uint8_t { created, updated, deleted };

/// Waits for a stack by DescribeStacks.
AwsResult<void>
wait_for_stack(Session& session, const std::string& stack, StackWait wait, const WaitTimes& times);

/// Waits until a change set is there. A failed one is an error whose `reason` is AWS's.
AwsResult<void> wait_for_change_set(
    Session& session, const std::string& id, const std::string& stack, const WaitTimes& times);

/// SAM_CLI_POLL_DELAY in milliseconds, an hour at most; 5 s where it is no number above 0.
std::chrono::milliseconds poll_delay();

} // namespace samara::aws_client
