#pragma once

#include "base/error.h"
#include "base/log.h"

#include <atomic>
#include <memory>

namespace samara::app {

/// --strict: every warning is an error. Warnings go to the log as errors and are counted; who has
/// come to the end of a step asks whether to go on.
class Strictness {
public:
    Strictness(bool strict, base::Log log);

    /// What is to be used instead of the log that was given.
    [[nodiscard]] const base::Log& log() const { return log_; }

    /// Fails when --strict was given and something was warned of.
    [[nodiscard]] base::Result<void> check() const;

private:
    std::shared_ptr<std::atomic<std::size_t>> warnings_;
    base::Log log_;
};

} // namespace samara::app
