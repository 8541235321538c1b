#include "invoke/call_trace.h"
#include "invoke/invoker.h"
#include "invoke/memory_pressure.h"
#include "net/wait.h"
#include "os/processors.h"
#include "os/wait.h"
#include "support/on_loop.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace samara::invoke {
namespace {

using namespace std::chrono_literals;

// What the fake environments do, and what has been seen of them.
struct World {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t started = 0;
    std::size_t running = 0;
    std::size_t provisioned = 0; // started as provisioned concurrency
    std::size_t most_running = 0;
    std::size_t in_call = 0;
    bool hold_calls = false; // calls wait until this is false
    bool transport_fails = false;
    bool die_after_call = false;
    bool start_fails = false;
    std::function<void()> started_then = {}; // called when one is to start
    std::atomic<bool> held_off = false;      // nothing answers
    std::size_t killed = 0;

    template <class Condition>
    bool wait(Condition condition) {
        std::unique_lock lock(mutex);
        return changed.wait_for(lock, 10s, [&] { return condition(); });
    }

    void set(bool& flag, bool value) {
        const std::lock_guard lock(mutex);
        flag = value;
        changed.notify_all();
    }
};

class FakeEnvironment : public engine::Environment {
public:
    explicit FakeEnvironment(World& world) : world_(world) {
        const std::lock_guard lock(world_.mutex);
        id_ = std::to_string(++world_.started);
        world_.most_running = std::max(world_.most_running, ++world_.running);
    }

    ~FakeEnvironment() override {
        const std::lock_guard lock(world_.mutex);
        --world_.running;
        world_.changed.notify_all();
    }

    FakeEnvironment(const FakeEnvironment&) = delete;
    FakeEnvironment& operator=(const FakeEnvironment&) = delete;
    FakeEnvironment(FakeEnvironment&&) = delete;
    FakeEnvironment& operator=(FakeEnvironment&&) = delete;

    [[nodiscard]] const std::string& id() const override { return id_; }

    [[nodiscard]] const engine::Endpoint& endpoint() const override { return endpoint_; }

    [[nodiscard]] bool alive() const override { return !world_.die_after_call || !called_; }

    void kill() noexcept override {
        const std::lock_guard lock(world_.mutex);
        ++world_.killed;
    }

    [[nodiscard]] std::string end_reason() const override { return "it died"; }

    void mark_called() { called_ = true; }

private:
    World& world_;
    std::string id_;
    engine::Endpoint endpoint_ = engine::UnixEndpoint{"/none"};
    bool called_ = false;
};

class FakeEngine : public engine::Engine {
public:
    explicit FakeEngine(World& world) : world_(world) {}

    [[nodiscard]] std::string_view name() const override { return "fake"; }

    [[nodiscard]] base::Result<void> check(const engine::EnvironmentSpec& /*spec*/) const override {
        return {};
    }

    base::Result<void>
    prepare(const engine::EnvironmentSpec& /*spec*/, const os::Cancellation& /*cancel*/) override {
        return {};
    }

    base::Result<std::unique_ptr<engine::Environment>> start(
        const engine::EnvironmentSpec& spec,
        engine::OutputSink /*output*/,
        const os::Cancellation& /*cancel*/) override {
        if (world_.start_fails) {
            return base::fail("no room");
        }
        if (world_.started_then) {
            world_.started_then();
        }
        auto environment = std::make_unique<FakeEnvironment>(world_);
        const std::lock_guard lock(world_.mutex);
        world_.provisioned += spec.environment.count("AWS_LAMBDA_INITIALIZATION_TYPE");
        return environment;
    }

private:
    World& world_;
};

class FakeTransport : public Transport {
public:
    explicit FakeTransport(World& world) : world_(world) {}

    base::Task<base::Result<Response>> invoke(
        Request request,
        std::chrono::milliseconds timeout,
        const os::Cancellation& cancel) override {
        EXPECT_TRUE(co_await net::to_thread());
        co_return answer(std::move(request), timeout, cancel);
    }

private:
    base::Result<Response>
    answer(Request request, std::chrono::milliseconds timeout, const os::Cancellation& cancel) {
        if (world_.held_off) { // nothing comes until the caller has had enough
            os::wait_readable(-1, cancel, std::chrono::steady_clock::now() + timeout);
            return base::fail("no answer");
        }
        std::unique_lock lock(world_.mutex);
        ++world_.in_call;
        world_.changed.notify_all();
        world_.changed.wait_for(lock, 10s, [&] { return !world_.hold_calls; });
        --world_.in_call;
        if (world_.transport_fails) {
            return base::fail("connection closed");
        }
        Response response;
        response.payload = request.payload;
        return response;
    }

