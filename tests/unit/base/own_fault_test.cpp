#include "base/own_fault.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace samara::base {
namespace {

TEST(OwnFault, SaysWhatWasThrown) {
    try {
        throw std::runtime_error("no such thing");
    } catch (...) {
        EXPECT_EQ(own_fault(), "a fault in samara itself: no such thing");
    }
    try {
        throw 7;
    } catch (...) {
        EXPECT_EQ(own_fault(), "a fault in samara itself: an exception of no known type");
    }
}

} // namespace
} // namespace samara::base
