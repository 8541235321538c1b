#include "build/progress.h"

namespace samara::build {

void Progress::begin(std::uint64_t number, std::string names) {
    const std::lock_guard lock(mutex_);
    running_.push_back({std::move(names), {}, std::chrono::steady_clock::now(), number});
}

void Progress::step(std::uint64_t number, std::string_view line) {
    const std::lock_guard lock(mutex_);
    for (Running& job : running_) {
        if (job.number == number) {
            job.step = line;
        }
    }
}

void Progress::end(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    std::erase_if(running_, [&](const Running& job) { return job.number == number; });
}

std::vector<Progress::Running> Progress::running() const {
    const std::lock_guard lock(mutex_);
    return running_;
}

} // namespace samara::build
