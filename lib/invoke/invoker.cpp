#include "invoke/invoker.h"

#include "base/trace.h"
#include "base/try.h"
#include "invoke/environment_call.h"
#include "invoke/environment_pool.h"
#include "invoke/host_paths.h"
#include "invoke/own_answers.h"
#include "invoke/pool_table.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace samara::invoke {

namespace {

tl::unexpected<base::Error> not_found(std::string_view function) {
    return base::fail(fmt::format("Function {} not found in template", function));
}

} // namespace

// Pools by function, behind one mutex that is never held while an environment starts, runs or ends.
// A thread of its own ends environments, so that no caller waits for the end of another's.
class Invoker::State {
public:
    State(
        engine::Engine& engine,
        FunctionPlans plans,
        InvokerOptions options,
        engine::OutputSink output,
        base::Log log,
        os::Cancellation cancel)
        : engine_(engine), options_(std::move(options)), output_(std::move(output)),
          log_(std::move(log)), cancel_(std::move(cancel)),
          events_(
              std::in_place,
              [this](const Request& request) { return run_now(request); },
              [this](const std::string& function) { return handling_of(function); },
              options_.events,
              log_,
              cancel_) {
        update(std::move(plans));
        janitor_ = std::thread([this] { clean_up(); });
    }

    State(const State&) = delete;
    State& operator=(const State&) = delete;
    State(State&&) = delete;
    State& operator=(State&&) = delete;

    ~State() {
        events_.reset();
        {
            const std::lock_guard lock(mutex_);
            closing_ = true;
            pools_.retire_all(ended_);
        }
        changed_.notify_all();
        janitor_.join();
    }

    base::Result<Response> invoke(Request request) {
        std::shared_ptr<EnvironmentPool> pool = find(request.function);
        if (pool == nullptr) {
            return not_found(request.function);
        }
        if (has_tenants(request.function) == request.tenant_id.empty()) {
            return wrong_tenant(request.tenant_id.empty());
        }
        if (request.type == InvocationType::dry_run) {
            Response response;
            response.status = 204;
            return response;
        }
        if (request.type == InvocationType::event) {
            auto id = events_->push(request);
            if (!id) {
                return queue_full();
            }
            Response response;
            response.status = 202;
            response.request_id = std::move(*id);
            return response;
        }
        pool = pool_of_tenant(std::move(pool), request);
        return run(*pool, std::move(request));
    }

    bool knows(std::string_view function) const { return find(function) != nullptr; }

    base::Result<void> warm(const std::string& function, std::size_t count) {
        const std::shared_ptr<EnvironmentPool> pool = find(function);
        return pool == nullptr ? not_found(function) : fill(*pool, count, false);
    }

    base::Result<void> provision() {
        base::Result<void> first;
        std::vector<std::pair<std::shared_ptr<EnvironmentPool>, std::size_t>> wanted;
        {
            const std::lock_guard lock(mutex_);
            wanted = pools_.provisioned();
        }
        for (const auto& [pool, count] : wanted) {
            const std::size_t possible = std::min(count, pool->limit());
            log_.info(fmt::format(
                "{}: {} provisioned {}{}",
                pool->spec().function,
                possible,
                possible == 1 ? "environment" : "environments",
                possible < count ? fmt::format(" of {} (--max-concurrency)", count)
                                 : std::string()));
            if (auto filled = fill(*pool, count, true); !filled && first) {
                first = std::move(filled); // the others are none the worse
            }
        }
        return first;
    }

    void renew(const std::string& function) {
        {
            const std::lock_guard lock(mutex_);
            pools_.renew(function, ended_);
        }
        changed_.notify_all();
    }

    void update(FunctionPlans plans) {
        {
            const std::lock_guard lock(mutex_);
            pools_.update(std::move(plans), options_, log_, ended_);
        }
        changed_.notify_all();
    }

private:
    std::shared_ptr<EnvironmentPool> find(std::string_view function) const {
        const std::lock_guard lock(mutex_);
        return pools_.find(function);
    }

    bool has_tenants(const std::string& function) const {
        const std::lock_guard lock(mutex_);
        return pools_.has_tenants(function);
    }

    std::shared_ptr<EnvironmentPool>
    pool_of_tenant(std::shared_ptr<EnvironmentPool> pool, const Request& request) {
        if (request.tenant_id.empty()) {
            return pool;
        }
        const std::lock_guard lock(mutex_);
        return pools_.of_tenant(std::move(pool), request.function, request.tenant_id, ended_);
    }

    base::Result<Response> run(EnvironmentPool& pool, Request request) {
        const std::string& function = pool.spec().function;
        EnvironmentPool::Admission admission = acquire(pool);
        if (!admission.admitted) {
            return throttled(pool.limit());
        }
        std::optional<Slot> slot = std::move(admission.warm);
        const bool cold = !slot.has_value();
        if (base::tracing()) {
            base::trace(
                cold ? fmt::format("{}: no environment is free, starting one", function)
                     : fmt::format(
                           "{}: environment {} is used again", function, slot->environment->id()));
        }
        if (cold) {
            base::Result<Slot> started = start(pool, pool.spec());
            if (!started) {
                release(pool, std::nullopt);
                return base::fail(std::move(started).error());
            }
            slot = std::move(*started);
        }
        base::Result<Response> response = call_environment(
            *slot,
            pool.spec(),
            std::move(request),
            options_.patient || pool.spec().debug,
            log_,
            cancel_);
        if (response) {
            response->cold = cold;
            if (slot->spent) {
                discard(pool, std::move(*slot));
            } else {
                release(pool, std::move(slot));
            }
            return response;
        }
        // An environment that did not answer is of no more use to anyone.
        base::Error error = std::move(response).error();
        if (!slot->environment->alive()) {
            error.message = fmt::format("{}: {}", function, slot->environment->end_reason());
        }
        discard(pool, std::move(*slot));
        return base::fail(std::move(error));
    }