    World& world_;
};

class InvokerTest : public testing::Test {
protected:
    World world_;
    FakeEngine engine_{world_};
    os::Cancellation cancel_;

    std::unique_ptr<Invoker> make(InvokerOptions options = {}, std::string fingerprint = "1") {
        return make_of(plans(std::move(fingerprint)), std::move(options));
    }

    std::unique_ptr<Invoker> make_of(FunctionPlans functions, InvokerOptions options) {
        options.connect = [this](const engine::Endpoint& /*endpoint*/) {
            return std::make_unique<FakeTransport>(world_);
        };
        return std::make_unique<Invoker>(
            engine_, std::move(functions), options, nullptr, base::Log(), cancel_);
    }

    /// With a thousand provisioned environments, of which fewer fit this machine.
    std::unique_ptr<Invoker> make_of_a_thousand(InvokerOptions options = {}) {
        FunctionPlans functions = plans("1");
        functions.begin()->second.provisioned_concurrency = 1000;
        return make_of(std::move(functions), std::move(options));
    }

    static std::size_t starts_at_once() { return std::max<std::size_t>(2, os::processors()); }

    static FunctionPlans plans(std::string fingerprint) {
        FunctionPlan plan;
        plan.spec.function = "Fn";
        plan.spec.timeout_seconds = 0;
        plan.provisioned_concurrency = 2;
        plan.fingerprint = std::move(fingerprint);
        return {{"Fn", plan}};
    }

    static Request request(std::string function = "Fn") {
        Request request;
        request.function = std::move(function);
        request.payload = "{}";
        return request;
    }
};

TEST_F(InvokerTest, ReusesTheWarmEnvironment) {
    const auto invoker = make();
    EXPECT_TRUE(invoker->invoke(request())->cold);
    EXPECT_FALSE(invoker->invoke(request())->cold);
    EXPECT_EQ(world_.started, 1U);
}

TEST_F(InvokerTest, KillsWhatHoldsOffItsTimeout) {
    world_.held_off = true;
    const auto invoker = make(); // with a Timeout of no seconds
    const auto response = invoker->invoke(request());
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->function_error, "Unhandled");
    EXPECT_NE(response->payload.find("Task timed out after 0.00 seconds"), std::string::npos);
    EXPECT_EQ(world_.killed, 1U);
    world_.held_off = false;
    EXPECT_TRUE(invoker->invoke(request())->cold) << "the killed one is not used again";
}

TEST_F(InvokerTest, TracesWhatBecomesOfACall) {
    const auto invoker = make();
    Request cold = request();
    cold.trace = std::make_shared<CallTrace>(cold);
    const auto trace = cold.trace;
    EXPECT_FALSE(trace->view().ended);
    ASSERT_TRUE(invoker->invoke(std::move(cold)));
    EXPECT_TRUE(trace->view().ended);
    EXPECT_TRUE(trace->view().times.cold);
    EXPECT_EQ(trace->view().result.text, "{}");
    EXPECT_GE(trace->view().times.wait.count(), 0);
    EXPECT_GE(trace->view().times.cold_start.count(), 0);
    Request warm = request();
    warm.trace = std::make_shared<CallTrace>(warm);
    const auto second = warm.trace;
    ASSERT_TRUE(invoker->invoke(std::move(warm)));
    EXPECT_FALSE(second->view().times.cold);
    EXPECT_EQ(second->view().times.cold_start.count(), 0);
    world_.start_fails = true;
    invoker->update(plans("2"));
    Request failing = request();
    failing.trace = std::make_shared<CallTrace>(failing);
    const auto third = failing.trace;
    EXPECT_FALSE(invoker->invoke(std::move(failing)));
    EXPECT_NE(third->view().failure.find("no room"), std::string::npos);
}

TEST_F(InvokerTest, TellsTheStateOfItsEnvironments) {
    const auto invoker = make();
    EXPECT_EQ(invoker->states(), (std::vector<FunctionState>{{"Fn", "", 128, 0, 0, 0, 0}}));
    world_.hold_calls = true;
    std::thread caller([&] { static_cast<void>(invoker->invoke(request())); });
    ASSERT_TRUE(world_.wait([&] { return world_.in_call == 1; }));
    EXPECT_EQ(invoker->states().front().busy, 1U);
    world_.set(world_.hold_calls, false);
    caller.join();
    EXPECT_EQ(invoker->states().front().busy, 0U);
    EXPECT_EQ(invoker->states().front().idle, 1U);
}

