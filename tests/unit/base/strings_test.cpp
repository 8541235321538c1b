#include "base/strings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::base {
namespace {

using testing::ElementsAre;

TEST(Strings, SplitKeepsEmptyPieces) {
    EXPECT_THAT(split("a,b,,c", ','), ElementsAre("a", "b", "", "c"));
    EXPECT_THAT(split("", ','), ElementsAre(""));
}

TEST(Strings, TrimTakesBlanksFromBothEnds) {
    EXPECT_EQ(trim(" \t a b \r\n"), "a b");
    EXPECT_EQ(trim(" \n"), "");
}

TEST(Strings, ReplaceAllReplacesEveryOccurrence) {
    EXPECT_EQ(replace_all("${a}-${a}", "${a}", "x"), "x-x");
    EXPECT_EQ(replace_all("none", "y", "x"), "none");
}

TEST(Strings, Utf8RefusesOverlongSurrogatesAndCutSequences) {
    EXPECT_TRUE(is_utf8("gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80"));
    EXPECT_FALSE(is_utf8("\xC0\x80"));
    EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
    EXPECT_FALSE(is_utf8("\xF5\x80\x80\x80"));
    std::size_t bad = 0;
    EXPECT_FALSE(is_utf8("ab\xE2\x82", &bad));
    EXPECT_EQ(bad, 2U);
    for (std::size_t at = 0; at < 20; ++at) {
        EXPECT_TRUE(is_utf8(std::string(at, 'a') + "\xC3\xA9" + std::string(20 - at, 'a')));
        EXPECT_FALSE(is_utf8(std::string(at, 'a') + "\xC3" + std::string(20 - at, 'a'), &bad));
        EXPECT_EQ(bad, at);
    }
}

TEST(Strings, ToUtf8ReplacesBytesThatAreNotPartOfIt) {
    EXPECT_EQ(to_utf8("caf\xC3\xA9"), "caf\xC3\xA9");
    EXPECT_EQ(to_utf8("a\xFF\xC3"), "a\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(to_utf8("\xFFz"), "\xEF\xBF\xBDz");
}

TEST(Strings, NearestFindsMisspellingsOnly) {
    const std::vector<std::string_view> names{"Handler", "Runtime", "Role"};
    EXPECT_EQ(nearest("Handlr", names), "Handler");
    EXPECT_EQ(nearest("runtime", names), "Runtime");
    EXPECT_EQ(nearest("hadnler", names), "Handler");
    EXPECT_EQ(nearest("Completely", names), "");
}

TEST(Strings, WhatTwoNamesShareUpToAColonOrABlankIsNoLikeness) {
    const std::vector<std::string_view> names{"Fn::And", "Fn::Not", "Fn::Sub", "Fn::GetAtt"};
    for (const std::string_view other : {"Fn::Env", "Fn::Get", "Fn::Tab", "Fn::Foo", "Fn::Opt"}) {
        EXPECT_EQ(nearest(other, names), "") << other;
    }
    EXPECT_EQ(nearest("Fn::Sbu", names), "Fn::Sub");
    EXPECT_EQ(nearest("fn::getat", names), "Fn::GetAtt");
    EXPECT_EQ(nearest("Fm::Sub", names), "Fn::Sub");
    EXPECT_EQ(nearest("AWS::S3::Bukket", {"AWS::S3::Bucket"}), "AWS::S3::Bucket");
    EXPECT_EQ(nearest("local nope", {"local invoke", "local token"}), "");
    EXPECT_EQ(nearest("local invok", {"local invoke", "local token"}), "local invoke");
    EXPECT_EQ(nearest("locl invoke", {"local invoke", "local token"}), "local invoke");
    EXPECT_EQ(nearest("AWS::S3::Key", {"AWS::S3::Bucket", "AWS::S3::Tag"}), "");
}

} // namespace
} // namespace samara::base
