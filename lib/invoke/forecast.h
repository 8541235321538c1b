#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <vector>

/// When an environment will be free. Private to invoke/.
namespace samara::invoke {

/// The median of the last few durations: one call that took long changes nothing.
class MovingMedian {
public:
    using Duration = std::chrono::steady_clock::duration;

    void add(Duration duration);

    /// Nothing while there has been none.
    [[nodiscard]] std::optional<Duration> value() const { return median_; }

private:
    static constexpr std::size_t kept = 15;

    std::vector<Duration> last_; // in a ring
    std::size_t next_ = 0;
    std::optional<Duration> median_;
};

/// What is known of the environments of a function.
struct Occupancy {
    using Time = std::chrono::steady_clock::time_point;

    std::multiset<Time> busy;     ///< since when each runs a call
    std::multiset<Time> starting; ///< since when each is started
    std::size_t waiting = 0;      ///< requests that wait already
};

/// How long a request that comes now would wait until one of them is free for it, where calls and
/// cold starts take that long; nothing when there is none.
std::optional<std::chrono::steady_clock::duration> expected_wait(
    const Occupancy& occupancy,
    std::chrono::steady_clock::duration call,
    std::chrono::steady_clock::duration cold_start,
    Occupancy::Time now);

} // namespace samara::invoke
