#include "aws/arn.h"
#include "aws/partition.h"

#include <gtest/gtest.h>

namespace samara::aws {
namespace {

TEST(Arn, IsTakenApart) {
    const auto arn = parse_arn("arn:aws-cn:lambda:cn-north-1:123456789012:function:name:live");
    ASSERT_TRUE(arn);
    EXPECT_EQ(arn->partition, "aws-cn");
    EXPECT_EQ(arn->service, "lambda");
    EXPECT_EQ(arn->region, "cn-north-1");
    EXPECT_EQ(arn->account, "123456789012");
    EXPECT_EQ(arn->resource, "function:name:live");
}

TEST(Arn, MayLackRegionAndAccount) {
    const auto arn = parse_arn("arn:aws:s3:::bucket/key");
    ASSERT_TRUE(arn);
    EXPECT_EQ(arn->region, "");
    EXPECT_EQ(arn->account, "");
    EXPECT_EQ(arn->resource, "bucket/key");
}

TEST(Arn, IsNothingElse) {
    for (const std::string_view text :
         {"", "arn:", "name", "arn:aws:s3::bucket", "urn:a:b:c:d:e"}) {
        EXPECT_FALSE(parse_arn(text)) << text;
    }
}

TEST(Arn, OfLocalThingsFollowsTheRegion) {
    EXPECT_EQ(
        local_arn("lambda", "eu-west-1", "function:name"),
        "arn:aws:lambda:eu-west-1:123456789012:function:name");
    EXPECT_EQ(
        local_arn("lambda", "us-gov-west-1", "function:name"),
        "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:name");
    EXPECT_EQ(
        local_global_arn("iam", "cn-north-1", "user/me"), "arn:aws-cn:iam::123456789012:user/me");
}

TEST(Partition, HasADomain) {
    EXPECT_EQ(domain_of(partition_of("cn-northwest-1")), "amazonaws.com.cn");
    EXPECT_EQ(domain_of(partition_of("us-gov-east-1")), "amazonaws.com");
    EXPECT_EQ(domain_of(partition_of("eu-central-1")), "amazonaws.com");
}

} // namespace
} // namespace samara::aws
