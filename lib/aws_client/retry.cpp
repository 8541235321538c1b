#include "aws_client/retry.h"

#include <algorithm>
#include <array>

namespace samara::aws_client {

namespace {

constexpr int capacity = 500;

template <std::size_t N>
bool is_one_of(std::string_view code, const std::array<std::string_view, N>& codes) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

int cost_of(Retry reason) {
    constexpr int usual = 5;
    return reason == Retry::timed_out ? 2 * usual : usual;
}

} // namespace

Retry judge(int status, std::string_view code) {
    constexpr std::array<std::string_view, 13> throttling{
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottledException",
        "TooManyRequestsException",
        "ProvisionedThroughputExceededException",
        "TransactionInProgressException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "RequestThrottled",
        "SlowDown",
        "EC2ThrottledException"};
    constexpr std::array<std::string_view, 6> transient{
        "RequestTimeout",
        "RequestTimeoutException",
        "PriorRequestNotComplete",
        "IDPCommunicationError",
        "BadDigest",
        "InternalError"};
    constexpr std::array<int, 4> statuses{500, 502, 503, 504};
    constexpr int too_many_requests = 429;
    if (is_one_of(code, throttling) || status == too_many_requests) {
        return Retry::throttled;
    }
    const bool again = is_one_of(code, transient) ||
                       std::find(statuses.begin(), statuses.end(), status) != statuses.end();
    return again ? Retry::transient : Retry::no;
}

Retry judge(const net::HttpError& error) {
    switch (error.kind) {
    case net::HttpFailure::refused:
        return Retry::unsent;
    case net::HttpFailure::timeout:
        return Retry::timed_out;
    case net::HttpFailure::closed:
    case net::HttpFailure::other: // an answer that was cut off
        return Retry::transient;
    case net::HttpFailure::tls:
    case net::HttpFailure::too_large:
    case net::HttpFailure::cancelled:
        break;
    }
    return Retry::no;
}

bool is_clock_skew(const ServiceFault& fault) {
    constexpr std::array<std::string_view, 4> always{
        "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "AuthFailure"};
    constexpr std::array<std::string_view, 2> signature{
        "InvalidSignatureException", "SignatureDoesNotMatch"};
    const auto says = [&](std::string_view words) {
        return fault.message.find(words) != std::string::npos;
    };
    return is_one_of(fault.code, always) ||
           (is_one_of(fault.code, signature) && (says("expired") || says("not yet current")));
}

bool is_expired_token(const ServiceFault& fault) {
    constexpr std::array<std::string_view, 3> codes{
        "ExpiredToken", "ExpiredTokenException", "RequestExpired"};
    return is_one_of(fault.code, codes);
}

bool RetryQuota::take(Retry reason) {
    const std::scoped_lock lock(mutex_);
    if (left_ < cost_of(reason)) {
        return false;
    }
    left_ -= cost_of(reason);
    return true;
}

void RetryQuota::give_back(Retry reason) {
    const std::scoped_lock lock(mutex_);
    left_ = std::min(capacity, left_ + (reason == Retry::no ? 1 : cost_of(reason)));
}

std::chrono::milliseconds RetryQuota::wait_before(std::uint32_t next) {
    constexpr std::int64_t longest = 20'000;
    constexpr std::uint32_t steps = 5; // 2^5 s is more than the longest
    const std::int64_t most = std::min(longest, 1000L << std::min(next - 2, steps));
    const std::scoped_lock lock(mutex_);
    return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(0, most)(random_));
}

} // namespace samara::aws_client
