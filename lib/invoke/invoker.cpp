#include "invoke/invoker.h"

#include "aws/lambda_limits.h"
#include "base/trace.h"
#include "base/try.h"
#include "invoke/environment_pool.h"
#include "invoke/host_paths.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace samara::invoke {

namespace {

// What an answer may take beyond the function's own timeout, which the emulator keeps: the end of
// the processes, and the way back.
constexpr std::chrono::seconds answer_margin{1};
constexpr std::chrono::hours no_end{24 * 365};

// Until a call can begin: initialisation, or the end of what an earlier call left.
std::chrono::milliseconds settle_limit(const Slot& slot) {
    const aws::LambdaLimits limits;
    return slot.provisioned
               ? std::chrono::milliseconds(no_end) // it initialises without a limit
               : limits.init + limits.shutdown + limits.runtime_shutdown + answer_margin;
}

// What the emulator would have answered.
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
Response timed_out(const Request& request, std::uint32_t seconds) {
    Response response;
    response.status = 200;
    response.function_error = "Unhandled";
    response.request_id = request.request_id;
    const std::string prefix = request.request_id.empty()
                                   ? std::string()
                                   : fmt::format("RequestId: {} Error: ", request.request_id);
    response.payload = fmt::format(
        R"({{"errorType":"Sandbox.Timedout","errorMessage":"{}Task timed out after {}.00 seconds"}})",
        prefix,
        seconds);
    return response;
}

// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
Response throttled(std::size_t limit) {
    Response response;
    response.status = 429;
    response.payload = fmt::format(
        R"({{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded. At most {} run at once here."}})",
        limit);
    return response;
}

Response queue_full() {
    Response response;
    response.status = 429;
    response.payload =
        R"({"Reason":"CallerRateLimitExceeded","Type":"User","message":"Rate Exceeded. Too many asynchronous events are waiting here."})";
    return response;
}

// https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-troubleshooting.html
Response wrong_tenant(bool wanted) {
    Response response;
    response.status = 400;
    response.payload =
        wanted ? "Add a valid tenant ID in your request and try again."
               : "The function does not use tenant isolation. Remove the tenant ID from "
                 "your request and try again.";
    return response;
}

tl::unexpected<base::Error> not_found(std::string_view function) {
    return base::fail(fmt::format("Function {} not found in template", function));
}

std::size_t limit_of(const FunctionPlan& plan, const InvokerOptions& options) {
    return plan.reserved_concurrency ? *plan.reserved_concurrency : options.max_concurrency;
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
            for (auto& [function, pool] : pools_) {
                pool->retire(ended_);
            }
            for (auto& [tenant, pool] : tenant_pools_) {
                pool->retire(ended_);
            }
        }
        changed_.notify_all();
        janitor_.join();
    }

    base::Result<Response> invoke(const Request& request) {
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
        return run(*pool_of_tenant(std::move(pool), request), request);
    }

    bool knows(std::string_view function) const {
        const std::lock_guard lock(mutex_);
        return pools_.find(function) != pools_.end();
    }

    base::Result<void> warm(const std::string& function, std::size_t count) {
        const std::shared_ptr<EnvironmentPool> pool = find(function);
        return pool == nullptr ? not_found(function) : fill(*pool, count, false);
    }

    base::Result<void> provision() {
        base::Result<void> first;
        std::vector<std::pair<std::shared_ptr<EnvironmentPool>, std::size_t>> wanted;
        {
            const std::lock_guard lock(mutex_);
            for (const auto& [function, count] : provisioned_) {
                wanted.emplace_back(pools_.at(function), count);
            }
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
            const auto found = pools_.find(function);
            if (found == pools_.end()) {
                return;
            }
            found->second->retire(ended_);
            found->second = found->second->empty_copy();
            std::erase_if(tenant_pools_, [&](auto& entry) {
                if (entry.first.first == function) {
                    entry.second->retire(ended_);
                }
                return entry.first.first == function;
            });
        }
        changed_.notify_all();
    }

    void update(FunctionPlans plans) {
        {
            const std::lock_guard lock(mutex_);
            decltype(pools_) pools;
            policies_.clear();
            provisioned_.clear();
            with_tenants_.clear();
            for (auto& [function, plan] : plans) {
                if (plan.provisioned_concurrency > 0) {
                    provisioned_.emplace(function, plan.provisioned_concurrency);
                }
                if (plan.tenants) {
                    with_tenants_.insert(function);
                }
                policies_.emplace(function, std::move(plan.events));
                const auto old = pools_.find(function);
                if (old != pools_.end() && old->second->fingerprint() == plan.fingerprint) {
                    pools.emplace(function, std::move(old->second));
                    pools_.erase(old);
                    continue;
                }
                if (old != pools_.end()) {
                    log_.debug(fmt::format(
                        "{}: its code or settings are others, so its environments are replaced",
                        function));
                }
                const std::size_t limit = limit_of(plan, options_);
                if (plan.fault) {
                    plan.prepare = [fault = *plan.fault](auto&) { return base::fail(fault); };
                }
                pools.emplace(
                    function,
                    std::make_shared<EnvironmentPool>(
                        std::move(plan.spec),
                        std::move(plan.prepare),
                        std::move(plan.fingerprint),
                        limit));
            }
            for (auto& [function, pool] : pools_) {
                pool->retire(ended_);
            }
            pools_ = std::move(pools);
            retire_tenants();
        }
        changed_.notify_all();
    }

