#pragma once

#include "rie/memory.h"

#include <chrono>
#include <cstdint>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/resource.h>

namespace samara::rie {

/// The most memory that what we started has had in use at a time.
class MemoryWatch {
public:
    explicit MemoryWatch(boost::asio::io_context& context) : timer_(context) {}

    /// From begin() to end() it looks at the processes now and then: what ends before its call does
    /// is not seen after it, where no control group counts it.
    void begin();

    void end() { wanted_ = false; }

    /// What has ended shows in no /proc any more.
    void count_ended(const rusage& usage);

    /// At the end of a call, in bytes.
    std::uint64_t peak();

    void forget();

private:
    using Clock = std::chrono::steady_clock;

    void look();
    void look_after(Clock::duration pause);

    boost::asio::steady_timer timer_;
    bool wanted_ = false;
    bool runs_ = false; ///< until the timer has passed
    GroupPeak group_;
    std::uint64_t peak_ = 0;
    Clock::time_point reported_{}; ///< when the end of a call looked at the processes
};

} // namespace samara::rie
