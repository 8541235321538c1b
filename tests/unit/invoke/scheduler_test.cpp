#include "invoke/environment_pool.h"

#include <gtest/gtest.h>

namespace samara::invoke {
namespace {

using namespace std::chrono_literals;
using Verdict = EnvironmentPool::Verdict;

class LivingEnvironment : public engine::Environment {
public:
    [[nodiscard]] const std::string& id() const override { return id_; }

    [[nodiscard]] const engine::Endpoint& endpoint() const override { return endpoint_; }

    [[nodiscard]] bool alive() const override { return true; }

    void kill() noexcept override {}

    [[nodiscard]] std::string end_reason() const override { return {}; }

private:
    std::string id_;
    engine::Endpoint endpoint_;
};

/// A pool at a time of the test's own.
class Scheduler : public testing::Test {
protected:
    EnvironmentPool make(Concurrency concurrency) {
        if (!concurrency.quota) {
            concurrency.quota = std::make_shared<Quota>(Quota{1000, 0});
        }
        quota_ = concurrency.quota;
        return {{}, {}, "1", concurrency};
    }

    /// What a request gets that comes now; one of its own has started `cold` later.
    EnvironmentPool::Admission enter(EnvironmentPool& pool, Clock::duration cold = 200ms) {
        auto admission = pool.enter(now_, ended_);
        if (admission.verdict == Verdict::start) {
            const auto began = now_;
            Slot slot;
            slot.environment = std::make_unique<LivingEnvironment>();
            slot.start_began = began;
            pool.end_start(began);
            pool.use(slot, began);
            slot.called_at = began + cold;
            admission.slot = std::move(slot);
        }
        return admission;
    }

    /// The call of a request ends now, after `call`.
    void end(EnvironmentPool& pool, Slot slot, Clock::duration call) {
        slot.called_at = now_ - call;
        pool.leave();
        pool.release(std::move(slot), now_, ended_);
    }

    /// A pool with one idle environment, whose calls and cold starts take that long.
    EnvironmentPool known(Concurrency concurrency, Clock::duration call, Clock::duration cold) {
        EnvironmentPool pool = make(std::move(concurrency));
        auto first = enter(pool);
        now_ += cold + call;
        end(pool, std::move(*first.slot), call);
        return pool;
    }

