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

// The first and the last of each length, and what stands beside them.
TEST(Strings, Utf8EndsWhereItDoes) {
    struct Case {
        const char* bytes;
        bool well_formed;
    };

    for (const Case& one : std::initializer_list<Case>{
             {"\x7F", true},
             {"\x80", false},
             {"\xBF", false},
             {"\xC1\xBF", false},
             {"\xC2\x80", true},
             {"\xC2\x7F", false},
             {"\xC2\xC0", false},
             {"\xDF\xBF", true},
             {"\xDF", false},
             {"\xE0\x9F\xBF", false},
             {"\xE0\xA0\x80", true},
             {"\xE1\x80\x80", true},
             {"\xE1\x80", false},
             {"\xE1\x80\xC0", false},
             {"\xED\x9F\xBF", true},
             {"\xED\xA0\x80", false},
             {"\xEE\x80\x80", true},
             {"\xEF\xBF\xBF", true},
             {"\xF0\x8F\xBF\xBF", false},
             {"\xF0\x90\x80\x80", true},
             {"\xF1\x80\x80\x80", true},
             {"\xF1\x80\x80", false},
             {"\xF1\x80\x80\x7F", false},
             {"\xF4\x8F\xBF\xBF", true},
             {"\xF4\x90\x80\x80", false},
             {"\xF5\x80\x80\x80", false}}) {
        EXPECT_EQ(is_utf8(one.bytes), one.well_formed) << testing::PrintToString(one.bytes);
        EXPECT_EQ(is_utf8(std::string("a") + one.bytes + "z"), one.well_formed)
            << testing::PrintToString(one.bytes);
    }
}

TEST(Strings, CodePointsAreThoseOfEachLength) {
    EXPECT_THAT(
        code_points("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"),
        ElementsAre('a', 0xE9, 0x20AC, 0x1F600));
    EXPECT_THAT(code_points("\x80\xC3"), ElementsAre(0x80, 0xC3)) << "what is none is itself";
    EXPECT_THAT(code_points(""), ElementsAre());
}

TEST(Strings, CasesOfLettersAlone) {
    EXPECT_EQ(to_lower("AZ[@az09\xC3\x9C"), "az[@az09\xC3\x9C");
    EXPECT_EQ(to_upper("az{`AZ09\xC3\xBC"), "AZ{`AZ09\xC3\xBC");
}

TEST(Strings, JoinPutsTheSeparatorBetween) {
    EXPECT_EQ(join({"a", "", "c"}, ", "), "a, , c");
    EXPECT_EQ(join({"a"}, ", "), "a");
    EXPECT_EQ(join({}, ", "), "");
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

TEST(Strings, NearestTakesAThirdOfTheLettersAndTheFirstOfEquals) {
    struct Case {
        std::string_view name;
        std::string_view found;
    };

    for (const Case& one : std::initializer_list<Case>{
             {"a", "ab"},           // one is always allowed
             {"xy", ""},            // two of two
             {"abcdex", "abcdefg"}, // two of six
             {"abcxx", ""},         // four of five
             {"ba", "ab"}}) {       // a swap is one
        EXPECT_EQ(nearest(one.name, {"ab", "abcdefg"}), one.found) << one.name;
    }
    EXPECT_EQ(nearest("abcd", {"abce", "abcf"}), "abce");
    EXPECT_EQ(nearest("abcd", {"abce", "abcd"}), "abcd");
    EXPECT_EQ(nearest("", {"abc"}), "");
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