private:
    std::shared_ptr<EnvironmentPool> find(std::string_view function) const {
        const std::lock_guard lock(mutex_);
        const auto found = pools_.find(function);
        return found == pools_.end() ? nullptr : found->second;
    }

    bool has_tenants(const std::string& function) const {
        const std::lock_guard lock(mutex_);
        return with_tenants_.contains(function);
    }

    // No environment is used for two tenants.
    std::shared_ptr<EnvironmentPool>
    pool_of_tenant(std::shared_ptr<EnvironmentPool> pool, const Request& request) {
        if (request.tenant_id.empty()) {
            return pool;
        }
        const std::lock_guard lock(mutex_);
        std::shared_ptr<EnvironmentPool>& own =
            tenant_pools_[{request.function, request.tenant_id}];
        if (own == nullptr || own->fingerprint() != pool->fingerprint()) {
            if (own != nullptr) {
                own->retire(ended_);
            }
            own = pool->empty_copy();
        }
        return own;
    }

    // Of functions that have changed or gone.
    void retire_tenants() {
        std::erase_if(tenant_pools_, [&](auto& entry) {
            const auto pool = pools_.find(entry.first.first);
            const bool stays =
                pool != pools_.end() && pool->second->fingerprint() == entry.second->fingerprint();
            if (!stays) {
                entry.second->retire(ended_);
            }
            return !stays;
        });
    }

    base::Result<Response> run(EnvironmentPool& pool, const Request& request) {
        EnvironmentPool::Admission admission = acquire(pool);
        if (!admission.admitted) {
            return throttled(pool.limit());
        }
        std::optional<Slot> slot = std::move(admission.warm);
        const bool cold = !slot.has_value();
        if (base::tracing()) {
            base::trace(
                cold ? fmt::format("{}: no environment is free, starting one", request.function)
                     : fmt::format(
                           "{}: environment {} is used again",
                           request.function,
                           slot->environment->id()));
        }
        if (cold) {
            base::Result<Slot> started = start(pool, pool.spec());
            if (!started) {
                release(pool, std::nullopt);
                return base::fail(std::move(started).error());
            }
            slot = std::move(*started);
        }
        base::Result<Response> response = call(*slot, pool.spec(), request);
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
            error.message =
                fmt::format("{}: {}", request.function, slot->environment->end_reason());
        }
        discard(pool, std::move(*slot));
        return base::fail(std::move(error));
    }

    // The emulator ends what takes longer than Timeout. Whatever in the environment keeps it from
    // that cannot keep us from ending the environment, a second later.
    base::Result<Response>
    call(Slot& slot, const engine::EnvironmentSpec& spec, const Request& request) {
        if (options_.patient || spec.debug) {
            return slot.transport->invoke(request, no_end, cancel_);
        }
        Clock::time_point deadline = Clock::now();
        if (!slot.settled) {
            const auto limit = settle_limit(slot);
            deadline += limit;
            if (auto settled = slot.transport->settle(limit, cancel_); !settled) {
                return late(slot, spec, request, deadline, std::move(settled).error());
            }
        }
        const auto patience = std::chrono::seconds(spec.timeout_seconds) + answer_margin;
        deadline = Clock::now() + patience;
        base::Result<Response> response = slot.transport->invoke(request, patience, cancel_);
        if (!response) {
            return late(slot, spec, request, deadline, std::move(response).error());
        }
        slot.settled = response->function_error.empty(); // else it may start again
        return response;
    }

    // What a call ends with that did not get its answer.
    base::Result<Response> late(
        Slot& slot,
        const engine::EnvironmentSpec& spec,
        const Request& request,
        Clock::time_point deadline,
        base::Error error) {
        if (Clock::now() < deadline || cancel_.cancelled() || !slot.environment->alive()) {
            return base::fail(std::move(error));
        }
        slot.environment->kill();
        slot.spent = true;
        log_.warning(fmt::format(
            "{}: Task timed out after {}.00 seconds; it held off its end and was killed",
            request.function,
            spec.timeout_seconds));
        return timed_out(request, spec.timeout_seconds);
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
        const auto pool = pools_.find(function);
        const auto policy = policies_.find(function);
        if (pool == pools_.end() || policy == policies_.end()) {
            return std::nullopt;
        }
        return EventHandling{policy->second, pool->second->limit()};
    }

    void clean_up() {
        std::unique_lock lock(mutex_);
        while (true) {
            std::optional<Clock::time_point> next;
            const auto expire = [&](EnvironmentPool& pool) {
                const auto idle_since = pool.expire(Clock::now() - options_.idle_timeout, ended_);
                if (idle_since && (!next || *idle_since < *next)) {
                    next = idle_since;
                }
            };
            for (auto& [function, pool] : pools_) {
                expire(*pool);
            }
            for (auto& [tenant, pool] : tenant_pools_) {
                expire(*pool);
            }
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

    // Side by side: each may take its shutdown budget of two seconds.
    static void end_all(std::vector<Slot> slots) {
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

    engine::Engine& engine_;
    InvokerOptions options_;
    engine::OutputSink output_;
    base::Log log_;
    os::Cancellation cancel_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool closing_ = false;
    bool janitor_has_date_ = false; // it will look again by itself
    std::map<std::string, std::shared_ptr<EnvironmentPool>, std::less<>> pools_;
    std::map<std::pair<std::string, std::string>, std::shared_ptr<EnvironmentPool>>
        tenant_pools_; // by function and tenant
    std::set<std::string, std::less<>> with_tenants_;
    std::map<std::string, EventPolicy, std::less<>> policies_;
    std::map<std::string, std::size_t> provisioned_;
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

base::Result<Response> Invoker::invoke(const Request& request) {
    return state_->invoke(request);
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
