#pragma once

#include "engine/engine.h"
#include "invoke/transport.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
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
    std::unique_ptr<engine::Environment> environment;
    std::unique_ptr<Transport> transport;
    Clock::time_point idle_since;
    bool provisioned = false; ///< stays however long it is idle
    bool settled = false;     ///< its init phase is known to have ended
    bool spent = false;       ///< of no more use to anyone
};

/// Side by side: each may take its shutdown budget of two seconds.
void end_all(std::vector<Slot> slots);

/// The idle environments of one version of one function, and how many more are in use. Not
/// synchronised: its owner is.
class EnvironmentPool {
public:
    using Preparation = std::function<base::Result<void>(engine::EnvironmentSpec&)>;

    EnvironmentPool(
        engine::EnvironmentSpec spec,
        Preparation prepare,
        std::string fingerprint,
        std::size_t limit)
        : spec_(std::move(spec)), prepare_(std::move(prepare)),
          fingerprint_(std::move(fingerprint)), limit_(limit) {}

    /// One for the same function that has no environment yet.
    [[nodiscard]] std::shared_ptr<EnvironmentPool> empty_copy() const {
        return std::make_shared<EnvironmentPool>(spec_, prepare_, fingerprint_, limit_);
    }

    [[nodiscard]] const Preparation& preparation() const { return prepare_; }

    [[nodiscard]] const engine::EnvironmentSpec& spec() const { return spec_; }

    [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

    [[nodiscard]] std::size_t limit() const { return limit_; }

    struct Admission {
        bool admitted = false;    ///< false: as many as may run are running
        std::optional<Slot> warm; ///< nothing: one has to be started
    };

    /// Counts one more in use and gives the warmest idle environment. Dead ones go to `ended`.
    Admission acquire(std::vector<Slot>& ended);

    /// Counts one less in use; a slot that still runs becomes idle, else it goes to `ended`.
    void release(std::optional<Slot> slot, std::vector<Slot>& ended);

    /// Idle environments end now, those in use when they come back.
    void retire(std::vector<Slot>& ended);

    /// Ends what has been idle since before `limit`, unless it is provisioned; gives when the next
    /// one will have been.
    std::optional<Clock::time_point> expire(Clock::time_point limit, std::vector<Slot>& ended);

private:
    engine::EnvironmentSpec spec_;
    Preparation prepare_;
    std::string fingerprint_;
    std::size_t limit_;
    std::size_t in_use_ = 0;
    bool retired_ = false;
    std::vector<Slot> idle_; // the warmest last
};

} // namespace samara::invoke
