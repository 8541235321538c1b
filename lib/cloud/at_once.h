#pragma once

#include <cstddef>
#include <functional>

namespace samara::cloud {

/// Calls `work` with 0 to count - 1, several at once, and comes back when all have ended.
void for_each_at_once(std::size_t count, const std::function<void(std::size_t index)>& work);

} // namespace samara::cloud
