#include "invoke/environment_pool.h"

#include <algorithm>
#include <iterator>

namespace samara::invoke {

EnvironmentPool::Admission EnvironmentPool::acquire(std::vector<Slot>& ended) {
    Admission admission;
    if (in_use_ >= limit_) {
        return admission;
    }
    ++in_use_;
    admission.admitted = true;
    while (!admission.warm && !idle_.empty()) {
        Slot slot = std::move(idle_.back());
        idle_.pop_back();
        if (slot.environment->alive()) {
            admission.warm = std::move(slot);
        } else {
            ended.push_back(std::move(slot));
        }
    }
    return admission;
}

void EnvironmentPool::release(std::optional<Slot> slot, std::vector<Slot>& ended) {
    --in_use_;
    if (!slot) {
        return;
    }
    if (retired_ || !slot->environment->alive()) {
        ended.push_back(std::move(*slot));
        return;
    }
    slot->idle_since = Clock::now();
    idle_.push_back(std::move(*slot));
}

void EnvironmentPool::retire(std::vector<Slot>& ended) {
    retired_ = true;
    std::move(idle_.begin(), idle_.end(), std::back_inserter(ended));
    idle_.clear();
}

std::optional<Clock::time_point>
EnvironmentPool::expire(Clock::time_point limit, std::vector<Slot>& ended) {
    const auto first_ended =
        std::stable_partition(idle_.begin(), idle_.end(), [&](const Slot& slot) {
            return slot.provisioned || slot.idle_since > limit;
        });
    std::move(first_ended, idle_.end(), std::back_inserter(ended));
    idle_.erase(first_ended, idle_.end());
    // The one that has been idle longest is the first.
    const auto next = std::find_if(
        idle_.begin(), idle_.end(), [](const Slot& slot) { return !slot.provisioned; });
    return next == idle_.end() ? std::nullopt : std::optional(next->idle_since);
}

void end_all(std::vector<Slot> slots) {
    std::vector<std::thread> threads;
    for (Slot& slot : slots) {
        slot.transport.reset();
        threads.emplace_back(
            [environment = std::move(slot.environment)]() mutable { environment.reset(); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

} // namespace samara::invoke
