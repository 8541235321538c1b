#include "data/accessors.h"
#include "data/read.h"
#include "data/walk.h"
#include "data/write.h"

#include <limits>

#include <gmock/gmock.h>

namespace samara::data {
namespace {

const Value document = *read_json(
    R"({"text": "a", "whole": 2, "version": 2.0, "part": 1.5, "yes": true, "said": "true", "no": false,
        "none": null, "list": ["a", 1, true], "map": {"a": 1}, "digits": "12", "words": "12 x"})",
    "t");

TEST(Accessors, GiveScalarsAsText) {
    EXPECT_EQ(text_of(document, "text"), "a");
    EXPECT_EQ(text_of(document, "whole"), "2");
    EXPECT_EQ(text_of(document, "version"), "2.0");
    EXPECT_EQ(text_of(document, "part"), "1.5");
    EXPECT_EQ(text_of(document, "yes"), "true");
    for (const std::string_view name : {"none", "list", "map", "missing"}) {
        EXPECT_EQ(text_of(document, name), "") << name;
    }
    EXPECT_EQ(text_of(nullptr), "");
    EXPECT_EQ(text_of(static_cast<const Value*>(nullptr), "a"), "");
}

TEST(Accessors, KnowTrueAsATextToo) {
    EXPECT_TRUE(is_true(document.find("yes")));
    EXPECT_TRUE(is_true(document.find("said")));
    EXPECT_FALSE(is_true(document.find("no")));
    EXPECT_FALSE(is_true(document.find("whole")));
    EXPECT_FALSE(is_true(nullptr));
}

TEST(Accessors, GiveWholeNumbers) {
    EXPECT_EQ(integer_of(document.find("whole")), 2);
    EXPECT_EQ(integer_of(document.find("digits")), 12);
    EXPECT_EQ(integer_of(document.find("words")), std::nullopt);
    EXPECT_EQ(integer_of(document.find("part")), std::nullopt);
    EXPECT_EQ(integer_of(nullptr), std::nullopt);
}

TEST(Accessors, KnowWhichNumbersAreIntegers) {
    EXPECT_EQ(whole_number(-2.0), -2);
    EXPECT_EQ(whole_number(1.5), std::nullopt);
    EXPECT_EQ(whole_number(-0x1p63), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(whole_number(0x1p63), std::nullopt);
    EXPECT_EQ(whole_number(1e300), std::nullopt);
    EXPECT_EQ(whole_number(-std::numeric_limits<double>::infinity()), std::nullopt);
    EXPECT_EQ(whole_number(std::numeric_limits<double>::quiet_NaN()), std::nullopt);
    EXPECT_EQ(text_of(Value(1e300)), "1e+300");
}

TEST(Accessors, GiveOneOrSeveralTexts) {
    EXPECT_THAT(texts_of(document.find("list")), testing::ElementsAre("a", "1", "true"));
    EXPECT_THAT(texts_of(document.find("text")), testing::ElementsAre("a"));
    EXPECT_THAT(texts_of(document.find("map")), testing::IsEmpty());
    EXPECT_THAT(texts_of(document.find("none")), testing::IsEmpty());
    EXPECT_THAT(texts_of(nullptr), testing::IsEmpty());
}

TEST(Accessors, GiveMembersOrNone) {
    EXPECT_EQ(members_of(document.find("map")).size(), 1U);
    EXPECT_TRUE(members_of(document.find("list")).empty());
    EXPECT_TRUE(members_of(nullptr).empty());
}

TEST(Accessors, MembersAreWalkedOneLevelDeep) {
    const Value value = Map{{"b", List{Value("x"), Map{{"deep", "y"}}}}, {"a", "z"}};
    std::vector<Value::Kind> kinds;
    each_child(value, [&](const Value& child) { kinds.push_back(child.kind()); });
    EXPECT_EQ(kinds, (std::vector{Value::Kind::list, Value::Kind::string}));
    kinds.clear();
    each_child(*value.find("b"), [&](const Value& child) { kinds.push_back(child.kind()); });
    EXPECT_EQ(kinds, (std::vector{Value::Kind::string, Value::Kind::map}));
    each_child(*value.find("a"), [](const Value&) { FAIL() << "a text has no members"; });
    EXPECT_EQ(keys_of(*value.as_map()), (std::vector<std::string_view>{"b", "a"}));
    EXPECT_EQ(sorted_entries(*value.as_map()).front()->key, "a");
    const auto unchanged = [](const Value& child) { return child; };
    EXPECT_EQ(write_json(with_children(value, unchanged)), write_json(value));
    const auto upper = [](const Value&) { return Value("Z"); };
    EXPECT_EQ(write_json(with_children(value, upper)), R"({"b":"Z","a":"Z"})");
    EXPECT_EQ(with_children(*value.find("a"), upper).text(), "z");
}

} // namespace
} // namespace samara::data
