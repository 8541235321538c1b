#include "net/later.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace samara::net {
namespace {

TEST(Later, RunsAllInTheirOrderBesideWhoAsks) {
    const auto here = std::this_thread::get_id();
    std::vector<int> seen;
    bool elsewhere = true;
    {
        Later later;
        for (int round = 0; round < 3; ++round) { // it sleeps, is busy, rests
            for (int i = 0; i < 100; ++i) {
                later.run([&, i] {
                    seen.push_back(i);
                    elsewhere = elsewhere && std::this_thread::get_id() != here;
                });
            }
            later.drain();
            EXPECT_EQ(seen.size(), 100 * (static_cast<std::size_t>(round) + 1));
        }
        later.run([&] { seen.push_back(-1); });
    }
    ASSERT_EQ(seen.size(), 301U) << "the last one too";
    EXPECT_EQ(seen.back(), -1);
    for (std::size_t i = 0; i < 300; ++i) {
        EXPECT_EQ(seen[i], static_cast<int>(i % 100));
    }
    EXPECT_TRUE(elsewhere);
}

TEST(Later, IsNothingWhereNothingIsAsked) {
    Later later;
    later.drain();
}

} // namespace
} // namespace samara::net
