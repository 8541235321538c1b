#include "intrinsics/cidr.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::intrinsics {
namespace {

using testing::ElementsAre;

TEST(Cidr, DividesIpv4AndIpv6) {
    EXPECT_THAT(
        cidr_blocks("192.168.0.0/24", 3, 5).value(),
        ElementsAre("192.168.0.0/27", "192.168.0.32/27", "192.168.0.64/27"));
    EXPECT_THAT(
        cidr_blocks("2001:db8::/56", 2, 64).value(),
        ElementsAre("2001:db8::/64", "2001:db8:0:1::/64"));
    EXPECT_EQ(cidr_blocks("10.0.7.9/16", 256, 8).value().back(), "10.0.255.0/24");
}

TEST(Cidr, RefusesWhatDoesNotFit) {
    EXPECT_FALSE(cidr_blocks("10.0.0.0/24", 2, 8));
    EXPECT_FALSE(cidr_blocks("10.0.0.0/24", 257, 1));
    EXPECT_FALSE(cidr_blocks("10.0.0.0/33", 1, 1));
    EXPECT_FALSE(cidr_blocks("10.0.0.0", 1, 1));
    EXPECT_FALSE(cidr_blocks("host/8", 1, 1));
}

} // namespace
} // namespace samara::intrinsics
