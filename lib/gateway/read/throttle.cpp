#include "gateway/read/throttle.h"

#include "aws/api_gateway_limits.h"
#include "data/accessors.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace samara::gateway {

namespace {

std::optional<double> number_of(const data::Value& map, const std::string& name) {
    const std::string text = data::text_of(map, name);
    double number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool read = failure == std::errc{} && end == text.data() + text.size();
    return read && number >= 0 ? std::optional(number) : std::nullopt;
}

} // namespace

std::optional<Throttle> read_throttle(const data::Value* settings, std::string_view prefix) {
    if (settings == nullptr || !settings->is_map()) {
        return std::nullopt;
    }
    const auto rate = number_of(*settings, std::string(prefix) + "RateLimit");
    const auto burst = number_of(*settings, std::string(prefix) + "BurstLimit");
    if (!rate && !burst) {
        return std::nullopt;
    }
    // What is not given is the account's.
    return Throttle{
        rate.value_or(aws::api_gateway::account_rate),
        burst.value_or(aws::api_gateway::account_burst)};
}

} // namespace samara::gateway
