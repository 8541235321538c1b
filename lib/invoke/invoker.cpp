#include "invoke/invoker.h"

#include "invoke/call_trace.h"
#include "invoke/environment_call.h"
#include "invoke/environments.h"
#include "invoke/own_answers.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace samara::invoke {

namespace {

tl::unexpected<base::Error> not_found(std::string_view function) {
    return base::fail(fmt::format("Function {} not found in template", function));
}

/// Of a call that came at `began` and has just ended.
CallTrace::Times times_of(const Slot& slot, bool cold, Clock::time_point began) {
    const Clock::time_point ready = cold ? std::max(began, slot.start_began) : slot.called_at;
    return {ready - began, slot.called_at - ready, Clock::now() - slot.called_at, cold};
}

} // namespace

class Invoker::State {
public:
    State(
        engine::Engine& engine,
        FunctionPlans plans,
        InvokerOptions options,
        engine::OutputSink output,
        base::Log log,
        os::Cancellation cancel)
        : options_(std::move(options)), log_(std::move(log)), cancel_(std::move(cancel)),
          environments_(engine, options_, std::move(output), log_, cancel_),
          events_(
              [this](const Request& request) { return run_now(request); },
              [this](const std::string& function) { return environments_.handling_of(function); },
              options_.events,
              log_,
              cancel_) {
        environments_.update(std::move(plans));
    }

    base::Task<base::Result<Response>> call(Request request) {
        Environments::Pool pool = environments_.find(request.function);
        if (pool == nullptr) {
            co_return not_found(request.function);
        }
        if (environments_.has_tenants(request.function) == request.tenant_id.empty()) {
            co_return wrong_tenant(request.tenant_id.empty());
        }
        if (auto refusal = refused_tenant(request.tenant_id)) {
            co_return std::move(*refusal);
        }
        if (request.type == InvocationType::dry_run) {
            Response response;
            response.status = 204;
            co_return response;
        }
        if (request.type == InvocationType::event) {
            auto id = events_.push(request);
            if (!id) {
                co_return queue_full();
            }
            Response response;
            response.status = 202;
            response.request_id = std::move(*id);
            co_return response;
        }
        pool = environments_.of_tenant(std::move(pool), request);
        co_return co_await run(std::move(pool), std::move(request));
    }

    base::Result<void> warm(const std::string& function, std::size_t count) {
        const Environments::Pool pool = environments_.find(function);
        return pool == nullptr ? not_found(function) : environments_.fill(pool, count, false);
    }

    Environments& environments() { return environments_; }

private:
    base::Result<Response> run_now(const Request& request) {
        Environments::Pool pool = environments_.find(request.function);
        return pool == nullptr
                   ? not_found(request.function)
                   : run(environments_.of_tenant(std::move(pool), request), request).now();
    }

    base::Task<base::Result<Response>> run(Environments::Pool pool, Request request) {
        const std::shared_ptr<CallTrace> trace = request.trace;
        const Clock::time_point began = Clock::now();
        CallTrace::Times times;
        base::Result<Response> response =
            co_await run_in_environment(pool, std::move(request), began, times);
        if (trace) {
            trace->end(times, response);
        }
        co_return response;
    }

    base::Task<base::Result<Response>> run_in_environment(
        const Environments::Pool& pool,
        Request request,
        Clock::time_point began,
        CallTrace::Times& times) {
        base::Result<Environments::Lease> lease = co_await environments_.acquire(pool);
        if (!lease) {
            co_return base::fail(std::move(lease).error());
        }
        if (!lease->slot) {
            co_return throttled(pool->limit());
        }
        Slot slot = std::move(*lease->slot);
        slot.log->begin(request.trace);
        base::Result<Response> response = co_await call_environment(
            slot,
            pool->spec(),
            std::move(request),
            options_.endless || pool->spec().debug,
            log_,
            cancel_);
        times = times_of(slot, lease->cold, began);
        if (response) {
            response->cold = lease->cold;
            if (slot.spent) {
                environments_.discard(pool, std::move(slot));
            } else {
                environments_.give_back(pool, std::move(slot));
            }
            co_return response;
        }
        // An environment that did not answer is of no more use to anyone.
        base::Error error = std::move(response).error();
        if (!slot.environment->alive()) {
            error.message =
                fmt::format("{}: {}", pool->spec().function, slot.environment->end_reason());
        }
        environments_.discard(pool, std::move(slot));
        co_return base::fail(std::move(error));
    }

    InvokerOptions options_;
    base::Log log_;
    os::Cancellation cancel_;
    Environments environments_;
    EventQueue events_; // ends first: its calls use all of the above
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
    return call(std::move(request)).now();
}

base::Task<base::Result<Response>> Invoker::call(Request request) {
    return state_->call(std::move(request));
}

bool Invoker::knows(std::string_view function) const {
    return state_->environments().find(function) != nullptr;
}

base::Result<void> Invoker::warm(const std::string& function, std::size_t count) {
    return state_->warm(function, count);
}

base::Result<void> Invoker::provision() {
    return state_->environments().provision();
}

std::vector<FunctionState> Invoker::states() const {
    return state_->environments().states();
}

std::vector<std::pair<std::string, std::string>> Invoker::variables() const {
    return state_->environments().variables();
}

void Invoker::renew(const std::string& function) {
    state_->environments().renew(function);
}

void Invoker::update(FunctionPlans plans) {
    state_->environments().update(std::move(plans));
}

} // namespace samara::invoke
