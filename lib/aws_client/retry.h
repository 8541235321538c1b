#pragma once

#include "aws_client/message.h"
#include "net/http_client.h"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <random>
#include <string_view>

/// When a call is tried again: AWS's standard mode.
/// docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
namespace samara::aws_client {

enum class Retry : std::uint8_t {
    no,
    transient, ///< nobody knows whether it was done
    throttled, ///< it was not done
    timed_out,
    unsent, ///< it was not even sent
};

Retry judge(int status, std::string_view code);
Retry judge(const net::HttpError& error);

/// Whether a fault says that the request's time is not the service's.
bool is_clock_skew(const ServiceFault& fault);

/// Whether it says that the credentials have expired.
bool is_expired_token(const ServiceFault& fault);

/// What all calls of a session may spend on retries, so that many calls do not keep a service busy
/// that is down. Thread-safe.
class RetryQuota {
public:
    /// Whether there is enough for a retry; what it costs is taken.
    bool take(Retry reason);

    /// A call has succeeded after a retry for that reason, or at once (Retry::no).
    void give_back(Retry reason);

    /// How long to wait before attempt `next` (2, 3 ...): up to 1, 2, 4 ... 20 seconds.
    std::chrono::milliseconds wait_before(std::uint32_t next);

private:
    std::mutex mutex_;
    int left_ = 500;
    std::minstd_rand random_{std::random_device{}()};
};

} // namespace samara::aws_client
