#pragma once

#include "aws_client/waiter.h"
#include "cloud/observer.h"

#include <chrono>
#include <string>

namespace samara::cloud {

/// The time of a stack's newest event: what comes after it belongs to what is done next.
aws_client::AwsResult<std::chrono::system_clock::time_point>
newest_event(aws_client::Session& session, const std::string& stack);

/// Tells the events of a stack after `since` as they come, until the stack rests. Where events
/// cannot be had for a while it gives up telling: whoever waits asks for the stack itself.
aws_client::AwsResult<void> follow_events(
    aws_client::Session& session,
    const std::string& stack,
    std::chrono::system_clock::time_point since,
    std::chrono::milliseconds longest,
    Observer& observer);

} // namespace samara::cloud
