#include "invoke/invoker.h"

#include "invoke/environment_pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace samara::invoke {

namespace {

// What an answer may take beyond the function's own timeout: initialisation (10 s), the end of its
// process, and the way back.
constexpr std::chrono::seconds answer_margin{30};
constexpr std::chrono::hours no_end{24 * 365};

// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
Response throttled(std::size_t limit) {
    Response response;
    response.status = 429;
    response.payload = fmt::format(
        R"({{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded. At most {} run at once here."}})",
        limit);
    return response;
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
          log_(std::move(log)), cancel_(std::move(cancel)) {
        update(std::move(plans));
        janitor_ = std::thread([this] { clean_up(); });
    }

    State(const State&) = delete;
    State& operator=(const State&) = delete;
    State(State&&) = delete;
    State& operator=(State&&) = delete;

    ~State() {
        for (std::thread& worker : workers_) {
            worker.join();
        }
        {
            const std::lock_guard lock(mutex_);
            closing_ = true;
            for (auto& [function, pool] : pools_) {
                pool->retire(ended_);
            }
        }
        changed_.notify_all();
        janitor_.join();
    }

    base::Result<Response> invoke(const Request& request) {
        std::shared_ptr<EnvironmentPool> pool = find(request.function);
        if (pool == nullptr) {
            return base::fail(fmt::format("Function {} not found in template", request.function));
        }
        if (request.type == InvocationType::dry_run) {
            Response response;
            response.status = 204;
            return response;
        }
        if (request.type == InvocationType::event) {
            return queue(request);
        }
        return run(*pool, request);
    }

    bool knows(std::string_view function) const {
        const std::lock_guard lock(mutex_);
        return pools_.find(function) != pools_.end();
    }

    base::Result<void> warm(const std::string& function, std::size_t count) {
        const std::shared_ptr<EnvironmentPool> pool = find(function);
        if (pool == nullptr) {
            return base::fail(fmt::format("Function {} not found in template", function));
        }
        std::vector<std::optional<Slot>> slots;
        base::Result<void> result;
        while (slots.size() < count && result) {
            EnvironmentPool::Admission admission = acquire(*pool);
            if (!admission.admitted) {
                break;
            }
            slots.push_back(std::move(admission.warm));
            if (slots.back()) {
                continue;
            }
            base::Result<Slot> started = start(*pool);
            if (started) {
                slots.back() = std::move(*started);
            } else {
                result = base::fail(std::move(started).error());
            }
        }
        for (std::optional<Slot>& slot : slots) {
            release(*pool, std::move(slot));
        }
        return result;
    }

    void update(FunctionPlans plans) {
        {
            const std::lock_guard lock(mutex_);
            decltype(pools_) pools;
            for (auto& [function, plan] : plans) {
                const auto old = pools_.find(function);
                if (old != pools_.end() && old->second->fingerprint() == plan.fingerprint) {
                    pools.emplace(function, std::move(old->second));
                    pools_.erase(old);
                    continue;
                }
                const std::size_t limit = limit_of(plan, options_);
                pools.emplace(
                    function,
                    std::make_shared<EnvironmentPool>(
                        std::move(plan.spec), std::move(plan.fingerprint), limit));
            }
            for (auto& [function, pool] : pools_) {
                pool->retire(ended_);
            }
            pools_ = std::move(pools);
        }
        changed_.notify_all();
    }

private:
    std::shared_ptr<EnvironmentPool> find(std::string_view function) const {
        const std::lock_guard lock(mutex_);
        const auto found = pools_.find(function);
        return found == pools_.end() ? nullptr : found->second;
    }

    base::Result<Response> run(EnvironmentPool& pool, const Request& request) {
        EnvironmentPool::Admission admission = acquire(pool);
        if (!admission.admitted) {
            return throttled(pool.limit());
        }
        std::optional<Slot> slot = std::move(admission.warm);
        const bool cold = !slot.has_value();
        if (cold) {
            base::Result<Slot> started = start(pool);
            if (!started) {
                release(pool, std::nullopt);
                return base::fail(std::move(started).error());
            }
            slot = std::move(*started);
        }
        const auto patience =
            options_.patient ? std::chrono::milliseconds(no_end)
                             : std::chrono::seconds(pool.spec().timeout_seconds) + answer_margin;
        base::Result<Response> response = slot->transport->invoke(request, patience, cancel_);
        if (response) {
            response->cold = cold;
            release(pool, std::move(slot));
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

    EnvironmentPool::Admission acquire(EnvironmentPool& pool) {
        const std::lock_guard lock(mutex_);
        return pool.acquire(ended_);
    }

    void release(EnvironmentPool& pool, std::optional<Slot> slot) {
        {
            const std::lock_guard lock(mutex_);
            pool.release(std::move(slot), ended_);
        }
        changed_.notify_all();
    }

    void discard(EnvironmentPool& pool, Slot slot) {
        {
            const std::lock_guard lock(mutex_);
            pool.release(std::nullopt, ended_);
            ended_.push_back(std::move(slot));
        }
        changed_.notify_all();
    }

    base::Result<Slot> start(EnvironmentPool& pool) {
        base::Result<std::unique_ptr<engine::Environment>> environment =
            engine_.start(pool.spec(), output_, cancel_);
        if (!environment) {
            return base::fail(std::move(environment).error());
        }
        Slot slot;
        slot.transport = options_.connect((*environment)->endpoint());
        slot.environment = std::move(*environment);
        return slot;
    }

    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
    base::Result<Response> queue(const Request& request) {
        const std::lock_guard lock(mutex_);
        workers_.emplace_back([this, copy = request]() mutable {
            copy.type = InvocationType::request_response;
            const std::shared_ptr<EnvironmentPool> pool = find(copy.function);
            if (pool == nullptr) {
                return;
            }
            const base::Result<Response> response = run(*pool, copy);
            if (!response && !cancel_.cancelled()) {
                log_.error(to_string(response.error()));
            }
        });
        Response response;
        response.status = 202;
        return response;
    }

    void clean_up() {
        std::unique_lock lock(mutex_);
        while (true) {
            std::optional<Clock::time_point> next;
            for (auto& [function, pool] : pools_) {
                const auto idle_since = pool->expire(Clock::now() - options_.idle_timeout, ended_);
                if (idle_since && (!next || *idle_since < *next)) {
                    next = idle_since;
                }
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
    std::map<std::string, std::shared_ptr<EnvironmentPool>, std::less<>> pools_;
    std::vector<Slot> ended_;
    std::deque<std::thread> workers_;
    std::thread janitor_;
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

void Invoker::update(FunctionPlans plans) {
    state_->update(std::move(plans));
}

} // namespace samara::invoke
