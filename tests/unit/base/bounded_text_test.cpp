#include "base/bounded_text.h"

#include <gtest/gtest.h>

namespace samara::base {
namespace {

TEST(BoundedText, KeepsTheBeginningAndSaysOnceThatThereWasMore) {
    BoundedText<5> text;
    EXPECT_TRUE(text.empty());
    text += "abc";
    EXPECT_EQ(std::string_view(text), "abc");
    text += "defg";
    text += "hi";
    EXPECT_EQ(std::string_view(text), "abcde\n(more was written here than is kept)\n");
}

TEST(BoundedText, TakesWhatJustFits) {
    BoundedText<3> text;
    text += "abc";
    text += "";
    EXPECT_EQ(std::string_view(text), "abc");
}

} // namespace
} // namespace samara::base
