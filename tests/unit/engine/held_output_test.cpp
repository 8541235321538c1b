#include "engine/guest/held_output.h"

#include <gtest/gtest.h>

namespace samara::engine {
namespace {

TEST(HeldOutput, IsKeptUntilItIsReleased) {
    std::string shown;
    HeldOutput output([&](std::string_view bytes) { shown += bytes; });
    output.write("one\n");
    output.write("two\n");
    EXPECT_EQ(shown, "");
    EXPECT_EQ(output.kept(), "one\ntwo");
    EXPECT_FALSE(output.released());
    output.release();
    EXPECT_TRUE(output.released());
    EXPECT_EQ(shown, "one\ntwo\n");
    output.write("three");
    EXPECT_EQ(shown, "one\ntwo\nthree");
    EXPECT_EQ(output.kept(), "");
}

TEST(HeldOutput, GoesNowhereWithoutASink) {
    HeldOutput output(nullptr);
    output.write("one");
    output.release();
    output.write("two");
    EXPECT_EQ(output.kept(), "");
}

} // namespace
} // namespace samara::engine
