#include "data/python_json.h"
#include "data/read.h"
#include "data/write.h"

#include <gtest/gtest.h>

namespace samara::data {
namespace {

TEST(WriteYaml, WritesBlocks) {
    const Value value(
        Map{{"A", Map{{"Type", "T"}, {"List", List{1, Map{{"x", 1}, {"y", List{}}}, List{"a"}}}}}});
    EXPECT_EQ(write_yaml(value), "A:\n  Type: T\n  List:\n  - 1\n  - x: 1\n    y: []\n  - - a\n");
}

TEST(WriteYaml, ReadsBackAsTheSameValue) {
    const List strings{
        "",
        "yes",
        "010",
        "1:30",
        "2012-10-17",
        "null",
        "~",
        "a: b",
        "a #b",
        " lead",
        "trail ",
        "it's",
        "line\nbreak",
        "block\ntext\n",
        "block\n\n",
        " indented\nx",
        "tab\there",
        "\x01",
        "- x",
        "*a",
        "&a",
        "!Ref",
        "${A}",
        "arn:aws:s3:::b",
        "{x}",
        "a,b",
        "%",
        "@",
        "`",
        "é",
        "=",
        "<<",
        "x:",
        "...",
        "---",
        "a \nb",
        "1e3",
        "0x1F",
        ".5",
        "key: |\n  x\n",
        "\n",
        "# c",
        "\r\n",
        "1_000"};
    const Value value(
        Map{{"strings", strings},
            {"yes", true},
            {"1.5", List{1.5, 1e20, 1e-7, 3, -4, Value(), false, 1.0}},
            {"nested", List{List{List{Map{{"a", "b\nc"}}}}}}});
    const std::string text = write_yaml(value);
    const base::Result<Value> back = read_yaml(text, "t.yaml");
    ASSERT_TRUE(back) << to_string(back.error()) << "\n" << text;
    EXPECT_EQ(write_json(*back), write_json(value)) << text;
}

TEST(WritePythonJson, IsAsPythonWritesIt) {
    const Value value = Map{{"b", List{Value("\u00e9"), Value(true), Value()}}, {"a", Map{}}};
    EXPECT_EQ(write_python_json(value), R"({"b": ["\u00e9", true, null], "a": {}})");
    EXPECT_EQ(
        write_python_json(value, {.sorted = true, .compact = true}),
        R"({"a":{},"b":["\u00e9",true,null]})");
}

} // namespace
} // namespace samara::data
