#include "aws_client/retry.h"

#include <gtest/gtest.h>

namespace samara::aws_client {
namespace {

TEST(RetryTest, JudgesByCodeAndStatus) {
    EXPECT_EQ(judge(400, "ThrottlingException"), Retry::throttled);
    EXPECT_EQ(judge(429, "429"), Retry::throttled);
    EXPECT_EQ(judge(503, "SlowDown"), Retry::throttled);
    EXPECT_EQ(judge(500, "InternalFailure"), Retry::transient);
    EXPECT_EQ(judge(400, "RequestTimeout"), Retry::transient);
    EXPECT_EQ(judge(400, "ValidationError"), Retry::no);
    EXPECT_EQ(judge(501, "NotImplemented"), Retry::no);
}

TEST(RetryTest, JudgesConnections) {
    EXPECT_EQ(judge(net::HttpError{net::HttpFailure::refused, ""}), Retry::unsent);
    EXPECT_EQ(judge(net::HttpError{net::HttpFailure::closed, ""}), Retry::transient);
    EXPECT_EQ(judge(net::HttpError{net::HttpFailure::timeout, ""}), Retry::timed_out);
    EXPECT_EQ(judge(net::HttpError{net::HttpFailure::tls, ""}), Retry::no);
    EXPECT_EQ(judge(net::HttpError{net::HttpFailure::cancelled, ""}), Retry::no);
}

TEST(RetryTest, TheQuotaEndsRetries) {
    RetryQuota quota;
    int retries = 0;
    while (quota.take(Retry::transient)) {
        ++retries;
    }
    EXPECT_EQ(retries, 100);
    quota.give_back(Retry::transient);
    EXPECT_TRUE(quota.take(Retry::throttled));
    EXPECT_FALSE(quota.take(Retry::throttled));
}

TEST(RetryTest, PausesGrowToTwentySeconds) {
    RetryQuota quota;
    for (int i = 0; i < 100; ++i) {
        EXPECT_LE(quota.wait_before(2).count(), 1000);
        EXPECT_LE(quota.wait_before(4).count(), 4000);
        EXPECT_LE(quota.wait_before(40).count(), 20000);
    }
}

TEST(RetryTest, ClocksAndTokens) {
    EXPECT_TRUE(is_clock_skew({"RequestTimeTooSkewed", "", ""}));
    EXPECT_TRUE(
        is_clock_skew({"SignatureDoesNotMatch", "Signature expired: a is now earlier", ""}));
    EXPECT_FALSE(
        is_clock_skew({"SignatureDoesNotMatch", "The request signature we calculated", ""}));
    EXPECT_TRUE(is_expired_token({"ExpiredToken", "", ""}));
    EXPECT_FALSE(is_expired_token({"AccessDenied", "", ""}));
}

} // namespace
} // namespace samara::aws_client
