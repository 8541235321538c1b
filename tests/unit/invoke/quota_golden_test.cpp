// What tests/golden/gateway/concurrency.json says of how many requests run at once.

#include "data/accessors.h"
#include "invoke/pool_table.h"
#include "unit/gateway/golden_table.h"

#include <gmock/gmock.h>

namespace samara::invoke {
namespace {

using gateway::items;
using gateway::member;

TEST(Quotas, AreThoseOfLambda) {
    int rows = 0;
    for (const data::Value& group : gateway::table("concurrency.json")) {
        if (data::text_of(group, "asks") != "quota") {
            continue;
        }
        for (const data::Value& row : items(member(group, "cases"))) {
            SCOPED_TRACE(data::text_of(row, "name"));
            ++rows;
            FunctionPlans plans;
            plans["Fn"].spec.function = "Fn";
            plans["Other"].spec.function = "Other";
            for (const data::Entry& reserved : data::members_of(row.find("reserved"))) {
                plans[reserved.key].reserved_concurrency =
                    static_cast<std::uint32_t>(*reserved.value.as_integer());
            }
            PoolTable pools;
            std::vector<Slot> ended;
            pools.update(std::move(plans), {}, {}, ended);
            std::int64_t refused = 0;
            for (std::int64_t i = 0; i < *member(row, "at_once").as_integer(); ++i) {
                const auto admission = pools.find("Fn")->enter(Clock::now(), ended);
                refused += admission.verdict == EnvironmentPool::Verdict::refused ? 1 : 0;
            }
            EXPECT_EQ(
                refused,
                member(row, "refused").as_integer() != nullptr
                    ? *member(row, "refused").as_integer()
                    : -1);
        }
    }
    EXPECT_GT(rows, 5);
}

} // namespace
} // namespace samara::invoke