TEST_F(InvokerTest, UnknownFunctionsAreErrors) {
    const auto invoker = make();
    Request other = request();
    other.function = "Other";
    EXPECT_EQ(invoker->invoke(other).error().message, "Function Other not found in template");
    EXPECT_TRUE(invoker->knows("Fn"));
    EXPECT_FALSE(invoker->knows("Other"));
}

TEST_F(InvokerTest, OverlappingCallsGetTheirOwnEnvironmentUpToTheReservation) {
    const auto invoker = make();
    FunctionPlans reserved = plans("reserved");
    reserved.at("Fn").reserved_concurrency = 3;
    invoker->update(std::move(reserved));
    world_.hold_calls = true;
    std::atomic<int> answered = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < 3; ++i) {
        callers.emplace_back(
            [&] { answered += invoker->invoke(request())->status == 200 ? 1 : 0; });
    }
    ASSERT_TRUE(world_.wait([&] { return world_.in_call == 3; }));
    const base::Result<Response> fourth = invoker->invoke(request());
    EXPECT_EQ(fourth->status, 429);
    EXPECT_NE(fourth->payload.find("Rate Exceeded"), std::string::npos);
    world_.set(world_.hold_calls, false);
    for (std::thread& caller : callers) {
        caller.join();
    }
    EXPECT_EQ(answered, 3);
    EXPECT_EQ(world_.most_running, 3U);
}

TEST_F(InvokerTest, EndsEverythingWhenItGoes) {
    make()->invoke(request());
    EXPECT_EQ(world_.running, 0U);
}

TEST_F(InvokerTest, EndsEnvironmentsThatAreIdleTooLong) {
    InvokerOptions options;
    options.idle_timeout = 1ms;
    const auto invoker = make(options);
    ASSERT_TRUE(invoker->invoke(request()));
    EXPECT_TRUE(world_.wait([&] { return world_.running == 0; }));
}

TEST_F(InvokerTest, EndsWhatIsIdleSoonerWhereMemoryIsShort) {
    InvokerOptions options;
    options.memory_is_short = [] { return true; };
    const auto invoker = make(options);
    ASSERT_TRUE(invoker->invoke(request()));
    EXPECT_TRUE(world_.wait([&] { return world_.running == 0; }));
}

