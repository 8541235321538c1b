#include "base/percent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::base {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Percent, Decodes) {
    struct Case {
        std::string_view text;
        std::string_view decoded;
    };

    for (const Case& one : std::initializer_list<Case>{
             {"", ""},
             {"a%20b", "a b"},
             {"%09%0a%0A%5f%5F", "\t\n\n__"},
             {"%4a%4b%4c%4d%4e%4f", "JKLMNO"},
             {"%4A%4B%4C%4D%4E%4F", "JKLMNO"},
             {"%a9%A9%f0%F0", "\xA9\xA9\xF0\xF0"},
             {"%30%39", "09"},
             // What is no escape stays.
             {"%", "%"},
             {"%4", "%4"},
             {"a%4", "a%4"},
             {"%4g%g4%4G", "%4g%g4%4G"},
             {"%4/%4:%4@%4`", "%4/%4:%4@%4`"},
             {"%%41", "%A"},
             {"%2541", "%41"},
             {"a+b", "a+b"}}) {
        EXPECT_EQ(percent_decode(one.text), one.decoded) << one.text;
    }
    EXPECT_EQ(percent_decode("a+b%2b", true), "a b+");
}

TEST(Percent, ParametersOfAQuery) {
    EXPECT_THAT(parse_query(""), IsEmpty());
    EXPECT_THAT(parse_query("&&"), IsEmpty());
    EXPECT_THAT(
        parse_query("a=1&b&&c=&a=x=y&"),
        ElementsAre(Pair("a", "1"), Pair("b", ""), Pair("c", ""), Pair("a", "x=y")));
    EXPECT_THAT(parse_query("a+b=c+d&%3d=%26"), ElementsAre(Pair("a b", "c d"), Pair("=", "&")));
    EXPECT_THAT(parse_query("=1"), ElementsAre(Pair("", "1")));
    EXPECT_THAT(parse_query("%ff=%ff"), ElementsAre(Pair("\xEF\xBF\xBD", "\xFF")));
}

} // namespace
} // namespace samara::base
