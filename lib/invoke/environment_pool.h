#pragma once

#include "engine/engine.h"
#include "invoke/environment_log.h"
#include "invoke/forecast.h"
#include "invoke/transport.h"
#include "net/wait.h"

#include <chrono>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace samara::invoke {

using Clock = std::chrono::steady_clock;

/// One environment with its connection; in use by at most one invocation.
struct Slot {
    std::shared_ptr<EnvironmentLog> log; ///< outlives what writes it
    std::unique_ptr<engine::Environment> environment;
    std::unique_ptr<Transport> transport;
    Clock::time_point idle_since;
    Clock::time_point start_began;
    Clock::time_point busy_since; ///< it was given to a request
    Clock::time_point called_at;  ///< its last call began: it had been initialised
    bool fresh = true;            ///< it was started for the call that it has
    bool provisioned = false;     ///< stays however long it is idle
    bool settled = false;         ///< its init phase is known to have ended
    bool spent = false;           ///< of no more use to anyone
};

/// Side by side: each may take its shutdown budget of two seconds.
void end_all(std::vector<Slot> slots);

/// Requests that are served at a time, of functions that share a quota.
struct Quota {
    std::size_t limit = 0;
    std::size_t in_flight = 0;
};

/// How many environments of a function run.
struct Concurrency {
    std::shared_ptr<Quota> quota;                                       ///< of requests
    std::size_t environments = std::numeric_limits<std::size_t>::max(); ///< --max-concurrency
    bool shared = true;    ///< false: each request has its own at once, as on AWS
    std::size_t cores = 1; ///< of this machine
};

/// A request that waits for an environment. Its owner's mutex guards it.
struct Waiter {
    net::Signal served;       ///< one of the following
    std::optional<Slot> slot; ///< one became free
    /// There is room for one of its own: begin_start() was done for it, with this time.
    std::optional<Clock::time_point> start_began;
};

/// The environments of one version of one function: those that idle, how many are in use, and who
/// waits for one. Not synchronised: its owner is.
class EnvironmentPool {
public:
    using Preparation = std::function<base::Result<void>(engine::EnvironmentSpec&)>;

    EnvironmentPool(
        engine::EnvironmentSpec spec,
        Preparation prepare,
        std::string fingerprint,
        Concurrency concurrency)
        : spec_(std::move(spec)), prepare_(std::move(prepare)),
          fingerprint_(std::move(fingerprint)), concurrency_(std::move(concurrency)) {}

    /// One for the same function that has no environment yet.
    [[nodiscard]] std::shared_ptr<EnvironmentPool> empty_copy() const {
        return std::make_shared<EnvironmentPool>(spec_, prepare_, fingerprint_, concurrency_);
    }

    [[nodiscard]] const Preparation& preparation() const { return prepare_; }

    [[nodiscard]] const engine::EnvironmentSpec& spec() const { return spec_; }

    [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

    /// Of requests at a time.
    [[nodiscard]] std::size_t limit() const { return concurrency_.quota->limit; }

    /// Of environments at a time.
    [[nodiscard]] std::size_t most_environments() const;

    enum class Verdict : std::uint8_t {
        refused, ///< as many requests run as may
        warm,    ///< `slot` is free
        start,   ///< one is to be started; begin_start() was done
        wait,    ///< for one that is busy
    };

    struct Admission {
        Verdict verdict = Verdict::refused;
        std::optional<Slot> slot;
        std::shared_ptr<Waiter> waiter;
        Clock::time_point until;   ///< it asks for one of its own then (start_own()),
        Clock::time_point own;     ///< gets it by then if there is room,
        Clock::time_point last;    ///< and is refused then
        std::size_t handed_on = 0; ///< see `handed_on_`, when it looked last
        bool full = false;         ///< as many environments run as may
        bool one_more = false;     ///< another one is worth its start: begin_start() was done
    };

    /// What a request that comes now gets; it counts as in flight until leave(). Dead environments
    /// go to `ended`.
    Admission enter(Clock::time_point now, std::vector<Slot>& ended);

    void leave() { --concurrency_.quota->in_flight; }

    /// Whether who waits longer than was expected starts one of its own: then it waits no more, and
    /// begin_start() was done. Else `until` is when it asks again.
    bool start_own(Admission& admission, Clock::time_point now);

    /// It waits no more.
    void give_up(const std::shared_ptr<Waiter>& waiter);

    /// An environment is started; then it has been, for a request (use()) or to idle (add_idle()),
    /// or could not be.
    void begin_start(Clock::time_point now);
    void end_start(Clock::time_point began);
    void fail_start(Clock::time_point began, Clock::time_point now);

    /// A request has it now.
    void use(Slot& slot, Clock::time_point now);

    /// A slot that was in use still runs, or not (nothing): it goes to who waits longest, becomes
    /// idle, or goes to `ended`.
    void release(Slot slot, Clock::time_point now, std::vector<Slot>& ended);
    void discard(Clock::time_point busy_since, Clock::time_point now);

    /// One that was started ahead.
    void add_idle(Slot slot, Clock::time_point now, std::vector<Slot>& ended);

    [[nodiscard]] std::size_t idle() const { return idle_.size(); }

    [[nodiscard]] const Occupancy& occupancy() const { return occupancy_; }

    /// Idle environments end now, those in use when they come back.
    void retire(std::vector<Slot>& ended);

    /// Ends what has been idle since before `limit`, unless it is provisioned; gives when the next
    /// one will have been.
    std::optional<Clock::time_point> expire(Clock::time_point limit, std::vector<Slot>& ended);

private:
    [[nodiscard]] std::size_t environments() const;

    [[nodiscard]] bool has_room() const { return environments() < concurrency_.environments; }

    [[nodiscard]] Clock::duration cold_start() const;
    [[nodiscard]] Clock::duration ready_after(Clock::duration cold_start) const;
    void note(const Slot& slot, Clock::time_point now);
    void let_one_start(Clock::time_point now);

    engine::EnvironmentSpec spec_;
    Preparation prepare_;
    std::string fingerprint_;
    Concurrency concurrency_;
    bool retired_ = false;
    Occupancy occupancy_;
    MovingMedian calls_;
    MovingMedian cold_starts_;
    Clock::duration waited_{};  // by all requests since the last start
    std::size_t handed_on_ = 0; // environments given to who waited: they do move on
    std::deque<std::shared_ptr<Waiter>> waiting_;
    std::vector<Slot> idle_; // the warmest last
};

} // namespace samara::invoke
