#include "jose/issuer_keys.h"

#include <atomic>
#include <future>
#include <latch>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::jose {
namespace {

using testing::HasSubstr;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;

constexpr std::string_view discovery_suffix = "/.well-known/openid-configuration";

/// Issuers whose key set can be changed and that count how often they are asked.
class KeySourceTest : public testing::Test {
protected:
    base::Result<std::string> fetch(const std::string& url) {
        ++asked_;
        if (down_) {
            return base::fail("connection refused");
        }
        return url.ends_with(discovery_suffix)
                   ? fmt::format(R"({{"jwks_uri": "{}"}})", jwks_uri_) +
                         std::string(discovery_padding_, ' ')
                   : write_jwks(key_, kid_) + std::string(padding_, ' ');
    }

    bool knows(const std::string& kid) {
        const auto keys = source_.keys_for("https://issuer", kid);
        return keys && (*keys)->has(kid);
    }

    const Key key_ = *Key::generate();
    std::string kid_ = "one";
    std::string jwks_uri_ = "https://issuer/keys";
    std::size_t discovery_padding_ = 0;
    std::size_t padding_ = 0;
    bool down_ = false;
    int asked_ = 0;
    std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
    IssuerKeys source_{
        {.jwks = {},
         .local = {},
         .fetch = [this](const std::string& url) { return fetch(url); },
         .clock = [this] { return now_; }}};
};

TEST_F(KeySourceTest, AsksAnIssuerOnce) {
    EXPECT_TRUE(knows("one"));
    EXPECT_TRUE(knows("one"));
    EXPECT_EQ(asked_, 2); // discovery document and key set
}

TEST_F(KeySourceTest, AsksAgainForAnUnknownKeyButNotForEachBadToken) {
    EXPECT_TRUE(knows("one"));
    now_ += 61s;
    kid_ = "two"; // the issuer has rotated its keys
    EXPECT_TRUE(knows("two"));
    EXPECT_EQ(asked_, 4);
    for (int i = 0; i < 100; ++i) {
        EXPECT_FALSE(knows(fmt::format("invented-{}", i)));
    }
    EXPECT_EQ(asked_, 4);
    now_ += 61s;
    EXPECT_FALSE(knows("invented"));
    EXPECT_FALSE(knows("invented"));
    EXPECT_EQ(asked_, 6);
}

TEST_F(KeySourceTest, KeepsTheKeysItHasWhenAskingAgainFails) {
    EXPECT_TRUE(knows("one"));
    down_ = true;
    now_ += 61s;
    EXPECT_FALSE(knows("invented"));
    EXPECT_TRUE(knows("one"));
}

TEST_F(KeySourceTest, ForgetsKeysAfterTwoHours) {
    EXPECT_TRUE(knows("one"));
    kid_ = "two";
    now_ += 2h - 1s;
    EXPECT_TRUE(knows("one"));
    now_ += 1s;
    EXPECT_FALSE(knows("one")); // withdrawn
    down_ = true;
    now_ += 2h;
    EXPECT_FALSE(source_.keys_for("https://issuer", "two"));
}

TEST_F(KeySourceTest, SaysWhyAnIssuerCannotBeAskedAndTriesAgainLater) {
    down_ = true;
    const auto keys = source_.keys_for("https://issuer", "one");
    ASSERT_FALSE(keys);
    EXPECT_THAT(keys.error().message, HasSubstr("connection refused"));
    EXPECT_FALSE(knows("one"));
    EXPECT_EQ(asked_, 1);
    down_ = false;
    now_ += 10s;
    EXPECT_TRUE(knows("one"));
}

TEST_F(KeySourceTest, RefusesKeySetsThatAnyoneCouldHaveSent) {
    jwks_uri_ = "http://issuer/keys";
    const auto keys = source_.keys_for("https://issuer", "one");
    ASSERT_FALSE(keys);
    EXPECT_THAT(keys.error().message, HasSubstr("no https jwks_uri"));
}

TEST_F(KeySourceTest, RefusesHugeKeySets) {
    padding_ = 150'000;
    const auto keys = source_.keys_for("https://issuer", "one");
    ASSERT_FALSE(keys);
    EXPECT_THAT(keys.error().message, HasSubstr("more than 150000 bytes"));
}

TEST_F(KeySourceTest, RefusesHugeDiscoveryDocuments) {
    discovery_padding_ = 150'000;
    const auto keys = source_.keys_for("https://issuer", "one");
    ASSERT_FALSE(keys);
    EXPECT_THAT(keys.error().message, HasSubstr("more than 150000 bytes"));
    EXPECT_EQ(asked_, 1);
}

TEST(IssuerKeys, DoesNotLetRequestsWithKnownKeysWaitForAnIssuer) {
    const Key key = *Key::generate();
    std::atomic<int> asked = 0;
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future().share();
    std::latch asking(1);
    std::atomic<std::chrono::steady_clock::duration::rep> later = 0;
    IssuerKeys source(
        {.jwks = {},
         .local = {},
         .fetch = [&](const std::string& url) -> base::Result<std::string> {
             if (++asked == 3) { // for the unknown key
                 asking.count_down();
                 released.wait();
             }
             return url.ends_with(discovery_suffix) ? R"({"jwks_uri": "https://issuer/keys"})"
                                                    : write_jwks(key, "one");
         },
         .clock =
             [&] {
                 return std::chrono::steady_clock::time_point(
                     std::chrono::steady_clock::duration(later.load()) + 24h);
             }});
    EXPECT_TRUE((*source.keys_for("https://issuer", "one"))->has("one"));
    later = std::chrono::steady_clock::duration(2min).count();
    std::thread unlucky([&] { EXPECT_FALSE((*source.keys_for("https://issuer", "x"))->has("x")); });
    asking.wait();
    EXPECT_TRUE((*source.keys_for("https://issuer", "one"))->has("one"));
    EXPECT_FALSE((*source.keys_for("https://issuer", "y"))->has("y"));
    EXPECT_EQ(asked, 3);
    release.set_value();
    unlucky.join();
}

} // namespace
} // namespace samara::jose
