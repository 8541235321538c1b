#include "net/answer_limits.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::net {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds connect_limit{30'000};
constexpr milliseconds forever = std::chrono::hours(24L * 365);

milliseconds or_forever(milliseconds time) {
    return time.count() > 0 ? std::min(time, forever) : forever;
}

} // namespace

AnswerLimits limits_of(const ClientRequest& request) {
    return {
        or_forever(request.timeout),
        Clock::now() + or_forever(request.time_limit),
        request.body_limit,
        request.stop_descriptor};
}

Deadline AnswerLimits::next() const {
    return std::min(Clock::now() + timeout, end);
}

Deadline AnswerLimits::connecting() const {
    return std::min(Clock::now() + std::min(timeout, connect_limit), end);
}

HttpError wait_failure(IoStatus status, const AnswerLimits& limits) {
    switch (status) {
    case IoStatus::stopped:
        return {HttpFailure::cancelled, "cancelled"};
    case IoStatus::timed_out:
        return Clock::now() >= limits.end
                   ? HttpError{HttpFailure::timeout, "the answer is not complete in time"}
                   : HttpError{
                         HttpFailure::timeout,
                         fmt::format("no answer within {} ms", limits.timeout.count())};
    default:
        return {HttpFailure::closed, "the connection was closed"};
    }
}

} // namespace samara::net