    EnvironmentPool::Admission acquire(EnvironmentPool& pool) {
        const std::lock_guard lock(mutex_);
        return pool.acquire(ended_);
    }

    void release(EnvironmentPool& pool, std::optional<Slot> slot) {
        bool work_for_janitor = false;
        {
            const std::lock_guard lock(mutex_);
            pool.release(std::move(slot), ended_);
            // What becomes idle now is due no earlier than what the janitor waits for already, and
            // waking it for each call would cost as much as the rest of the way.
            work_for_janitor = !ended_.empty() || !janitor_has_date_;
        }
        if (work_for_janitor) {
            changed_.notify_all();
        }
    }

    void discard(EnvironmentPool& pool, Slot slot) {
        {
            const std::lock_guard lock(mutex_);
            pool.release(std::nullopt, ended_);
            ended_.push_back(std::move(slot));
        }
        changed_.notify_all();
    }

    // Until `count` environments are idle, or as many as may be.
    base::Result<void> fill(EnvironmentPool& pool, std::size_t count, bool provisioned) {
        engine::EnvironmentSpec spec = pool.spec();
        if (provisioned) {
            spec.environment["AWS_LAMBDA_INITIALIZATION_TYPE"] = "provisioned-concurrency";
        }
        std::vector<std::optional<Slot>> slots;
        for (std::size_t i = 0; i < count; ++i) {
            EnvironmentPool::Admission admission = acquire(pool);
            if (!admission.admitted) {
                break;
            }
            slots.push_back(std::move(admission.warm));
        }
        std::vector<base::Result<void>> results(slots.size());
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < slots.size(); ++i) {
            if (slots[i]) {
                continue;
            }
            threads.emplace_back([&, i] {
                base::Result<Slot> started = start(pool, spec);
                if (started) {
                    started->provisioned = provisioned;
                    slots[i] = std::move(*started);
                } else {
                    results[i] = base::fail(std::move(started).error());
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        for (std::optional<Slot>& slot : slots) {
            release(pool, std::move(slot));
        }
        const auto failed = std::find_if(
            results.begin(), results.end(), [](const auto& result) { return !result; });
        return failed == results.end() ? base::Result<void>() : std::move(*failed);
    }

    [[nodiscard]] engine::OutputSink output_of(const engine::EnvironmentSpec& spec) const {
        const auto* zip = std::get_if<engine::ZipPackage>(&spec.package);
        return options_.host_paths && output_ && zip != nullptr
                   ? with_host_paths(output_, zip->code)
                   : output_;
    }

    base::Result<Slot> start(const EnvironmentPool& pool, engine::EnvironmentSpec spec) {
        if (const auto& prepare = pool.preparation()) {
            TRY(prepare(spec));
        }
        base::Result<std::unique_ptr<engine::Environment>> environment =
            engine_.start(spec, output_of(spec), cancel_);
        if (!environment) {
            return base::fail(std::move(environment).error());
        }
        Slot slot;
        slot.transport = options_.connect((*environment)->endpoint());
        slot.environment = std::move(*environment);
        return slot;
    }

    base::Result<Response> run_now(const Request& request) {
        const std::shared_ptr<EnvironmentPool> pool = find(request.function);
        return pool == nullptr ? not_found(request.function)
                               : run(*pool_of_tenant(pool, request), request);
    }

    std::optional<EventHandling> handling_of(const std::string& function) const {
        const std::lock_guard lock(mutex_);
        return pools_.handling_of(function);
    }

    void clean_up() {
        std::unique_lock lock(mutex_);
        while (true) {
            const std::optional<Clock::time_point> next =
                pools_.expire(Clock::now() - options_.idle_timeout, ended_);
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
                changed_.wait_until(lock, *next + options_.idle_timeout);
            } else {
                changed_.wait(lock);
            }
        }
    }

    engine::Engine& engine_;
    InvokerOptions options_;
    engine::OutputSink output_;
    base::Log log_;
    os::Cancellation cancel_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool closing_ = false;
    bool janitor_has_date_ = false; // it will look again by itself
    PoolTable pools_;
    std::vector<Slot> ended_;
    std::thread janitor_;
    std::optional<EventQueue> events_; // ends first: its calls use all of the above
};

Invoker::Invoker(
    engine::Engine& engine,
    FunctionPlans plans,
    InvokerOptions options,
    engine::OutputSink output,
    base::Log log,
    os::Cancellation cancel)
    : state_(std::make_unique<State>(
          engine,
          std::move(plans),
          std::move(options),
          std::move(output),
          std::move(log),
          std::move(cancel))) {}

Invoker::~Invoker() = default;

base::Result<Response> Invoker::invoke(Request request) {
    return state_->invoke(std::move(request));
}

bool Invoker::knows(std::string_view function) const {
    return state_->knows(function);
}

base::Result<void> Invoker::warm(const std::string& function, std::size_t count) {
    return state_->warm(function, count);
}

base::Result<void> Invoker::provision() {
    return state_->provision();
}

void Invoker::renew(const std::string& function) {
    state_->renew(function);
}

void Invoker::update(FunctionPlans plans) {
    state_->update(std::move(plans));
}

} // namespace samara::invoke
