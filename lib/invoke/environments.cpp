#include "invoke/environments.h"

#include "base/trace.h"
#include "base/try.h"
#include "invoke/host_paths.h"
#include "invoke/own_answers.h"
#include "net/wait.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace samara::invoke {

namespace {

/// From here on the log says that a request waited, and why.
constexpr std::chrono::seconds long_wait{1};

/// How often it is looked whether memory is short, while environments idle.
constexpr std::chrono::seconds memory_look{5};

} // namespace

Environments::Environments(
    engine::Engine& engine,
    const InvokerOptions& options,
    engine::OutputSink output,
    base::Log log,
    os::Cancellation cancel)
    : engine_(engine), options_(options), output_(std::move(output)), log_(std::move(log)),
      cancel_(std::move(cancel)), janitor_([this] { clean_up(); }) {}

Environments::~Environments() {
    starters_.drain();
    {
        const std::scoped_lock lock(mutex_);
        closing_ = true;
        pools_.retire_all(ended_);
    }
    changed_.notify_all();
    janitor_.join();
}

Environments::Pool Environments::find(std::string_view function) const {
    const std::scoped_lock lock(mutex_);
    return pools_.find(function);
}

bool Environments::has_tenants(const std::string& function) const {
    const std::scoped_lock lock(mutex_);
    return pools_.has_tenants(function);
}

Environments::Pool Environments::of_tenant(Pool pool, const Request& request) {
    if (request.tenant_id.empty()) {
        return pool;
    }
    const std::scoped_lock lock(mutex_);
    return pools_.of_tenant(std::move(pool), request.function, request.tenant_id, ended_);
}

base::Task<base::Result<Environments::Lease>> Environments::acquire(const Pool& pool) {
    const std::string& function = pool->spec().function;
    const Clock::time_point now = Clock::now();
    EnvironmentPool::Admission admission;
    {
        const std::scoped_lock lock(mutex_);
        admission = pool->enter(now, ended_);
    }
    if (admission.one_more) {
        start_ahead(pool, now);
    }
    using Verdict = EnvironmentPool::Verdict;
    switch (admission.verdict) {
    case Verdict::refused:
        co_return Lease{};
    case Verdict::warm:
        if (base::tracing()) {
            base::trace(fmt::format(
                "{}: environment {} is used again", function, admission.slot->environment->id()));
        }
        co_return Lease{std::move(admission.slot), false};
    case Verdict::start:
        if (base::tracing()) {
            base::trace(fmt::format("{}: no environment is free, starting one", function));
        }
        co_return co_await start_for_request(pool, now);
    case Verdict::wait:
        break;
    }
    co_return co_await wait_for_one(pool, std::move(admission));
}

base::Task<base::Result<Environments::Lease>>
Environments::wait_for_one(const Pool& pool, EnvironmentPool::Admission admission) {
    const Clock::time_point began = Clock::now();
    Waiter& waiter = *admission.waiter;
    std::optional<Clock::time_point> start_began;
    bool waits = true;
    while (waits) {
        const bool served = co_await waiter.served.wait_until(admission.until);
        const Clock::time_point now = Clock::now();
        waits = !served && now < admission.last;
        const std::scoped_lock lock(mutex_);
        if (waits && !waiter.slot && !waiter.start_began && pool->start_own(admission, now)) {
            start_began = now;
            waits = false;
        }
    }
    const Clock::time_point now = Clock::now();
    Lease lease;
    {
        const std::scoped_lock lock(mutex_);
        lease.slot = std::exchange(waiter.slot, std::nullopt);
        start_began = waiter.start_began ? waiter.start_began : start_began;
        if (!lease.slot && !start_began) {
            pool->give_up(admission.waiter);
            pool->leave();
        }
    }
    report_wait(*pool, admission, now - began);
    if (start_began) {
        co_return co_await start_for_request(pool, *start_began);
    }
    co_return std::move(lease);
}

void Environments::report_wait(
    const EnvironmentPool& pool,
    const EnvironmentPool::Admission& admission,
    Clock::duration waited) const {
    if (waited < long_wait) {
        return;
    }
    log_.info(fmt::format(
        "{}: a request waited {:.1f} s for an environment: {}",
        pool.spec().function,
        std::chrono::duration<double>(waited).count(),
        admission.full
            ? fmt::format("{} run, as many as --max-concurrency allows", pool.most_environments())
            : std::string("one that was busy was expected to be free before a new one could "
                          "be ready")));
}

