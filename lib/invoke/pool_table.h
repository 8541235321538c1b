#pragma once

#include "base/log.h"
#include "invoke/environment_pool.h"
#include "invoke/event_queue.h"
#include "invoke/invoker.h"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The pools of all functions. Private to invoke/.
namespace samara::invoke {

/// By function, and by tenant where a function separates them: no environment is used for two
/// tenants. Not synchronised: its owner is. Environments that have to end go to `ended`.
class PoolTable {
public:
    /// What has the fingerprint it had keeps its environments; those of the others end.
    void update(
        FunctionPlans plans,
        const InvokerOptions& options,
        const base::Log& log,
        std::vector<Slot>& ended);

    /// As though the function's fingerprint had changed.
    void renew(const std::string& function, std::vector<Slot>& ended);

    /// nullptr: there is no such function.
    [[nodiscard]] std::shared_ptr<EnvironmentPool> find(std::string_view function) const;

    [[nodiscard]] bool has_tenants(const std::string& function) const;

    /// `pool` is the function's.
    std::shared_ptr<EnvironmentPool> of_tenant(
        std::shared_ptr<EnvironmentPool> pool,
        const std::string& function,
        const std::string& tenant,
        std::vector<Slot>& ended);

    /// How many environments are to be there before the first call.
    [[nodiscard]] std::vector<std::pair<std::shared_ptr<EnvironmentPool>, std::size_t>>
    provisioned() const;

    [[nodiscard]] std::optional<EventHandling> handling_of(const std::string& function) const;

    [[nodiscard]] std::vector<FunctionState> states() const;
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> variables() const;

    /// See EnvironmentPool::expire(), of all of them.
    std::optional<Clock::time_point> expire(Clock::time_point limit, std::vector<Slot>& ended);

    void retire_all(std::vector<Slot>& ended);

private:
    void retire_tenants(std::vector<Slot>& ended);

    std::shared_ptr<Quota> account_ = std::make_shared<Quota>(); // of functions without their own
    std::map<std::string, std::shared_ptr<EnvironmentPool>, std::less<>> pools_;
    std::map<std::pair<std::string, std::string>, std::shared_ptr<EnvironmentPool>>
        tenant_pools_; // by function and tenant
    std::set<std::string, std::less<>> with_tenants_;
    std::map<std::string, EventPolicy, std::less<>> policies_;
    std::map<std::string, std::size_t> provisioned_;
};

} // namespace samara::invoke
