#include "gateway/access/usage.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

/// The number of the day, the week (from Sunday) or the month that a time is in, in UTC.
std::int64_t period_of(Quota::Period period, std::chrono::system_clock::time_point time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::int64_t days = day.time_since_epoch().count();
    constexpr std::int64_t sunday_before_epoch = 4; // the first day of 1970 was a Thursday
    switch (period) {
    case Quota::Period::day:
        break;
    case Quota::Period::week:
        return (days + sunday_before_epoch) / 7;
    case Quota::Period::month: {
        const std::chrono::year_month_day date(day);
        return static_cast<int>(date.year()) * 12 +
               static_cast<int>(static_cast<unsigned>(date.month()));
    }
    }
    return days;
}

} // namespace

bool Usage::take(const std::string& name, const Throttle& throttle, const Call& call) {
    auto [found, fresh] = buckets_.try_emplace(name, Bucket{throttle.burst, call.time});
    Bucket& bucket = found->second;
    const double seconds = std::chrono::duration<double>(call.time - bucket.at).count();
    bucket.tokens =
        std::min(throttle.burst, bucket.tokens + std::max(0.0, seconds) * throttle.rate);
    bucket.at = std::max(bucket.at, call.time);
    if (bucket.tokens < 1) {
        return false;
    }
    bucket.tokens -= 1;
    return true;
}

bool Usage::count(const std::string& name, const Quota& quota, const Call& call) {
    const std::int64_t period = period_of(quota.period, call.time);
    Count& count = counts_.try_emplace(name, Count{period}).first->second;
    if (count.period != period) {
        count = {period, 0, false};
    }
    if (count.used >= quota.limit - (count.first ? quota.offset : 0)) {
        return false;
    }
    ++count.used;
    return true;
}

std::optional<Refusal> Usage::refusal(const Call& call) {
    const Route& route = *call.match.route;
    if (!route.throttle && call.plan == nullptr) {
        return std::nullopt;
    }
    const std::string method = fmt::format("{} {}", call.api.id, route_key(route));
    const std::scoped_lock lock(mutex_);
    if (call.plan != nullptr) {
        const std::string client = fmt::format("{} {}", call.plan->id, call.api_key_id);
        const auto own = call.plan->methods.find(route_key(route));
        if (own != call.plan->methods.end() && !take(client + ' ' + method, own->second, call)) {
            return Refusal::throttled;
        }
        if (call.plan->throttle && !take(client, *call.plan->throttle, call)) {
            return Refusal::throttled;
        }
    }
    if (route.throttle && !take(method, *route.throttle, call)) {
        return Refusal::throttled;
    }
    if (call.plan != nullptr && call.plan->quota &&
        !count(fmt::format("{} {}", call.plan->id, call.api_key_id), *call.plan->quota, call)) {
        return Refusal::quota_exceeded;
    }
    return std::nullopt;
}

} // namespace samara::gateway
