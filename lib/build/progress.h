#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace samara::build {

/// What a build is at, for who shows it while it runs. Thread-safe.
class Progress {
public:
    struct Running {
        std::string names; ///< "A, B"
        std::string step;  ///< the last line of its log; empty before there is one
        std::chrono::steady_clock::time_point since;
        std::uint64_t number = 0;
    };

    /// A job begins; `number` tells it apart.
    void begin(std::uint64_t number, std::string names);
    void step(std::uint64_t number, std::string_view line);
    void end(std::uint64_t number);

    /// In the order in which they began.
    [[nodiscard]] std::vector<Running> running() const;

private:
    mutable std::mutex mutex_;
    std::vector<Running> running_;
};

} // namespace samara::build
