#pragma once

#include "data/value.h"
#include "gateway/route/model.h"

#include <optional>
#include <string_view>

namespace samara::gateway {

/// A map with RateLimit and BurstLimit, each with `prefix` before it; nothing when it has neither.
std::optional<Throttle> read_throttle(const data::Value* settings, std::string_view prefix = "");

} // namespace samara::gateway
