#include "net/wait.h"
#include "support/on_loop.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace samara::net {
namespace {

using namespace std::chrono_literals;
using Clock = Signal::Clock;

base::Task<bool> leaves_the_loop() {
    const bool began_there = on_loop();
    const bool moved = co_await to_thread();
    const bool ended_there = on_loop();
    co_return began_there&& moved && !ended_there;
}

base::Task<std::thread::id> stays_on_its_thread() {
    const bool may_wait = co_await to_thread();
    EXPECT_TRUE(may_wait);
    co_return std::this_thread::get_id();
}

/// Whether it was set by then, and whether it is told on the thread it began on.
base::Task<bool> waits(Signal& signal, std::chrono::milliseconds time) {
    const auto began_on = std::this_thread::get_id();
    const bool came = co_await signal.wait_until(Clock::now() + time);
    EXPECT_EQ(std::this_thread::get_id(), began_on);
    co_return came;
}

base::Task<bool> waits_twice(Signal& signal) {
    const bool early = co_await signal.wait_until(Clock::now() + 10ms);
    const bool late = co_await signal.wait_until(Clock::now() + 10s);
    co_return !early && late;
}

TEST(Wait, LeavesALoopForAThreadThatMayWait) {
    EXPECT_TRUE(test::on_loop(leaves_the_loop()));
    EXPECT_EQ(stays_on_its_thread().now(), std::this_thread::get_id());
}

TEST(Signal, EndsWaitsOnLoopsAndThreads) {
    for (const bool loop : {true, false}) {
        const auto wait = [&](base::Task<bool> task) {
            return loop ? test::on_loop(std::move(task)) : std::move(task).now();
        };
        Signal before;
        before.set();
        EXPECT_TRUE(wait(waits(before, 10s)));
        Signal during;
        std::thread other([&] {
            std::this_thread::sleep_for(20ms);
            during.set();
        });
        EXPECT_TRUE(wait(waits(during, 10s)));
        other.join();
        Signal never;
        EXPECT_FALSE(wait(waits(never, 20ms)));
        Signal late;
        std::thread another([&] {
            std::this_thread::sleep_for(60ms);
            late.set();
        });
        EXPECT_TRUE(wait(waits_twice(late)));
        another.join();
    }
}

TEST(Signal, MayBeSetInTheVeryMomentThatTheTimeIsOver) {
    for (int i = 0; i < 200; ++i) {
        Signal signal;
        std::thread other([&] {
            std::this_thread::sleep_for(1ms);
            signal.set();
        });
        test::on_loop(waits(signal, 1ms)); // either way; it comes back
        other.join();
    }
}

base::Task<bool> wants(Signal& signal, Clock::time_point until, std::mutex& mutex) {
    co_await signal.wait_until(until);
    const std::scoped_lock lock(mutex);
    co_return true;
}

// Nobody but the wait itself holds the loops.
TEST(Signal, MayBeSetUnderALockThatATaskOfTheLoopWants) {
    for (int i = 0; i < 1500; ++i) {
        Signal signal;
        std::mutex mutex;
        TaskGroup group;
        const auto time = Clock::now() + 500us;
        const auto begin = [&]() -> base::Task<bool> {
            group.spawn(wants(signal, time, mutex), [](bool /*came*/) {});
            co_return true;
        };
        test::on_loop(begin());
        {
            const std::scoped_lock lock(mutex);
            while (Clock::now() < time + std::chrono::microseconds(i % 250 - 50)) {
                // in the very moment that the time is over
            }
            signal.set();
        }
        group.drain();
    }
}

TEST(TaskGroup, WaitsForItsTasks) {
    std::atomic<int> ended = 0;
    std::vector<Signal> gates(5); // each for one task
    std::thread other;
    {
        TaskGroup group;
        const auto begin = [&]() -> base::Task<bool> {
            for (Signal& gate : gates) {
                group.spawn(waits(gate, 10s), [&](bool came) { ended += came ? 1 : 0; });
                group.spawn(base::ready(1), [&](int value) { ended += value; });
            }
            co_return true;
        };
        test::on_loop(begin());
        EXPECT_EQ(ended, 5);
        other = std::thread([&] {
            for (Signal& gate : gates) {
                std::this_thread::sleep_for(2ms);
                gate.set();
            }
        });
    }
    EXPECT_EQ(ended, 10);
    other.join();
}

} // namespace
} // namespace samara::net
