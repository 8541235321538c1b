#include "invoke/environment_pool.h"

#include "os/side_by_side.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace samara::invoke {

namespace {

/// A request that may have no environment of its own waits no longer than API Gateway would.
constexpr std::chrono::seconds longest_wait{30};

/// What is taken for the duration of calls and cold starts until there has been one.
constexpr std::chrono::milliseconds first_call{100};
constexpr std::chrono::milliseconds first_cold_start{1000};

/// Half of all waits take a little longer than medians say. A start is not spent on those: it slows
/// down what runs, and then the next ones are late. What is lost where waiting was wrong is this
/// share of a cold start.
constexpr int lateness = 4;

/// More environments than cores do not make short calls faster, but for this one: while the answer
/// of one is on its way and the next request to it, the others keep the cores busy.
constexpr std::size_t spare = 1;

void erase_one(std::multiset<Clock::time_point>& times, Clock::time_point time) {
    if (const auto found = times.find(time); found != times.end()) {
        times.erase(found);
    }
}

} // namespace

std::size_t EnvironmentPool::environments() const {
    return occupancy_.busy.size() + occupancy_.starting.size() + idle_.size();
}

std::size_t EnvironmentPool::most_environments() const {
    return std::min(concurrency_.environments, limit());
}

/// How long a new environment would take: those that start already share the cores with it.
Clock::duration EnvironmentPool::ready_after(Clock::duration cold_start) const {
    const std::size_t starting = occupancy_.starting.size() + 1;
    return cold_start * std::max(starting, concurrency_.cores) / concurrency_.cores;
}

Clock::duration EnvironmentPool::cold_start() const {
    return cold_starts_.value().value_or(first_cold_start);
}

EnvironmentPool::Admission EnvironmentPool::enter(Clock::time_point now, std::vector<Slot>& ended) {
    Admission admission;
    Quota& quota = *concurrency_.quota;
    if (quota.in_flight >= quota.limit) {
        return admission;
    }
    ++quota.in_flight;
    while (!idle_.empty()) {
        Slot slot = std::move(idle_.back());
        idle_.pop_back();
        if (!slot.environment->alive()) {
            ended.push_back(std::move(slot));
            continue;
        }
        use(slot, now);
        admission.verdict = Verdict::warm;
        admission.slot = std::move(slot);
        return admission;
    }
    const Clock::duration start = cold_start();
    const auto wait =
        concurrency_.shared
            ? expected_wait(occupancy_, calls_.value().value_or(first_call), start, now)
            : std::nullopt;
    const bool room = has_room();
    if (room && (!wait || *wait >= ready_after(start))) {
        begin_start(now);
        admission.verdict = Verdict::start;
        return admission;
    }
    admission.verdict = Verdict::wait;
    admission.waiter = std::make_shared<Waiter>();
    admission.full = !room;
    admission.last = now + longest_wait;
    admission.until = room ? now + *wait + start / lateness : admission.last;
    admission.own = room ? now + *wait + start : admission.last;
    admission.handed_on = handed_on_;
    waiting_.push_back(admission.waiter);
    ++occupancy_.waiting;
    // Who waits a little each time has at last waited as long as a start takes.
    if (room && environments() < concurrency_.cores + spare) {
        waited_ += *wait;
        if (waited_ >= start) {
            begin_start(now);
            admission.one_more = true;
        }
    }
    return admission;
}

bool EnvironmentPool::start_own(Admission& admission, Clock::time_point now) {
    if (!has_room()) {
        admission.full = true;
        admission.until = admission.last;
        return false;
    }
    // After a moment in which this machine did something else all who wait are late at once. While
    // they do move on, or the cores start others already, each start would make the next one late.
    const bool moves = std::exchange(admission.handed_on, handed_on_) != handed_on_;
    if (now < admission.own && (moves || occupancy_.starting.size() >= concurrency_.cores)) {
        admission.until = std::min(admission.own, now + cold_start() / lateness);
        return false;
    }
    give_up(admission.waiter);
    begin_start(now);
    return true;
}

void EnvironmentPool::give_up(const std::shared_ptr<Waiter>& waiter) {
    const auto found = std::find(waiting_.begin(), waiting_.end(), waiter);
    if (found != waiting_.end()) {
        waiting_.erase(found);
        --occupancy_.waiting;
    }
}

void EnvironmentPool::begin_start(Clock::time_point now) {
    occupancy_.starting.insert(now);
    waited_ = {};
}

void EnvironmentPool::end_start(Clock::time_point began) {
    erase_one(occupancy_.starting, began);
}

void EnvironmentPool::use(Slot& slot, Clock::time_point now) {
    slot.busy_since = now;
    occupancy_.busy.insert(now);
}

void EnvironmentPool::fail_start(Clock::time_point began, Clock::time_point now) {
    erase_one(occupancy_.starting, began);
    let_one_start(now);
}

/// How long calls and cold starts take.
void EnvironmentPool::note(const Slot& slot, Clock::time_point now) {
    if (slot.called_at < slot.busy_since) {
        return; // it was not called
    }
    calls_.add(now - slot.called_at);
    if (slot.fresh) {
        cold_starts_.add(slot.called_at - slot.start_began);
    }
}

void EnvironmentPool::release(Slot slot, Clock::time_point now, std::vector<Slot>& ended) {
    erase_one(occupancy_.busy, slot.busy_since);
    note(slot, now);
    add_idle(std::move(slot), now, ended);
}

void EnvironmentPool::add_idle(Slot slot, Clock::time_point now, std::vector<Slot>& ended) {
    slot.fresh = false;
    if (!slot.environment->alive()) {
        ended.push_back(std::move(slot));
        let_one_start(now);
        return;
    }
    if (!waiting_.empty()) { // those of a former version are served by it all the same
        const std::shared_ptr<Waiter> next = std::move(waiting_.front());
        waiting_.pop_front();
        --occupancy_.waiting;
        ++handed_on_;
        use(slot, now);
        next->slot = std::move(slot);
        next->served.set();
        return;
    }
    if (retired_) {
        ended.push_back(std::move(slot));
        return;
    }
    slot.idle_since = now;
    idle_.push_back(std::move(slot));
}

void EnvironmentPool::discard(Clock::time_point busy_since, Clock::time_point now) {
    erase_one(occupancy_.busy, busy_since);
    let_one_start(now);
}

/// Nobody waits for an environment that will not come.
void EnvironmentPool::let_one_start(Clock::time_point now) {
    if (waiting_.empty() || !has_room()) {
        return;
    }
    const std::shared_ptr<Waiter> next = std::move(waiting_.front());
    waiting_.pop_front();
    --occupancy_.waiting;
    begin_start(now);
    next->start_began = now;
    next->served.set();
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
    os::SideBySide threads;
    for (Slot& slot : slots) {
        slot.transport.reset();
        threads.run([&slot] { slot.environment.reset(); });
    }
}

} // namespace samara::invoke
