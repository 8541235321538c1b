#include "invoke/pool_table.h"

#include "aws/lambda_concurrency.h"
#include "os/processors.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::invoke {

namespace {

Concurrency concurrency_of(
    const FunctionPlan& plan,
    const InvokerOptions& options,
    const std::shared_ptr<Quota>& account) {
    Concurrency concurrency;
    concurrency.quota = plan.reserved_concurrency
                            ? std::make_shared<Quota>(Quota{*plan.reserved_concurrency, 0})
                            : account;
    if (options.max_concurrency > 0 && !plan.reserved_concurrency) {
        concurrency.environments = options.max_concurrency;
    }
    concurrency.shared = options.shared;
    concurrency.cores = os::processors();
    return concurrency;
}

/// What functions without a reservation have together.
std::size_t unreserved(const FunctionPlans& plans) {
    std::size_t reserved = 0;
    for (const auto& [function, plan] : plans) {
        reserved += plan.reserved_concurrency.value_or(0);
    }
    const std::size_t most = aws::account_concurrency - aws::least_unreserved_concurrency;
    return aws::account_concurrency - std::min(reserved, most);
}

} // namespace

void PoolTable::update(
    FunctionPlans plans,
    const InvokerOptions& options,
    const base::Log& log,
    std::vector<Slot>& ended) {
    decltype(pools_) pools;
    account_->limit = unreserved(plans);
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
            log.debug(fmt::format(
                "{}: its code or settings are others, so its environments are replaced", function));
        }
        Concurrency concurrency = concurrency_of(plan, options, account_);
        if (plan.fault) {
            plan.prepare = [fault = *plan.fault](auto&) { return base::fail(fault); };
        }
        pools.emplace(
            function,
            std::make_shared<EnvironmentPool>(
                std::move(plan.spec),
                std::move(plan.prepare),
                std::move(plan.fingerprint),
                std::move(concurrency)));
    }
    for (auto& [function, pool] : pools_) {
        pool->retire(ended);
    }
    pools_ = std::move(pools);
    retire_tenants(ended);
}

void PoolTable::renew(const std::string& function, std::vector<Slot>& ended) {
    const auto found = pools_.find(function);
    if (found == pools_.end()) {
        return;
    }
    found->second->retire(ended);
    found->second = found->second->empty_copy();
    std::erase_if(tenant_pools_, [&](auto& entry) {
        if (entry.first.first == function) {
            entry.second->retire(ended);
        }
        return entry.first.first == function;
    });
}

std::shared_ptr<EnvironmentPool> PoolTable::find(std::string_view function) const {
    const auto found = pools_.find(function);
    return found == pools_.end() ? nullptr : found->second;
}

bool PoolTable::has_tenants(const std::string& function) const {
    return with_tenants_.contains(function);
}

std::shared_ptr<EnvironmentPool> PoolTable::of_tenant(
    std::shared_ptr<EnvironmentPool> pool,
    const std::string& function,
    const std::string& tenant,
    std::vector<Slot>& ended) {
    std::shared_ptr<EnvironmentPool>& own = tenant_pools_[{function, tenant}];
    if (own == nullptr || own->fingerprint() != pool->fingerprint()) {
        if (own != nullptr) {
            own->retire(ended);
        }
        own = pool->empty_copy();
    }
    return own;
}

std::vector<std::pair<std::shared_ptr<EnvironmentPool>, std::size_t>>
PoolTable::provisioned() const {
    std::vector<std::pair<std::shared_ptr<EnvironmentPool>, std::size_t>> wanted;
    for (const auto& [function, count] : provisioned_) {
        wanted.emplace_back(pools_.at(function), count);
    }
    return wanted;
}

std::optional<EventHandling> PoolTable::handling_of(const std::string& function) const {
    const auto pool = pools_.find(function);
    const auto policy = policies_.find(function);
    if (pool == pools_.end() || policy == policies_.end()) {
        return std::nullopt;
    }
    return EventHandling{policy->second, pool->second->most_environments()};
}

std::vector<FunctionState> PoolTable::states() const {
    std::vector<FunctionState> states;
    std::map<std::string_view, std::size_t> at;
    const auto count = [&](FunctionState& state, const EnvironmentPool& pool) {
        state.idle += pool.idle();
        state.busy += pool.occupancy().busy.size();
        state.starting += pool.occupancy().starting.size();
        state.waiting += pool.occupancy().waiting;
    };
    for (const auto& [function, pool] : pools_) {
        const engine::EnvironmentSpec& spec = pool->spec();
        at.emplace(function, states.size());
        states.push_back({function, spec.runtime, spec.memory_mb, 0, 0, 0, 0});
        count(states.back(), *pool);
    }
    for (const auto& [tenant, pool] : tenant_pools_) {
        if (const auto function = at.find(tenant.first); function != at.end()) {
            count(states[function->second], *pool);
        }
    }
    return states;
}

std::vector<std::pair<std::string, std::string>> PoolTable::variables() const {
    std::set<std::pair<std::string, std::string>> variables;
    for (const auto& [function, pool] : pools_) {
        variables.insert(pool->spec().environment.begin(), pool->spec().environment.end());
    }
    return {variables.begin(), variables.end()};
}

std::optional<Clock::time_point>
PoolTable::expire(Clock::time_point limit, std::vector<Slot>& ended) {
    std::optional<Clock::time_point> next;
    const auto expire_one = [&](EnvironmentPool& pool) {
        const auto idle_since = pool.expire(limit, ended);
        if (idle_since && (!next || *idle_since < *next)) {
            next = idle_since;
        }
    };
    for (auto& [function, pool] : pools_) {
        expire_one(*pool);
    }
    for (auto& [tenant, pool] : tenant_pools_) {
        expire_one(*pool);
    }
    return next;
}

void PoolTable::retire_all(std::vector<Slot>& ended) {
    for (auto& [function, pool] : pools_) {
        pool->retire(ended);
    }
    for (auto& [tenant, pool] : tenant_pools_) {
        pool->retire(ended);
    }
}

// Of functions that have changed or gone.
void PoolTable::retire_tenants(std::vector<Slot>& ended) {
    std::erase_if(tenant_pools_, [&](auto& entry) {
        const auto pool = pools_.find(entry.first.first);
        const bool stays =
            pool != pools_.end() && pool->second->fingerprint() == entry.second->fingerprint();
        if (!stays) {
            entry.second->retire(ended);
        }
        return !stays;
    });
}

} // namespace samara::invoke
