#include "rie/memory_watch.h"

#include <algorithm>
#include <utility>

#include <unistd.h>

namespace samara::rie {

namespace {

constexpr std::chrono::milliseconds pause_of_looks{50};
constexpr int share_of_looks = 20; // of the time
constexpr std::chrono::milliseconds pause_of_reports{20};
constexpr std::chrono::milliseconds pause_beside_group{1000};

} // namespace

void MemoryWatch::begin() {
    wanted_ = true;
    if (!std::exchange(runs_, true)) {
        look_after(pause_of_looks);
    }
}

void MemoryWatch::look() {
    std::uint64_t sum = 0;
    for (const pid_t process : descendants(::getpid())) {
        sum += peak_resident(process);
    }
    peak_ = std::max(peak_, sum);
}

// Many processes take longer to look at, and are looked at less often.
void MemoryWatch::look_after(Clock::duration pause) {
    timer_.expires_after(pause);
    timer_.async_wait([this](const auto& error) {
        if (error) {
            return; // all of this is gone
        }
        runs_ = wanted_;
        if (runs_) {
            const auto begin = Clock::now();
            look();
            group_.look();
            const auto taken = Clock::now() - begin;
            look_after(std::max<Clock::duration>(pause_of_looks, share_of_looks * taken));
        }
    });
}

void MemoryWatch::count_ended(const rusage& usage) {
    constexpr std::uint64_t unit = 1024; // of ru_maxrss, in bytes
    peak_ = std::max(peak_, static_cast<std::uint64_t>(usage.ru_maxrss) * unit);
}

// What /proc tells of a process takes the kernel as long as a short call: in a row of such calls
// only some look, unless the group has grown. A process's own mark stays, so that what one call
// took shows with one of the next.
std::uint64_t MemoryWatch::peak() {
    const auto now = Clock::now();
    const auto pause = group_.counts() ? pause_beside_group : pause_of_reports;
    if (group_.advanced() || now - reported_ >= pause) {
        look();
        reported_ = now;
    }
    peak_ = std::max(peak_, group_.bytes());
    return peak_;
}

void MemoryWatch::forget() {
    group_.forget();
    peak_ = 0;
    reported_ = {};
}

} // namespace samara::rie
