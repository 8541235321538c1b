#pragma once

#include "aws_client/keys.h"
#include "data/value.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// Credentials that AWS's tools keep for each other below ~/.aws.
namespace samara::aws_client {

/// Before they expire by that much, others are asked for; while fewer than the second are left,
/// they have to come.
inline constexpr std::chrono::minutes renew_early{15};
inline constexpr std::chrono::minutes renew_at_last{10};

/// Whether there are more than `margin` left.
bool lasts(const Keys& keys, std::chrono::minutes margin);

/// A time that the clock can hold, which counts nanoseconds and ends in 2262: later ones are as
/// good as never, and those before 1970 long past.
std::chrono::system_clock::time_point in_range(std::chrono::milliseconds since_1970);

/// "2026-01-02T03:04:05Z", "...+00:00", "...UTC", with or without fractions of seconds.
std::optional<std::chrono::system_clock::time_point> parse_time(std::string_view text);
/// The same with the fractions, to the millisecond.
std::optional<std::chrono::system_clock::time_point> parse_precise_time(std::string_view text);

/// The keys in ~/.aws/cli/cache/<sha1 of `what`>.json while they last, as STS answers:
/// {"Credentials": {"AccessKeyId": ...}}.
std::optional<Keys> cached_keys(const std::string& what);

/// Puts `answer` there. What cannot be written is not kept.
void cache_answer(const std::string& what, const data::Value& answer);

/// {"AccessKeyId", "SecretAccessKey", "SessionToken" or "Token", "Expiration"}; nothing when one of
/// the first two is missing.
std::optional<Keys> keys_in(const data::Value* credentials);

} // namespace samara::aws_client
