#pragma once

#include "base/task.h"
#include "invoke/environment_pool.h"
#include "invoke/invoker.h"
#include "invoke/pool_table.h"
#include "net/worker_pool.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

/// The execution environments of all functions: started when a request needs one, handed on from
/// request to request, ended when nobody does. Private to invoke/.
namespace samara::invoke {

/// Pools by function, behind one mutex that is never held while an environment starts, runs or
/// ends. A thread of its own ends environments, so that no caller waits for the end of another's.
/// Thread-safe.
class Environments {
public:
    Environments(
        engine::Engine& engine,
        const InvokerOptions& options,
        engine::OutputSink output,
        base::Log log,
        os::Cancellation cancel);
    Environments(const Environments&) = delete;
    Environments& operator=(const Environments&) = delete;
    Environments(Environments&&) = delete;
    Environments& operator=(Environments&&) = delete;
    ~Environments(); ///< all of them have ended when it returns

    using Pool = std::shared_ptr<EnvironmentPool>;

    /// nullptr: there is no such function.
    [[nodiscard]] Pool find(std::string_view function) const;
    [[nodiscard]] bool has_tenants(const std::string& function) const;
    [[nodiscard]] Pool of_tenant(Pool pool, const Request& request);

    /// An environment for one request, which has it alone.
    struct Lease {
        std::optional<Slot> slot; ///< nothing: as many requests run as may
        bool cold = false;        ///< it was started for it
    };

    /// Waits for a busy one where that is expected to be free before a new one would be; never
    /// longer than expected, unless as many run as may.
    base::Task<base::Result<Lease>> acquire(const Pool& pool);

    /// After its call.
    void give_back(const Pool& pool, Slot slot);

    /// One that did not answer, or is spent.
    void discard(const Pool& pool, Slot slot);

    /// Starts environments, side by side, until `count` idle, or as many as may be and there is
    /// memory for.
    base::Result<void> fill(const Pool& pool, std::size_t count, bool provisioned);

    /// All that can be started; the error is the first.
    base::Result<void> provision();

    void renew(const std::string& function);
    void update(FunctionPlans plans);
    [[nodiscard]] std::optional<EventHandling> handling_of(const std::string& function) const;
    [[nodiscard]] std::vector<FunctionState> states() const;
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> variables() const;

private:
    base::Result<Slot> start(const EnvironmentPool& pool, engine::EnvironmentSpec spec);
    base::Task<base::Result<Lease>> start_for_request(const Pool& pool, Clock::time_point began);
    base::Task<base::Result<Lease>>
    wait_for_one(const Pool& pool, EnvironmentPool::Admission admission);
    void start_ahead(const Pool& pool, Clock::time_point began);
    base::Result<void> start_side_by_side(
        const Pool& pool,
        const engine::EnvironmentSpec& spec,
        std::size_t count,
        bool provisioned,
        Clock::time_point began);
    void report_wait(
        const EnvironmentPool& pool,
        const EnvironmentPool::Admission& admission,
        Clock::duration waited) const;
    [[nodiscard]] engine::OutputSink output_of(const engine::EnvironmentSpec& spec) const;
    void wake_janitor();
    void clean_up();

    engine::Engine& engine_;
    const InvokerOptions& options_;
    engine::OutputSink output_;
    base::Log log_;
    os::Cancellation cancel_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool closing_ = false;
    bool janitor_has_date_ = false; // it will look again by itself
    PoolTable pools_;
    std::vector<Slot> ended_;
    net::WorkerPool starters_; // of environments that nobody waits for alone
    std::thread janitor_;
};

} // namespace samara::invoke
