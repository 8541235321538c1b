#include "model/pattern.h"

#include <string>

#include <gtest/gtest.h>

namespace samara::model {
namespace {

bool matches(std::string_view expression, std::string_view text) {
    const auto pattern = Pattern::compile(expression);
    EXPECT_TRUE(pattern) << (pattern ? "" : pattern.error().message);
    return pattern && pattern->matches(text);
}

TEST(Pattern, DescribesTheWholeText) {
    EXPECT_TRUE(matches("Bearer .*", "Bearer abc"));
    EXPECT_FALSE(matches("Bearer", "Bearer abc"));
    EXPECT_FALSE(matches("a|ab", "abc"));
    EXPECT_TRUE(matches("a|ab", "ab")); // not only the first way that fits a part
    EXPECT_TRUE(matches("", ""));
    EXPECT_FALSE(matches("x", "x\n"));
}

TEST(Pattern, KnowsWhatJavasExpressionsHave) {
    EXPECT_TRUE(matches(R"(^(?i)bearer\s[-0-9a-zA-Z\._]*$)", "Bearer a.b-c"));
    EXPECT_TRUE(matches("(?!no).*", "yes"));
    EXPECT_FALSE(matches("(?!no).*", "no"));
    EXPECT_TRUE(matches(R"(\p{Alpha}+|\p{L}+)", "abc"));
}

TEST(Pattern, TellsWhatIsWrong) {
    const auto pattern = Pattern::compile("a(b");
    ASSERT_FALSE(pattern);
    EXPECT_EQ(pattern.error().message, "missing closing parenthesis at offset 3");
}

TEST(Pattern, EndsOnHostileText) {
    // Each would take a machine for years, or its stack.
    EXPECT_FALSE(matches("(a+)+", std::string(60, 'a') + "!"));
    EXPECT_FALSE(matches("((((a|b))))*c", std::string(1'000'000, 'a')));
}

} // namespace
} // namespace samara::model