TEST(MemoryPressure, IsATwentiethOfTheMemoryOrHalfAGigabyte) {
    const auto is_short = [](std::uint64_t total, std::uint64_t available) {
        return is_short_of_memory(
            fmt::format("MemTotal: {:14} kB\nMemAvailable:{:10} kB\n", total, available));
    };
    EXPECT_TRUE(is_short(4'000'000, 199'999));
    EXPECT_FALSE(is_short(4'000'000, 200'000));
    EXPECT_TRUE(is_short(64'000'000, 524'287));
    EXPECT_FALSE(is_short(64'000'000, 524'288));
    EXPECT_FALSE(is_short_of_memory("")); // a kernel that does not tell
}

TEST_F(InvokerTest, ChangedFunctionsStartAfresh) {
    const auto invoker = make();
    ASSERT_TRUE(invoker->invoke(request()));
    invoker->update(plans("1"));
    EXPECT_FALSE(invoker->invoke(request())->cold);
    invoker->update(plans("2"));
    EXPECT_TRUE(invoker->invoke(request())->cold);
    EXPECT_TRUE(world_.wait([&] { return world_.running == 1; }));
    invoker->update({});
    EXPECT_FALSE(invoker->invoke(request()));
}

TEST_F(InvokerTest, AChangeLetsTheRunningCallFinish) {
    const auto invoker = make();
    world_.hold_calls = true;
    base::Result<Response> running;
    std::thread caller([&] { running = invoker->invoke(request()); });
    ASSERT_TRUE(world_.wait([&] { return world_.in_call == 1; }));
    invoker->update(plans("2"));
    world_.set(world_.hold_calls, false);
    caller.join();
    EXPECT_TRUE(running);
    EXPECT_TRUE(world_.wait([&] { return world_.running == 0; }));
}

TEST_F(InvokerTest, DeadEnvironmentsAreReplaced) {
    const auto invoker = make();
    world_.transport_fails = true;
    EXPECT_FALSE(invoker->invoke(request()));
    world_.transport_fails = false;
    EXPECT_TRUE(invoker->invoke(request())->cold);
    EXPECT_TRUE(world_.wait([&] { return world_.running == 1; }));
}

TEST_F(InvokerTest, AFailedStartIsToldAndFreesItsPlace) {
    InvokerOptions options;
    options.max_concurrency = 1;
    const auto invoker = make(options);
    world_.start_fails = true;
    EXPECT_EQ(invoker->invoke(request()).error().message, "no room");
    world_.start_fails = false;
    EXPECT_EQ(invoker->invoke(request())->status, 200);
}

TEST_F(InvokerTest, ServesManyOnALoopThroughOneEnvironment) {
    InvokerOptions options;
    options.max_concurrency = 1;
    const auto invoker = make(options);
    constexpr int calls = 40;
    std::atomic<int> good = 0;
    net::TaskGroup group;
    const auto begin = [&]() -> base::Task<bool> {
        for (int i = 0; i < calls; ++i) {
            group.spawn(invoker->call(request()), [&](const base::Result<Response>& response) {
                good += response && response->status == 200 ? 1 : 0;
            });
        }
        co_return true;
    };
    test::on_loop(begin());
    group.drain();
    EXPECT_EQ(good, calls);
    EXPECT_EQ(world_.started, 1U);
}

TEST_F(InvokerTest, StartsAnotherOneForWhoWaitsTooLongOnALoop) {
    const auto invoker = make();
    world_.hold_calls = true;
    std::atomic<int> good = 0;
    net::TaskGroup group;
    const auto begin = [&]() -> base::Task<bool> {
        for (int i = 0; i < 3; ++i) {
            group.spawn(invoker->call(request()), [&](const base::Result<Response>& response) {
                good += response ? 1 : 0;
            });
        }
        co_return true;
    };
    test::on_loop(begin());
    EXPECT_TRUE(world_.wait([&] { return world_.in_call == 3; })) << "none waits for another";
    world_.set(world_.hold_calls, false);
    group.drain();
    EXPECT_EQ(good, 3);
}

TEST_F(InvokerTest, WarmStartsEnvironmentsAhead) {
    const auto invoker = make();
    ASSERT_TRUE(invoker->warm("Fn", 2));
    EXPECT_EQ(world_.running, 2U);
    EXPECT_FALSE(invoker->invoke(request())->cold);
}

TEST_F(InvokerTest, ProvisionedEnvironmentsAreThereAndStay) {
    InvokerOptions options;
    options.idle_timeout = 1ms;
    const auto invoker = make(options);
    ASSERT_TRUE(invoker->provision());
    EXPECT_EQ(world_.running, 2U);
    EXPECT_EQ(world_.provisioned, 2U);
    ASSERT_TRUE(invoker->warm("Fn", 3));
    EXPECT_TRUE(world_.wait([&] { return world_.started == 3 && world_.running == 2; }));
    EXPECT_FALSE(invoker->invoke(request())->cold);
}

TEST_F(InvokerTest, NoMoreIsProvisionedThanMayRun) {
    InvokerOptions options;
    options.max_concurrency = 1;
    const auto invoker = make(options);
    ASSERT_TRUE(invoker->provision());
    EXPECT_EQ(world_.running, 1U);
}

TEST_F(InvokerTest, NoMoreIsProvisionedThanAMachineCanUse) {
    InvokerOptions options;
    options.memory_is_short = [] { return false; };
    const auto invoker = make_of_a_thousand(options);
    ASSERT_TRUE(invoker->provision());
    EXPECT_EQ(world_.running, std::min<std::size_t>(1000, 8 * os::processors()));
}

TEST_F(InvokerTest, ProvisioningEndsWhereMemoryIsShort) {
    InvokerOptions options;
    options.memory_is_short = [] { return true; };
    const auto invoker = make_of_a_thousand(options);
    ASSERT_TRUE(invoker->provision());
    EXPECT_GT(world_.started, 0U);
    EXPECT_LE(world_.started, starts_at_once());
}

TEST_F(InvokerTest, AStopEndsProvisioning) {
    world_.started_then = [this] { cancel_.cancel(); };
    InvokerOptions options;
    options.memory_is_short = [] { return false; };
    const auto invoker = make_of_a_thousand(options);
    ASSERT_TRUE(invoker->provision());
    EXPECT_LE(world_.started, starts_at_once());
}

TEST_F(InvokerTest, AFailedProvisionIsTold) {
    const auto invoker = make();
    world_.start_fails = true;
    EXPECT_EQ(invoker->provision().error().message, "no room");
}

TEST_F(InvokerTest, WhatIsMissingIsPreparedWithTheFirstCall) {
    int prepared = 0;
    bool possible = false;
    FunctionPlan plan;
    plan.spec.function = "Late";
    plan.prepare = [&](engine::EnvironmentSpec& spec) -> base::Result<void> {
        ++prepared;
        spec.layers.push_back({"layer", "/opt", false});
        return possible ? base::Result<void>() : base::fail("no layer");
    };
    const auto invoker = make();
    invoker->update({{"Late", plan}});
    EXPECT_EQ(prepared, 0);
    EXPECT_EQ(invoker->invoke(request("Late")).error().message, "no layer");
    possible = true;
    EXPECT_EQ(invoker->invoke(request("Late"))->status, 200);
    EXPECT_EQ(invoker->invoke(request("Late"))->status, 200);
    EXPECT_EQ(prepared, 2);
}

TEST_F(InvokerTest, CallsOfAFunctionThatCannotBePlannedFailWithTheReason) {
    FunctionPlan plan;
    plan.fault.emplace().message = "no code";
    const auto invoker = make();
    invoker->update({{"Bad", plan}});
    EXPECT_TRUE(invoker->knows("Bad"));
    EXPECT_EQ(invoker->invoke(request("Bad")).error().message, "no code");
    EXPECT_EQ(world_.started, 0U);
}

TEST_F(InvokerTest, NoEnvironmentServesTwoTenants) {
    FunctionPlan plan;
    plan.spec.function = "Fn";
    plan.fingerprint = "one";
    plan.tenants = true;
    const auto invoker = make();
    invoker->update({{"Fn", plan}});
    const auto call = [&](const std::string& tenant) {
        Request asked = request();
        asked.tenant_id = tenant;
        return invoker->invoke(asked);
    };
    EXPECT_TRUE(call("blue")->cold);
    EXPECT_TRUE(call("green")->cold);
    EXPECT_FALSE(call("blue")->cold);
    EXPECT_EQ(call("")->status, 400);
    EXPECT_TRUE(call("a-z A.Z_0:9/=+@")->cold);
    const auto refused = call("a|b");
    EXPECT_EQ(refused->status, 400);
    EXPECT_NE(refused->payload.find("'a|b' at 'tenantId'"), std::string::npos);
    EXPECT_EQ(call(std::string(256, 'x'))->status, 200);
    EXPECT_EQ(call(std::string(257, 'x'))->status, 400);
    plan.fingerprint = "two";
    invoker->update({{"Fn", plan}});
    EXPECT_TRUE(call("blue")->cold);
    plan.tenants = false;
    invoker->update({{"Fn", plan}});
    EXPECT_EQ(call("blue")->status, 400);
}

TEST_F(InvokerTest, RenewedFunctionsStartAnew) {
    const auto invoker = make();
    EXPECT_TRUE(invoker->invoke(request())->cold);
    EXPECT_FALSE(invoker->invoke(request())->cold);
    invoker->renew("Fn");
    EXPECT_TRUE(invoker->invoke(request())->cold);
    EXPECT_TRUE(world_.wait([&] { return world_.running == 1; }));
    invoker->renew("Nothing");
}

TEST_F(InvokerTest, EventsAreQueuedAndDryRunsRunNothing) {
    const auto invoker = make();
    Request event = request();
    event.type = InvocationType::dry_run;
    EXPECT_EQ(invoker->invoke(event)->status, 204);
    EXPECT_EQ(world_.started, 0U);
    event.type = InvocationType::event;
    const auto queued = invoker->invoke(event);
    EXPECT_EQ(queued->status, 202);
    EXPECT_EQ(queued->request_id.size(), 36U);
    EXPECT_TRUE(world_.wait([&] { return world_.started == 1; }));
}

TEST_F(InvokerTest, EventsWithoutRoomAreThrottled) {
    InvokerOptions options;
    options.events.bytes = 16;
    const auto invoker = make(std::move(options));
    Request event = request();
    event.type = InvocationType::event;
    const auto refused = invoker->invoke(event);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 429);
    EXPECT_NE(refused->payload.find("Rate Exceeded"), std::string::npos);
}

} // namespace
} // namespace samara::invoke
