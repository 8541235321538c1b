#include "table.h"

#include <gtest/gtest.h>

namespace samara::cli {
namespace {

using Lines = std::vector<std::string>;

// What Python's textwrap.wrap(text, 10) gives.
TEST(Wrap, BreaksAsTextwrapDoes) {
    EXPECT_EQ(
        wrap("hello world this is long text", 10),
        (Lines{"hello", "world this", "is long", "text"}));
    EXPECT_EQ(
        wrap("app-FnRole-CDYQELSSASY8-and-more-words", 10),
        (Lines{"app-", "FnRole-CDY", "QELSSASY8-", "and-more-", "words"}));
    EXPECT_EQ(
        wrap("arn:aws:lambda:us-east-1:123456789012:function:app", 10),
        (Lines{"arn:aws:la", "mbda:us-ea", "st-", "1:12345678", "9012:funct", "ion:app"}));
    EXPECT_EQ(wrap("two  blanks   kept", 10), (Lines{"two", "blanks", "kept"}));
    EXPECT_EQ(wrap("  leading blanks", 10), (Lines{"  leading", "blanks"}));
    EXPECT_EQ(wrap("a-b c-d ab-cd abc-def-ghi", 10), (Lines{"a-b c-d", "ab-cd abc-", "def-ghi"}));
    EXPECT_EQ(wrap("end blank   ", 10), (Lines{"end blank"}));
    EXPECT_EQ(wrap("ééééééééééééé ü", 10), (Lines{"éééééééééé", "ééé ü"}));
    EXPECT_EQ(
        wrap("well-known-thing, co-operate", 10),
        (Lines{"well-", "known-", "thing, co-", "operate"}));
    EXPECT_EQ(wrap("", 10), Lines{});
}

} // namespace
} // namespace samara::cli
