// Environments that are there before anybody asks for them.
#include "invoke/environments.h"
#include "os/processors.h"
#include "os/side_by_side.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace samara::invoke {

namespace {

/// More of a function than that are never at work at a time, and each takes memory.
constexpr std::size_t provisioned_per_core = 8;

/// A start waits for the disk and for its runtime as well.
std::size_t starts_at_once() {
    return std::max<std::size_t>(os::processors(), 2);
}

} // namespace

/// Some at a time, as many as there are processors: a program that is stopped meanwhile has few to
/// undo, and whether there is memory for more is known before they are begun.
base::Result<void> Environments::fill(const Pool& pool, std::size_t count, bool provisioned) {
    engine::EnvironmentSpec spec = pool->spec();
    if (provisioned) {
        spec.environment["AWS_LAMBDA_INITIALIZATION_TYPE"] = "provisioned-concurrency";
    }
    base::Result<void> started;
    for (std::size_t begun = 0; begun < count && started && !cancel_.cancelled();) {
        if (begun != 0 && options_.memory_is_short()) {
            log_.warning(fmt::format(
                "{}: no more than {} environments are started, for memory is short",
                spec.function,
                begun));
            break;
        }
        const Clock::time_point began = Clock::now();
        std::size_t now = 0;
        {
            const std::scoped_lock lock(mutex_);
            const std::size_t wanted = std::min(count, pool->most_environments());
            now = std::min(
                {wanted - std::min(wanted, pool->idle()), count - begun, starts_at_once()});
            for (std::size_t i = 0; i < now; ++i) {
                pool->begin_start(began);
            }
        }
        if (now == 0) {
            break;
        }
        started = start_side_by_side(pool, spec, now, provisioned, began);
        begun += now;
    }
    wake_janitor();
    return started;
}

/// The error is the first.
base::Result<void> Environments::start_side_by_side(
    const Pool& pool,
    const engine::EnvironmentSpec& spec,
    std::size_t count,
    bool provisioned,
    Clock::time_point began) {
    std::vector<base::Result<void>> results(count);
    {
        os::SideBySide threads;
        for (base::Result<void>& result : results) {
            threads.run([&] {
                base::Result<Slot> started = start(*pool, spec);
                const std::scoped_lock lock(mutex_);
                if (started) {
                    pool->end_start(began);
                    started->provisioned = provisioned;
                    pool->add_idle(std::move(*started), Clock::now(), ended_);
                } else {
                    pool->fail_start(began, Clock::now());
                    result = base::fail(std::move(started).error());
                }
            });
        }
    }
    const auto failed =
        std::find_if(results.begin(), results.end(), [](const auto& result) { return !result; });
    return failed == results.end() ? base::Result<void>() : std::move(*failed);
}

base::Result<void> Environments::provision() {
    base::Result<void> first;
    std::vector<std::pair<Pool, std::size_t>> wanted;
    {
        const std::scoped_lock lock(mutex_);
        wanted = pools_.provisioned();
    }
    for (const auto& [pool, count] : wanted) {
        const std::size_t held = provisioned_per_core * os::processors();
        const std::size_t possible = std::min({count, pool->most_environments(), held});
        const char* const reason =
            possible == held ? "what this machine can use" : "--max-concurrency";
        log_.info(fmt::format(
            "{}: {} provisioned {}{}",
            pool->spec().function,
            possible,
            possible == 1 ? "environment" : "environments",
            possible < count ? fmt::format(" of {} ({})", count, reason) : std::string()));
        if (auto filled = fill(pool, possible, true); !filled && first) {
            first = std::move(filled); // the others are none the worse
        }
        if (cancel_.cancelled()) {
            break;
        }
    }
    return first;
}

} // namespace samara::invoke