/// One of its own; `began` is what begin_start() was told.
base::Task<base::Result<Environments::Lease>>
Environments::start_for_request(const Pool& pool, Clock::time_point began) {
    const bool may_wait = co_await net::to_thread();
    base::Result<Slot> started =
        may_wait ? start(*pool, pool->spec()) : base::Result<Slot>(base::fail(no_thread));
    const std::scoped_lock lock(mutex_);
    if (!started) {
        pool->fail_start(began, Clock::now());
        pool->leave();
        co_return base::fail(std::move(started).error());
    }
    pool->end_start(began);
    pool->use(*started, Clock::now());
    co_return Lease{std::move(*started), true};
}

/// For those who wait a little each.
void Environments::start_ahead(const Pool& pool, Clock::time_point began) {
    starters_.run([this, pool, began] {
        base::Result<Slot> started = start(*pool, pool->spec());
        {
            const std::scoped_lock lock(mutex_);
            if (started) {
                pool->end_start(began);
                pool->add_idle(std::move(*started), Clock::now(), ended_);
            } else {
                pool->fail_start(began, Clock::now());
            }
        }
        if (!started) {
            base::trace(fmt::format(
                "{}: another environment could not be started: {}",
                pool->spec().function,
                started.error().message));
        }
        wake_janitor();
    });
}

void Environments::give_back(const Pool& pool, Slot slot) {
    bool work_for_janitor = false;
    {
        const std::scoped_lock lock(mutex_);
        pool->leave();
        pool->release(std::move(slot), Clock::now(), ended_);
        // What becomes idle now is due no earlier than what the janitor waits for already, and
        // waking it for each call would cost as much as the rest of the way.
        work_for_janitor = !ended_.empty() || !janitor_has_date_;
    }
    if (work_for_janitor) {
        changed_.notify_all();
    }
}

void Environments::discard(const Pool& pool, Slot slot) {
    {
        const std::scoped_lock lock(mutex_);
        pool->leave();
        pool->discard(slot.busy_since, Clock::now());
        ended_.push_back(std::move(slot));
    }
    changed_.notify_all();
}

void Environments::renew(const std::string& function) {
    {
        const std::scoped_lock lock(mutex_);
        pools_.renew(function, ended_);
    }
    changed_.notify_all();
}

void Environments::update(FunctionPlans plans) {
    {
        const std::scoped_lock lock(mutex_);
        pools_.update(std::move(plans), options_, log_, ended_);
    }
    changed_.notify_all();
}

std::optional<EventHandling> Environments::handling_of(const std::string& function) const {
    const std::scoped_lock lock(mutex_);
    return pools_.handling_of(function);
}

std::vector<FunctionState> Environments::states() const {
    const std::scoped_lock lock(mutex_);
    return pools_.states();
}

std::vector<std::pair<std::string, std::string>> Environments::variables() const {
    const std::scoped_lock lock(mutex_);
    return pools_.variables();
}

engine::OutputSink Environments::output_of(const engine::EnvironmentSpec& spec) const {
    const auto* zip = std::get_if<engine::ZipPackage>(&spec.package);
    return options_.host_paths && output_ && zip != nullptr ? with_host_paths(output_, zip->code)
                                                            : output_;
}

base::Result<Slot> Environments::start(const EnvironmentPool& pool, engine::EnvironmentSpec spec) {
    const Clock::time_point began = Clock::now();
    if (const auto& prepare = pool.preparation()) {
        TRY(prepare(spec));
    }
    Slot slot;
    slot.log = std::make_shared<EnvironmentLog>(output_of(spec));
    base::Result<std::unique_ptr<engine::Environment>> environment = engine_.start(
        spec, [log = slot.log](std::string_view bytes) { log->write(bytes); }, cancel_);
    if (!environment) {
        return base::fail(std::move(environment).error());
    }
    slot.start_began = began;
    slot.transport = options_.connect((*environment)->endpoint());
    slot.environment = std::move(*environment);
    return slot;
}

void Environments::wake_janitor() {
    changed_.notify_all();
}

void Environments::clean_up() {
    std::unique_lock lock(mutex_);
    while (true) {
        const Clock::time_point now = Clock::now();
        const bool shortage = options_.memory_is_short();
        const std::optional<Clock::time_point> next =
            pools_.expire(shortage ? now : now - options_.idle_timeout, ended_);
        if (!ended_.empty()) {
            std::vector<Slot> ended = std::move(ended_);
            ended_.clear();
            lock.unlock();
            end_all(std::move(ended));
            lock.lock();
            continue;
        }
        if (closing_) {
            return;
        }
        janitor_has_date_ = next.has_value();
        if (next) {
            changed_.wait_until(
                lock,
                std::min<Clock::time_point>(*next + options_.idle_timeout, now + memory_look));
        } else {
            changed_.wait(lock);
        }
    }
}

} // namespace samara::invoke
