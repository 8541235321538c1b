#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>

namespace samara::os {

/// How many processors this process may use; at least one, also where that cannot be told.
inline std::size_t processors() noexcept {
    return std::max(std::thread::hardware_concurrency(), 1U);
}

} // namespace samara::os
