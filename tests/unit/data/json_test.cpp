#include "data/json_check.h"
#include "data/read.h"
#include "data/write.h"

#include <gtest/gtest.h>

namespace samara::data {
namespace {

std::string error_of(std::string_view text) {
    const base::Result<Value> value = read_json(text, "e.json");
    return value ? "accepted" : to_string(value.error());
}

TEST(Json, ReadsWhatItWrites) {
    const std::string text = R"({"a":[1,-2,1.5,true,null,"x\n\u0001é\\\""],"b":{}})";
    const base::Result<Value> value = read_json(text, "e.json");
    ASSERT_TRUE(value);
    EXPECT_EQ(write_json(*value), text);
}

TEST(Json, RemembersWhereNodesAreWritten) {
    const base::Result<Value> value =
        read_json("{\n  \"a\": [1,\n    \"q\\\"\" , {\"b\" : -1.5}]\n}", "e.json");
    ASSERT_TRUE(value);
    const Value& list = *value->find("a");
    EXPECT_EQ(to_string(list.where()), "e.json:2:8");
    EXPECT_EQ(to_string(value->as_map()->find_entry("a")->key_where.place), "e.json:2:3");
    EXPECT_EQ(to_string(list.as_list()->at(1).where()), "e.json:3:5");
    EXPECT_EQ(to_string(list.as_list()->at(2).find("b")->where()), "e.json:3:20");
}

TEST(Json, MistakesHaveAPlace) {
    EXPECT_NE(
        error_of("{\"a\": 1,\n \"a\": 2}").find("e.json:2:2: key 'a' occurs twice"),
        std::string::npos);
    EXPECT_NE(error_of("{\"a\": tru}").find("e.json:1:"), std::string::npos);
    EXPECT_NE(error_of("{\"a\": ").find("ends too early"), std::string::npos);
    EXPECT_NE(error_of("").find("e.json:1:1"), std::string::npos);
    EXPECT_NE(error_of("[1] x").find("e.json:1:"), std::string::npos);
    EXPECT_NE(error_of(std::string(100'000, '[')).find("nested more than 200"), std::string::npos);
    EXPECT_NE(error_of("\"\xFF\"").find("not valid UTF-8"), std::string::npos);
}

TEST(Json, NumbersThatDoNotFitBecomeFloats) {
    const base::Result<Value> value =
        read_json("[9223372036854775807, 18446744073709551615]", "e.json");
    ASSERT_TRUE(value);
    EXPECT_TRUE(value->as_list()->at(0).is_integer());
    EXPECT_FALSE(value->as_list()->at(1).is_integer());
}

TEST(Json, IndentedOutput) {
    EXPECT_EQ(
        write_json(Value(Map{{"a", List{1}}, {"b", Map{}}}), 2),
        "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}");
}

// What is checked and what is read are one language: a function gets no text that is half JSON.
TEST(Json, IsCheckedAsItIsRead) {
    using namespace std::string_view_literals;
    for (const std::string_view text :
         {""sv,
          "1"sv,
          "1\0"sv,
          "1\0rest"sv,
          "\0"sv,
          "{}\0"sv,
          R"("\u0000")"sv,
          "\"a\0b\""sv,
          "[1,]"sv,
          "{} {}"sv,
          " {} "sv,
          "\"\xff\""sv,
          "NaN"sv}) {
        const auto read = read_json(text, "t");
        EXPECT_EQ(json_error(text).empty(), read.has_value()) << text;
    }
}

TEST(Json, TheLastOfTwoKeysWinsWhereWarningsAreTaken) {
    base::Diagnostics warnings;
    const auto value = read_json("{\"a\": 1,\n \"a\": 2}", "e.json", {}, &warnings);
    ASSERT_TRUE(value);
    EXPECT_EQ(write_json(*value), R"({"a":2})");
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_EQ(
        to_string(warnings.front().error),
        "e.json:2:2: key 'a' occurs twice in this map; this one counts\n"
        "  the first is at e.json:1:2; remove or rename one of them");
}

TEST(Yaml, TheLastOfTwoKeysWinsWhereWarningsAreTaken) {
    base::Diagnostics warnings;
    const auto value = read_yaml("a: 1\nb: {c: 1, c: 2}\na: 3\n", "t.yaml", {}, &warnings);
    ASSERT_TRUE(value);
    EXPECT_EQ(write_json(*value), R"({"a":3,"b":{"c":2}})");
    ASSERT_EQ(warnings.size(), 2U);
    EXPECT_EQ(to_string(warnings.front().error.where), "t.yaml:2:11");
    EXPECT_EQ(to_string(warnings.back().error.where), "t.yaml:3:1");
}

} // namespace
} // namespace samara::data
