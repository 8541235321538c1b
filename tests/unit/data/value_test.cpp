#include "data/value.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace samara::data {
namespace {

TEST(Map, KeepsTheOrderOfInsertion) {
    Map map{{"z", 1}, {"a", 2}};
    map.set("m", 3);
    map.set("z", 4);
    std::string order;
    for (const Entry& entry : map) {
        order += entry.key;
    }
    EXPECT_EQ(order, "zam");
    EXPECT_EQ(*map.find("z"), Value(4));
}

TEST(Map, FindsAndErasesAmongManyKeys) {
    Map map;
    for (int i = 0; i < 1000; ++i) {
        map.set(fmt::format("key{}", i), i);
    }
    EXPECT_TRUE(map.erase("key500"));
    EXPECT_FALSE(map.erase("key500"));
    EXPECT_EQ(map.find("key500"), nullptr);
    EXPECT_EQ(*map.find("key999"), Value(999));
    EXPECT_EQ(map.size(), 999U);
    const Map copy = map;
    EXPECT_EQ(*copy.find("key0"), Value(0));
    EXPECT_EQ(copy, map);
}

TEST(Value, EqualityIgnoresPlacesOrderAndNumberKind) {
    Value a(Map{{"x", 1}, {"y", List{1.5, "t"}}});
    const Value b(Map{{"y", List{1.5, "t"}}, {"x", 1.0}});
    a.set_where({std::make_shared<const std::string>("f"), 1, 1});
    EXPECT_EQ(a, b);
    EXPECT_FALSE(Value(1) == Value(true));
    EXPECT_FALSE(Value("1") == Value(1));
}

TEST(Value, ScalarsBecomeTextAsCloudFormationWritesThem) {
    EXPECT_EQ(scalar_text(Value(true)), "true");
    EXPECT_EQ(scalar_text(Value(42)), "42");
    EXPECT_EQ(scalar_text(Value(1.0)), "1.0");
    EXPECT_EQ(scalar_text(Value(0.1)), "0.1");
    EXPECT_EQ(scalar_text(Value("x")), "x");
    EXPECT_EQ(scalar_text(Value(List{})), "");
}

} // namespace
} // namespace samara::data
