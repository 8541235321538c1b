#include "base/task.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace samara::base {
namespace {

/// Goes on when it is told to.
struct Gate {
    std::coroutine_handle<> waiting;

    bool await_ready() const noexcept { return false; }

    void await_suspend(std::coroutine_handle<> task) { waiting = task; }

    void await_resume() const noexcept {}
};

Task<std::string> twice(std::string text) {
    co_return text + text;
}

Task<std::string> four_times(std::string text) {
    const std::string two = co_await twice(std::move(text));
    co_return co_await twice(two);
}

Task<int> fails() {
    throw std::runtime_error("as it happens");
    co_return 1;
}

Task<int> hands_on() {
    co_return 1 + co_await fails();
}

Task<int> behind(Gate& gate, std::shared_ptr<int> held) {
    co_await gate;
    co_return *held;
}

TEST(Task, GivesItsValueAndThatOfWhatItAwaits) {
    EXPECT_EQ(four_times("ab").now(), "abababab");
    EXPECT_EQ(ready(7).now(), 7);
}

TEST(Task, HandsOnWhatIsThrown) {
    EXPECT_THROW(hands_on().now(), std::runtime_error);
}

TEST(Task, BeginsWhenItIsAwaitedAndNotBefore) {
    std::vector<std::string> seen;
    const auto note = [&](std::string what) -> Task<bool> {
        seen.push_back(std::move(what));
        co_return true;
    };
    Task<bool> task = note("run");
    seen.emplace_back("made");
    std::move(task).now();
    EXPECT_EQ(seen, (std::vector<std::string>{"made", "run"}));
}

TEST(Task, WaitsWithoutAThreadAndLetsGoOfWhatItHolds) {
    Gate gate;
    const auto held = std::make_shared<int>(5);
    int given = 0;
    spawn(behind(gate, held), [&](int value) { given = value; });
    EXPECT_EQ(given, 0);
    EXPECT_EQ(held.use_count(), 2);
    gate.waiting.resume();
    EXPECT_EQ(given, 5);
    EXPECT_EQ(held.use_count(), 1);
    {
        const Task<int> never = behind(gate, held);
        EXPECT_EQ(held.use_count(), 2);
    }
    EXPECT_EQ(held.use_count(), 1) << "one that was never begun";
}

TEST(TaskDeath, SaysSoWhenItWouldHaveToWaitWhereItIs) {
    Gate gate;
    EXPECT_DEATH(behind(gate, std::make_shared<int>(1)).now(), "");
}

} // namespace
} // namespace samara::base
