#include "base/hint.h"

#include <gtest/gtest.h>

namespace samara::base {
namespace {

TEST(Hint, NamesWhatIsNear) {
    EXPECT_EQ(did_you_mean("Handler", "remove it"), "did you mean Handler?");
    EXPECT_EQ(did_you_mean("", "remove it"), "remove it");
    EXPECT_EQ(did_you_mean(""), "");
}

} // namespace
} // namespace samara::base
