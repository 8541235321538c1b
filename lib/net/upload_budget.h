#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

namespace samara::net {

/// What the bodies that come in at a time may hold together, over all connections of a server.
/// Thread-safe.
class UploadBudget {
public:
    explicit UploadBudget(std::size_t bytes) : limit_(bytes) {}

    /// The part of one body; given back when it has come whole, or is given up.
    class Share {
    public:
        explicit Share(UploadBudget& budget) : budget_(budget) {}

        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;
        Share(Share&&) = delete;
        Share& operator=(Share&&) = delete;

        ~Share() { budget_.used_ -= bytes_; }

        /// False when that would be more than there is for all.
        bool grow_to(std::size_t bytes) {
            const std::size_t more = std::max(bytes, bytes_) - bytes_;
            std::size_t used = budget_.used_.load();
            do {
                if (more > budget_.limit_ - std::min(used, budget_.limit_)) {
                    return false;
                }
            } while (!budget_.used_.compare_exchange_weak(used, used + more));
            bytes_ += more;
            return true;
        }

    private:
        UploadBudget& budget_;
        std::size_t bytes_ = 0;
    };

private:
    std::size_t limit_;
    std::atomic<std::size_t> used_ = 0;
};

} // namespace samara::net
