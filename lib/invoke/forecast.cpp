#include "invoke/forecast.h"

#include <algorithm>
#include <functional>
#include <queue>

namespace samara::invoke {

void MovingMedian::add(Duration duration) {
    if (last_.size() < kept) {
        last_.push_back(duration);
    } else {
        last_[next_] = duration;
        next_ = (next_ + 1) % kept;
    }
    std::vector<Duration> sorted = last_;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    median_ = *middle;
}

std::optional<std::chrono::steady_clock::duration> expected_wait(
    const Occupancy& occupancy,
    std::chrono::steady_clock::duration call,
    std::chrono::steady_clock::duration cold_start,
    Occupancy::Time now) {
    using Duration = std::chrono::steady_clock::duration;
    if (occupancy.busy.empty() && occupancy.starting.empty()) {
        return std::nullopt;
    }
    std::priority_queue<Duration, std::vector<Duration>, std::greater<>> free; // when each will be
    for (const auto since : occupancy.busy) {
        // What takes longer than usual takes about as long again.
        const Duration elapsed = now - since;
        free.push(elapsed < call ? call - elapsed : elapsed);
    }
    for (const auto since : occupancy.starting) {
        const Duration elapsed = now - since;
        free.push(call + (elapsed < cold_start ? cold_start - elapsed : elapsed));
    }
    for (std::size_t ahead = 0; ahead < occupancy.waiting; ++ahead) {
        const Duration next = free.top();
        free.pop();
        free.push(next + call);
    }
    return free.top();
}

} // namespace samara::invoke