    Clock::time_point now_{1000s};
    std::vector<Slot> ended_;
    std::shared_ptr<Quota> quota_;
};

TEST_F(Scheduler, AFreeEnvironmentIsTaken) {
    EnvironmentPool pool = known({}, 1ms, 200ms);
    EXPECT_EQ(enter(pool).verdict, Verdict::warm);
}

TEST_F(Scheduler, AShortCallIsWaitedForAndALongOneIsNot) {
    EnvironmentPool quick = known({}, 1ms, 200ms);
    auto first = enter(quick);
    const auto second = enter(quick);
    EXPECT_EQ(second.verdict, Verdict::wait);
    EXPECT_EQ(second.until, now_ + 1ms + 50ms) << "as expected, and a quarter of a start";
    now_ += 1ms;
    end(quick, std::move(*first.slot), 1ms);
    EXPECT_TRUE(second.waiter->slot);

    EnvironmentPool slow = known({}, 2s, 200ms);
    EXPECT_EQ(enter(slow).verdict, Verdict::warm);
    EXPECT_EQ(enter(slow).verdict, Verdict::start);
}

TEST_F(Scheduler, WhatStartsAtATimeSharesTheCores) {
    Concurrency two;
    two.cores = 2;
    EnvironmentPool pool = make(two);
    EXPECT_EQ(pool.enter(now_, ended_).verdict, Verdict::start);
    EXPECT_EQ(pool.enter(now_, ended_).verdict, Verdict::start);
    EXPECT_EQ(pool.enter(now_, ended_).verdict, Verdict::wait) << "a third would be ready later";
}

TEST_F(Scheduler, AWaitThatIsOverGetsAnEnvironmentOfItsOwn) {
    EnvironmentPool pool = known({}, 1ms, 200ms);
    enter(pool);
    auto second = enter(pool);
    now_ = second.until;
    EXPECT_TRUE(pool.start_own(second, now_));
}

TEST_F(Scheduler, WhoIsLateWaitsOnWhileOthersAreServed) {
    EnvironmentPool pool = known({}, 1ms, 200ms);
    auto first = enter(pool);
    const auto second = enter(pool);
    auto third = enter(pool);
    now_ = third.until;
    end(pool, std::move(*first.slot), 1ms);
    EXPECT_TRUE(second.waiter->slot);
    EXPECT_FALSE(pool.start_own(third, now_)) << "the second has been served since";
    EXPECT_EQ(third.until, now_ + 50ms) << "another quarter of a start";
    now_ = third.until;
    EXPECT_TRUE(pool.start_own(third, now_)) << "nobody was";
}

TEST_F(Scheduler, WhileTheCoresStartOthersOneWaitsAtMostAsLongAsAStartTakes) {
    EnvironmentPool pool = known({}, 1ms, 200ms); // one core
    enter(pool);
    auto second = enter(pool);
    auto third = enter(pool);
    const auto entered = now_;
    now_ = third.until;
    EXPECT_TRUE(pool.start_own(second, now_));
    int asked = 0;
    while (!pool.start_own(third, now_)) {
        ++asked;
        ASSERT_GT(third.until, now_);
        now_ = third.until;
    }
    EXPECT_GT(asked, 0);
    EXPECT_EQ(now_, entered + 2ms + 200ms) << "as was expected, and a start";
}

TEST_F(Scheduler, ThoseWhoWaitAreServedInOrder) {
    EnvironmentPool pool = known({}, 1ms, 200ms);
    auto first = enter(pool);
    const auto second = enter(pool);
    const auto third = enter(pool);
    EXPECT_EQ(third.until, now_ + 2ms + 50ms);
    end(pool, std::move(*first.slot), 1ms);
    EXPECT_TRUE(second.waiter->slot);
    EXPECT_FALSE(third.waiter->slot);
    end(pool, std::move(*second.waiter->slot), 1ms);
    EXPECT_TRUE(third.waiter->slot);
}

TEST_F(Scheduler, ManyShortWaitsPayForOneMoreUpToOneMoreThanTheCores) {
    Concurrency two;
    two.cores = 2;
    EnvironmentPool pool = known(two, 1ms, 25ms);
    enter(pool);
    int more = 0;
    for (int waiting = 1; waiting <= 6; ++waiting) { // 21 ms
        more += enter(pool).one_more ? 1 : 0;
    }
    EXPECT_EQ(more, 0);
    EXPECT_TRUE(enter(pool).one_more) << "28 ms: as long as a start";
    for (int waiting = 8; waiting <= 18; ++waiting) {
        more += enter(pool).one_more ? 1 : 0;
    }
    EXPECT_EQ(more, 1) << "one for the time that answers are on their way, and no more";
}

TEST_F(Scheduler, PastTheQuotaRequestsAreRefused) {
    Concurrency reserved;
    reserved.quota = std::make_shared<Quota>(Quota{2, 0});
    EnvironmentPool pool = known(reserved, 1ms, 200ms);
    EXPECT_EQ(enter(pool).verdict, Verdict::warm);
    EXPECT_EQ(enter(pool).verdict, Verdict::wait);
    EXPECT_EQ(enter(pool).verdict, Verdict::refused) << "those who wait count";
    pool.leave();
    EXPECT_NE(enter(pool).verdict, Verdict::refused);
}

TEST_F(Scheduler, AnUpperBoundMakesRequestsWaitInsteadOfRefusingThem) {
    Concurrency bounded;
    bounded.environments = 1;
    EnvironmentPool pool = known(bounded, 10s, 200ms);
    enter(pool);
    auto second = enter(pool);
    EXPECT_EQ(second.verdict, Verdict::wait);
    EXPECT_TRUE(second.full);
    EXPECT_EQ(second.until, now_ + 30s);
    EXPECT_FALSE(pool.start_own(second, now_));
}

TEST_F(Scheduler, AWaitThatIsOverGoesOnWhereThereIsNoMoreRoom) {
    Concurrency bounded;
    bounded.environments = 2;
    bounded.cores = 8;
    EnvironmentPool pool = known(bounded, 100ms, 200ms);
    auto first = enter(pool);
    auto second = enter(pool);
    const auto third = enter(pool);
    EXPECT_EQ(third.verdict, Verdict::start) << "it would have waited as long as a start takes";
    EXPECT_FALSE(pool.start_own(second, second.until));
    EXPECT_TRUE(second.full);
    EXPECT_EQ(second.until, now_ + 30s) << "when it is refused";
    end(pool, std::move(*first.slot), 1ms);
    EXPECT_TRUE(second.waiter->slot) << "it has kept its place";
}

TEST_F(Scheduler, NobodyWaitsForAnEnvironmentThatDied) {
    Concurrency bounded;
    bounded.environments = 1;
    EnvironmentPool pool = known(bounded, 10s, 200ms);
    const auto first = enter(pool);
    const auto second = enter(pool);
    pool.discard(first.slot->busy_since, now_);
    EXPECT_TRUE(second.waiter->start_began);
}

TEST_F(Scheduler, AsOnAwsEachRequestHasItsOwn) {
    Concurrency aws;
    aws.shared = false;
    EnvironmentPool pool = known(aws, 1ms, 200ms);
    EXPECT_EQ(enter(pool).verdict, Verdict::warm);
    EXPECT_EQ(enter(pool).verdict, Verdict::start);
}

} // namespace
} // namespace samara::invoke
