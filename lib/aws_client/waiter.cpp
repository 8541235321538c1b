#include "aws_client/waiter.h"

#include "aws_client/cloudformation.h"
#include "data/accessors.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace samara::aws_client {

namespace {

struct StackWaiter {
    std::string_view name;
    std::vector<std::string_view> done;
    std::vector<std::string_view> failed;
};

// As botocore's: docs.aws.amazon.com/cli/latest/reference/cloudformation/wait
const StackWaiter& waiter_of(StackWait wait) {
    static const std::array<StackWaiter, 3> waiters{{
        {"StackCreateComplete",
         {"CREATE_COMPLETE"},
         {"CREATE_FAILED",
          "DELETE_COMPLETE",
          "DELETE_FAILED",
          "ROLLBACK_FAILED",
          "ROLLBACK_COMPLETE"}},
        {"StackUpdateComplete",
         {"UPDATE_COMPLETE"},
         {"UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED", "UPDATE_ROLLBACK_COMPLETE"}},
        {"StackDeleteComplete",
         {"DELETE_COMPLETE"},
         {"DELETE_FAILED",
          "CREATE_FAILED",
          "ROLLBACK_FAILED",
          "UPDATE_ROLLBACK_IN_PROGRESS",
          "UPDATE_ROLLBACK_FAILED",
          "UPDATE_ROLLBACK_COMPLETE",
          "UPDATE_COMPLETE"}},
    }};
    return waiters.at(static_cast<std::size_t>(wait));
}

bool contains(const std::vector<std::string_view>& states, const std::string& state) {
    return std::find(states.begin(), states.end(), state) != states.end();
}

tl::unexpected<AwsError> waiter_failed(std::string_view name, AwsError error) {
    error.message = fmt::format("Waiter {} failed: {}", name, error.message);
    return tl::unexpected(std::move(error));
}

} // namespace

AwsResult<void> wait_until(
    Session& session,
    std::string_view name,
    const WaitTimes& times,
    const std::function<AwsResult<Look>()>& look) {
    const auto end = std::chrono::steady_clock::now() + times.in_all;
    auto pause = std::min(times.longest_pause, std::chrono::milliseconds(500));
    while (true) {
        auto seen = look();
        if (!seen) {
            return seen.error().failure == AwsFailure::service
                       ? waiter_failed(name, std::move(seen).error())
                       : aws_fail(std::move(seen).error());
        }
        if (seen->state == Look::State::done) {
            return {};
        }
        AwsError error;
        if (seen->state == Look::State::failed) {
            error.message = error.reason = seen->reason;
            return waiter_failed(name, std::move(error));
        }
        if (std::chrono::steady_clock::now() + pause > end) {
            error.message = error.reason = "Max attempts exceeded";
            return waiter_failed(name, std::move(error));
        }
        if (!session.pause(pause)) {
            return aws_fail(AwsFailure::cancelled, "cancelled");
        }
        pause = std::min(times.longest_pause, pause * 2);
    }
}

AwsResult<void>
wait_for_stack(Session& session, const std::string& stack, StackWait wait, const WaitTimes& times) {
    const StackWaiter& waiter = waiter_of(wait);
    return wait_until(session, waiter.name, times, [&]() -> AwsResult<Look> {
        AWS_TRY_ASSIGN(const auto found, find_stack(session, stack));
        if (!found) {
            return wait == StackWait::deleted
                       ? Look{Look::State::done, {}}
                       : Look{
                             Look::State::failed,
                             fmt::format("Stack with id {} does not exist", stack)};
        }
        if (contains(waiter.done, found->status)) {
            return Look{Look::State::done, {}};
        }
        if (contains(waiter.failed, found->status)) {
            return Look{
                Look::State::failed,
                fmt::format(
                    "Waiter encountered a terminal failure state: For expression "
                    "\"Stacks[].StackStatus\" we matched expected path: \"{}\" at least once",
                    found->status)};
        }
        return Look{};
    });
}

AwsResult<void> wait_for_change_set(
    Session& session, const std::string& id, const std::string& stack, const WaitTimes& times) {
    std::string reason;
    auto waited = wait_until(session, "ChangeSetCreateComplete", times, [&]() -> AwsResult<Look> {
        AWS_TRY_ASSIGN(const auto found, describe_change_set(session, id, stack, false));
        if (found.status == "CREATE_COMPLETE") {
            return Look{Look::State::done, {}};
        }
        if (found.status == "FAILED") {
            reason = found.reason;
            return Look{
                Look::State::failed,
                "Waiter encountered a terminal failure state: For expression \"Status\" we "
                "matched expected path: \"FAILED\""};
        }
        return Look{};
    });
    if (!waited && !reason.empty()) {
        waited.error().code = "FAILED";
        waited.error().reason = std::move(reason);
    }
    return waited;
}

std::chrono::milliseconds poll_delay() {
    constexpr double usual = 5.0;
    constexpr double longest = 3600.0;
    constexpr double milliseconds = 1000.0;
    const std::string text = set_variable("SAM_CLI_POLL_DELAY").value_or("");
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || end != text.data() + text.size() || !(seconds > 0)) {
        seconds = usual;
    }
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(std::min(seconds, longest) * milliseconds));
}

} // namespace samara::aws_client
