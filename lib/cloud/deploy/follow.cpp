#include "cloud/deploy/follow.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

namespace samara::cloud {

using aws_client::AwsFailure;
using aws_client::AwsResult;
using aws_client::Session;
using aws_client::StackEvent;
using TimePoint = std::chrono::system_clock::time_point;

namespace {

bool ends(const StackEvent& event) {
    return event.type == "AWS::CloudFormation::Stack" && event.stack_name == event.logical_id &&
           event.physical_id == event.stack_id &&
           event.status.find("IN_PROGRESS") == std::string::npos;
}

class Follower {
public:
    Follower(Session& session, const std::string& stack, TimePoint since, Observer& observer)
        : session_(session), stack_(stack), since_(since), observer_(observer) {}

    /// Whether the stack rests.
    AwsResult<bool> look() {
        std::vector<StackEvent> fresh; // newest first
        AWS_TRY(aws_client::for_each_event(session_, stack_, [&](const StackEvent& event) {
            if (event.time < since_ || (event.time == since_ && reported_.empty()) ||
                reported_.contains(event.id)) {
                return false;
            }
            fresh.push_back(event);
            return true;
        }));
        for (auto event = fresh.rbegin(); event != fresh.rend(); ++event) {
            reported_.insert(event->id);
            observer_.event(*event);
            if (ends(*event)) {
                return true;
            }
        }
        return false;
    }

private:
    Session& session_;
    const std::string& stack_;
    TimePoint since_;
    Observer& observer_;
    std::set<std::string> reported_;
};

} // namespace

AwsResult<TimePoint> newest_event(Session& session, const std::string& stack) {
    TimePoint newest;
    AWS_TRY(aws_client::for_each_event(session, stack, [&](const StackEvent& event) {
        newest = event.time;
        return false;
    }));
    return newest;
}

AwsResult<void> follow_events(
    Session& session,
    const std::string& stack,
    TimePoint since,
    std::chrono::milliseconds longest,
    Observer& observer) {
    constexpr int most_failures = 3;
    const auto end = std::chrono::steady_clock::now() + longest;
    const auto delay = aws_client::poll_delay();
    auto pause = std::min<std::chrono::milliseconds>(delay, std::chrono::seconds(1));
    Follower follower(session, stack, since, observer);
    observer.events_begin();
    int failures = 0;
    AwsResult<void> result;
    while (std::chrono::steady_clock::now() < end) {
        if (!session.pause(failures == 0 ? pause : std::chrono::seconds(1 << failures))) {
            result = aws_client::aws_fail(AwsFailure::cancelled, "cancelled");
            break;
        }
        pause = std::min(delay, pause * 2);
        const auto rests = follower.look();
        if (!rests && rests.error().failure == AwsFailure::cancelled) {
            result = aws_client::aws_fail(rests.error());
            break;
        }
        if (!rests && ++failures > most_failures) {
            observer.log(
                fmt::format("The events cannot be read: {}", rests.error().message), Tone::bad);
            break;
        }
        if (rests) {
            failures = 0;
        }
        if (rests && *rests) {
            break;
        }
    }
    observer.events_end();
    return result;
}

} // namespace samara::cloud
