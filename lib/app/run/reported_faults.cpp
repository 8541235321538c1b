#include "app/run/reported_faults.h"

#include <utility>

namespace samara::app {

base::Log ReportedFaults::next(const base::Log& log) {
    {
        const std::lock_guard lock(state_->mutex);
        state_->before = std::exchange(state_->now, {});
    }
    return base::Log([log, state = state_](base::LogLevel level, std::string_view line) {
        switch (level) {
        case base::LogLevel::debug:
            return log.debug(line);
        case base::LogLevel::info:
            return log.info(line);
        case base::LogLevel::error:
            return log.error(line);
        case base::LogLevel::warning:
            break;
        }
        const bool fresh = [&] {
            const std::lock_guard lock(state->mutex);
            state->now.emplace(line);
            return !state->before.contains(line);
        }();
        if (fresh) {
            log.warning(line);
        }
    });
}

std::optional<base::Error> ReportedFaults::first_new(const base::Diagnostics& diagnostics) const {
    const std::lock_guard lock(state_->mutex);
    for (const base::Diagnostic& diagnostic : diagnostics) {
        if (diagnostic.severity == base::Severity::error &&
            !state_->now.contains(to_string(diagnostic.error))) {
            return diagnostic.error;
        }
    }
    return std::nullopt;
}

} // namespace samara::app
