#pragma once

#include <functional>
#include <system_error>
#include <thread>
#include <vector>

namespace samara::os {

/// Work that is done on threads of its own, and has ended when this goes. What no thread can be
/// made for (ulimit -u) is done in place.
class SideBySide {
public:
    SideBySide() = default;
    SideBySide(const SideBySide&) = delete;
    SideBySide& operator=(const SideBySide&) = delete;
    SideBySide(SideBySide&&) = delete;
    SideBySide& operator=(SideBySide&&) = delete;

    ~SideBySide() {
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }

    void run(const std::function<void()>& work) {
        try {
            threads_.emplace_back(work);
        } catch (const std::system_error&) {
            work();
        }
    }

private:
    std::vector<std::thread> threads_;
};

} // namespace samara::os
