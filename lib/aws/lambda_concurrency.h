#pragma once

#include <cstddef>

/// How many requests Lambda runs at a time
/// (https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html).
namespace samara::aws {

/// Of all functions of an account in a Region, unless it has been raised.
inline constexpr std::size_t account_concurrency = 1000;

/// What reservations leave to functions without one.
inline constexpr std::size_t least_unreserved_concurrency = 100;

} // namespace samara::aws
