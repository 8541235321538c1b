#include "archive/decompress.h"

#include <gtest/gtest.h>

namespace samara::archive {
namespace {

using namespace std::string_view_literals;

// printf 'hello\n' | gzip -9n
constexpr auto hello = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00"
                       "\x20\x30\x3a\x36\x06\x00\x00\x00"sv;

TEST(Decompress, GivesTheContent) {
    EXPECT_EQ(decompress(hello).value_or("failed"), "hello\n");
}

TEST(Decompress, RefusesWhatIsDamaged) {
    EXPECT_FALSE(decompress(hello.substr(0, 14)).has_value());
    EXPECT_FALSE(decompress("").has_value());
}

TEST(Decompress, KeepsToItsLimit) {
    EXPECT_FALSE(decompress(hello, 5).has_value());
    EXPECT_TRUE(decompress(hello, 6).has_value());
}

} // namespace
} // namespace samara::archive
