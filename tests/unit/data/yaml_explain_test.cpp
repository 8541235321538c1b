#include "data/read.h"

#include <gtest/gtest.h>

namespace samara::data {
namespace {

struct Case {
    std::string_view name;
    std::string_view text;
    std::string_view message; ///< "line:column: message"
    std::string_view hint;    ///< with the line and the caret
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name;
}

class YamlFault : public testing::TestWithParam<Case> {};

TEST_P(YamlFault, AreToldInWords) {
    const auto value = read_yaml(GetParam().text, "t.yaml");
    ASSERT_FALSE(value.has_value());
    const base::Error& error = value.error();
    EXPECT_EQ(
        std::to_string(error.where.line) + ":" + std::to_string(error.where.column) + ": " +
            error.message,
        GetParam().message);
    EXPECT_EQ(error.hint, GetParam().hint);
}

INSTANTIATE_TEST_SUITE_P(
    All,
    YamlFault,
    testing::Values(
        Case{
            "TooDeep",
            "Resources:\n  F:\n    Type: X\n     Properties: {}\n",
            "4:6: not valid YAML: this line is indented by 5, its siblings by 4",
            "indent it by 4 blanks\n    4 |      Properties: {}\n      |      ^"},
        Case{
            "TooShallow",
            "Resources:\n    F:\n        Type: X\n   G: 1\n",
            "4:4: not valid YAML: this line is indented by 3, its siblings by 4",
            "indent it by 4 blanks\n    4 |    G: 1\n      |    ^"},
        Case{
            "InAListOfMaps",
            "L:\n  - Name: a\n   Value: b\n",
            "3:4: not valid YAML: this line is indented by 3, its siblings by 4",
            "indent it by 4 blanks\n    3 |    Value: b\n      |    ^"},
        Case{
            "InABlockText",
            "A:\n  B: |\n    return {\n   x\n  C: 1\n",
            "4:4: not valid YAML: this line is indented by 3, its siblings by 2",
            "indent it by 2 blanks\n    4 |    x\n      |    ^"},
        Case{
            "NoComma",
            "A: {\"x\": 1 \"y\": 2}\n",
            "1:15: not valid YAML: a ',' is missing before this, or it does not belong here",
            "it is here:\n    1 | A: {\"x\": 1 \"y\": 2}\n      |               ^"},
        Case{
            "ColonInTaggedValue",
            "A: !Sub ${x}: y\n",
            "1:13: not valid YAML: this ': ' is within a value, which has to be quoted then",
            "write A: !Sub \"${x}: y\"\n    1 | A: !Sub ${x}: y\n      |             ^"},
        Case{
            "Tab",
            "Resources:\n\tF: 1\n",
            "2:1: not valid YAML: this line is indented by a tab, which YAML does not take",
            "indent by blanks\n    2 | \tF: 1\n      | ^"},
        Case{
            "OpenList",
            "A:\n  - [x, y\nB: 1\n",
            "2:5: not valid YAML: this [ is never closed",
            "add the closing ]\n    2 |   - [x, y\n      |     ^"},
        Case{
            "OpenMap",
            "A: {x: 1,\nB: [2]\n",
            "1:4: not valid YAML: this { is never closed",
            "add the closing }\n    1 | A: {x: 1,\n      |    ^"},
        Case{
            "WrongBracket",
            "A: [x, y}\n",
            "1:9: not valid YAML: this } closes a [",
            "the [ of line 1 is closed by ]\n    1 | A: [x, y}\n      |         ^"},
        Case{
            "ColonInValue",
            "Description: note: this\n",
            "1:18: not valid YAML: this ': ' is within a value, which has to be quoted then",
            "write Description: \"note: this\"\n    1 | Description: note: this\n"
            "      |                  ^"},
        Case{
            "QuestionMark",
            "A: {B: cron(0 3 ? * *)}\n",
            "1:17: not valid YAML: a value with a ? has to be quoted within brackets",
            "put quotes around it\n    1 | A: {B: cron(0 3 ? * *)}\n"
            "      |                 ^"},
        Case{
            "Reserved",
            "A: @b\n",
            "1:4: not valid YAML: a value cannot begin with @",
            "quote it: \"@b\"\n    1 | A: @b\n      |    ^"},
        Case{
            "NoColon",
            "A: 1\nB 2\nC: 3\n",
            "2:1: not valid YAML: this line has no ':' after its key",
            "write for example B: value\n    2 | B 2\n      | ^"},
        Case{
            "NoAnchor",
            "A: *b\n",
            "1:4: not valid YAML: this alias (*) has no anchor (&) before it",
            "it is here:\n    1 | A: *b\n      |    ^"},
        Case{
            "TwiceTheSameKey",
            "A: 1\nA: 2\n",
            "2:1: key 'A' occurs twice in this map",
            "the first is at t.yaml:1:1; remove or rename one of them\n    2 | A: 2\n      | ^"}),
    [](const testing::TestParamInfo<Case>& each) { return std::string(each.param.name); });

TEST(YamlFaults, CountCharactersForTheCaret) {
    const auto value = read_yaml("\xC3\xA9\xC3\xA9: @b\n", "t.yaml");
    ASSERT_FALSE(value.has_value());
    EXPECT_NE(value.error().hint.find("      |     ^"), std::string::npos) << value.error().hint;
}

} // namespace
} // namespace samara::data
