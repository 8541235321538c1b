#include "data/read.h"
#include "data/write.h"
#include "data/yaml_scalar.h"

#include <cmath>

#include <gtest/gtest.h>

namespace samara::data {
namespace {

Value read(std::string_view text) {
    base::Result<Value> value = read_yaml(text, "t.yaml");
    EXPECT_TRUE(value) << to_string(value.error());
    return value ? *value : Value();
}

std::string json(std::string_view yaml) {
    return write_json(read(yaml));
}

TEST(Yaml, ShortFormIntrinsicsBecomeLongForm) {
    EXPECT_EQ(json("!Ref A"), R"({"Ref":"A"})");
    EXPECT_EQ(json("!GetAtt A.B.C"), R"({"Fn::GetAtt":["A","B.C"]})");
    EXPECT_EQ(json("!GetAtt [A, B]"), R"({"Fn::GetAtt":["A","B"]})");
    EXPECT_EQ(json("!Sub '${A}-x'"), R"({"Fn::Sub":"${A}-x"})");
    EXPECT_EQ(json("!NoSuch [1, !Other {a: b}]"), R"({"Fn::NoSuch":[1,{"Fn::Other":{"a":"b"}}]})");
    EXPECT_EQ(
        json("!If [C, !Ref A, !Ref 'AWS::NoValue']"),
        R"({"Fn::If":["C",{"Ref":"A"},{"Ref":"AWS::NoValue"}]})");
    EXPECT_EQ(json("!Condition C"), R"({"Condition":"C"})");
    EXPECT_EQ(
        json("!Transform {Name: AWS::Include}"), R"({"Fn::Transform":{"Name":"AWS::Include"}})");
    EXPECT_EQ(
        json("!Join ['', [a, !Select [0, !GetAZs '']]]"),
        R"({"Fn::Join":["",["a",{"Fn::Select":[0,{"Fn::GetAZs":""}]}]]})");
    EXPECT_EQ(json("a: !Ref 123"), R"({"a":{"Ref":"123"}})");
}

TEST(Yaml, PlainScalarsFollowYaml11) {
    EXPECT_EQ(json("[yes, No, on, OFF, true, y, n]"), R"([true,false,true,false,true,"y","n"])");
    EXPECT_EQ(
        json("[0, 010, 0x1F, 0b11, 1_000, -7, +3, 1:30, 08]"), R"([0,8,31,3,1000,-7,3,90,"08"])");
    EXPECT_EQ(json("[1.5, .5, 1e3, 1.0e+3, -1.25]"), R"([1.5,0.5,"1e3",1000.0,-1.25])");
    EXPECT_EQ(json("[~, null, '', 'null']"), R"([null,null,"","null"])");
    EXPECT_EQ(
        json("[2012-10-17, 2012-10-17T00:00:00Z]"), R"(["2012-10-17","2012-10-17T00:00:00Z"])");
    EXPECT_EQ(json("['010', \"yes\", !!str 5, !!int '5']"), R"(["010","yes","5",5])");
    EXPECT_TRUE(std::isinf(*resolve_plain_scalar("-.inf").as_number()));
    EXPECT_EQ(resolve_plain_scalar("123456789012345678901"), Value("123456789012345678901"));
}

TEST(Yaml, RemembersWhereNodesAreWritten) {
    const Value root = read("Resources:\n  Fn:\n    Type: X\n    List: [a, {b: c}]\n");
    const Map& function = *root.find("Resources")->find("Fn")->as_map();
    EXPECT_EQ(to_string(function.find("Type")->where()), "t.yaml:3:11");
    EXPECT_EQ(to_string(function.find_entry("Type")->key_where.place), "t.yaml:3:5");
    EXPECT_EQ(to_string(function.find("List")->as_list()->at(1).find("b")->where()), "t.yaml:4:19");
}

TEST(Yaml, MergeKeysFillInWhatIsMissing) {
    EXPECT_EQ(
        json("base: &b {a: 1, b: 2}\nuse: {b: 3, <<: *b}"),
        R"({"base":{"a":1,"b":2},"use":{"b":3,"a":1}})");
    EXPECT_EQ(
        json("x: &x {a: 1}\ny: &y {a: 2, c: 3}\nuse:\n  <<: [*x, *y]\n"),
        R"({"x":{"a":1},"y":{"a":2,"c":3},"use":{"a":1,"c":3}})");
    EXPECT_EQ(json("'<<': 1"), R"({"<<":1})");
}

TEST(Yaml, AliasesCopyTheirAnchor) {
    EXPECT_EQ(json("a: &x [1, !Ref P]\nb: *x"), R"({"a":[1,{"Ref":"P"}],"b":[1,{"Ref":"P"}]})");
}

TEST(Yaml, BlocksAndByteOrderMark) {
    EXPECT_EQ(
        json("\xEF\xBB\xBF"
             "a: |\n  x\n  y\nb: >-\n  x\n  y\n"),
        R"({"a":"x\ny\n","b":"x y"})");
}

TEST(Yaml, EmptyTextIsNull) {
    EXPECT_TRUE(read("").is_null());
    EXPECT_TRUE(read("# only a comment\n").is_null());
}

} // namespace
} // namespace samara::data
