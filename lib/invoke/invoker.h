#pragma once

#include "base/log.h"
#include "base/task.h"
#include "engine/engine.h"
#include "invoke/event_policy.h"
#include "invoke/event_queue.h"
#include "invoke/invocation.h"
#include "invoke/memory_pressure.h"
#include "invoke/transport.h"
#include "os/cancellation.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Runs functions: keeps their execution environments, hands each call to a warm one or starts one.
namespace samara::invoke {

/// What an environment needs and is not there before the function is called for the first time:
/// layers that are fetched. Adds it to the spec, or says why the function cannot be run. Called for
/// each environment, from several threads.
using Preparation = std::function<base::Result<void>(engine::EnvironmentSpec&)>;

/// One function as it is to be run now.
struct FunctionPlan {
    engine::EnvironmentSpec spec;
    Preparation prepare;              ///< may be empty
    std::optional<base::Error> fault; ///< why it cannot be run; every call fails with it
    std::string fingerprint;          ///< changes whenever code, layers or settings do
    std::optional<std::uint32_t> reserved_concurrency; ///< ReservedConcurrentExecutions
    std::uint32_t provisioned_concurrency = 0;         ///< ProvisionedConcurrentExecutions
    bool tenants = false; ///< TenancyConfig: each tenant has environments of its own
    EventPolicy events;
};

/// The environments of a function now, those of its tenants together.
struct FunctionState {
    std::string function; ///< logical id
    std::string runtime;  ///< empty for an image
    std::uint32_t memory_mb = 0;
    std::size_t idle = 0;
    std::size_t busy = 0;
    std::size_t starting = 0;
    std::size_t waiting = 0; ///< requests, for one of them

    bool operator==(const FunctionState&) const = default;
};

/// By logical id.
using FunctionPlans = std::map<std::string, FunctionPlan, std::less<>>;

struct InvokerOptions {
    /// Environments a function, unless it reserves its own number: requests wait for them in order.
    /// 0: as many as pay off.
    std::size_t max_concurrency = 0;
    bool shared = true; ///< false: each request has an environment of its own at once, as on AWS
    std::chrono::milliseconds idle_timeout = std::chrono::minutes(10);
    bool endless = false;    ///< wait without end: somebody may sit in a debugger
    bool host_paths = false; ///< beside places in a function's code, in its log: people read it
    EventQueueOptions events;
    std::function<std::unique_ptr<Transport>(const engine::Endpoint&)> connect = connect_transport;
    /// Environments that nobody uses end sooner.
    std::function<bool()> memory_is_short = this_machine_is_short_of_memory;
};

/// Thread-safe. Every environment it started has ended when its destructor returns.
class Invoker {
public:
    Invoker(
        engine::Engine& engine,
        FunctionPlans plans,
        InvokerOptions options,
        engine::OutputSink output,
        base::Log log,
        os::Cancellation cancel);
    Invoker(const Invoker&) = delete;
    Invoker& operator=(const Invoker&) = delete;
    Invoker(Invoker&&) = delete;
    Invoker& operator=(Invoker&&) = delete;
    ~Invoker();

    /// Ends with the result (InvocationType::event: with the queueing). A function that fails is a
    /// Response with function_error; an Error says that it could not be run.
    base::Task<base::Result<Response>> call(Request request);

    /// The same on a thread that may wait.
    base::Result<Response> invoke(Request request);

    [[nodiscard]] bool knows(std::string_view function) const;

    /// In the order of their logical ids.
    [[nodiscard]] std::vector<FunctionState> states() const;

    /// The variables of all functions, as their environments have them.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> variables() const;

    /// Starts environments, side by side, until `count` are there and not in use, or as many as
    /// may be (--warm-containers EAGER).
    base::Result<void> warm(const std::string& function, std::size_t count);

    /// Starts what the plans provision, all that can be started; the error is the first. These
    /// environments are not ended for being idle.
    base::Result<void> provision();

    /// Ends the environments of a function, after their calls, as though its fingerprint had
    /// changed.
    void renew(const std::string& function);

    /// Applies new plans. Environments of functions whose fingerprint changed end after their
    /// call.
    void update(FunctionPlans plans);

private:
    class State;
    std::unique_ptr<State> state_;
};

} // namespace samara::invoke
