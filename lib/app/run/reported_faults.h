#pragma once

#include "base/error.h"
#include "base/log.h"

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace samara::app {

/// What was warned of when a template was read, so that reading it anew tells only what is new.
class ReportedFaults {
public:
    ReportedFaults() : state_(std::make_shared<State>()) {}

    /// A log for the next reading: warnings of the one before are dropped, everything else goes to
    /// `log`.
    base::Log next(const base::Log& log);

    /// The first error that the last reading did not tell.
    [[nodiscard]] std::optional<base::Error> first_new(const base::Diagnostics& diagnostics) const;

private:
    struct State {
        std::mutex mutex;
        std::set<std::string, std::less<>> before;
        std::set<std::string, std::less<>> now;
    };

    std::shared_ptr<State> state_; // the logs have it, too
};

} // namespace samara::app
