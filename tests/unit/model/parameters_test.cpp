#include "data/read.h"
#include "data/write.h"
#include "model/parameters.h"

#include <gtest/gtest.h>

namespace samara::model {
namespace {

using Overrides = ParameterOverrides;

TEST(ParameterOverrides, TakeBothSpellings) {
    EXPECT_EQ(
        parse_parameter_overrides({"A=1", "B=x=y"}).value(), (Overrides{{"A", "1"}, {"B", "x=y"}}));
    EXPECT_EQ(
        parse_parameter_overrides(
            {"ParameterKey=A,ParameterValue=1 ParameterKey=B,ParameterValue=\"c d\""})
            .value(),
        (Overrides{{"A", "1"}, {"B", "c d"}}));
}

TEST(ParameterOverrides, TakeSeveralPairsInOneToken) {
    EXPECT_EQ(
        parse_parameter_overrides({"A=1 B=\"two words\" C=x,y D="}).value(),
        (Overrides{{"A", "1"}, {"B", "two words"}, {"C", "x,y"}, {"D", ""}}));
    EXPECT_EQ(
        parse_parameter_overrides({"Name=hello big world Other='q'"}).value(),
        (Overrides{{"Name", "hello big world"}, {"Other", "q"}}));
    EXPECT_EQ(
        parse_parameter_overrides({R"(A="say \"hi\"")"}).value(), (Overrides{{"A", "say \"hi\""}}));
    EXPECT_EQ(
        parse_parameter_overrides({R"("A"=1 ParameterKey="B",ParameterValue="2 3" 'C'=4)"}).value(),
        (Overrides{{"A", "1"}, {"B", "2 3"}, {"C", "4"}}));
    EXPECT_FALSE(parse_parameter_overrides({R"("A=1")"}));
    EXPECT_EQ(
        parse_parameter_overrides({R"(A=two\ words\ B=c D=\"q\")"}).value(),
        (Overrides{{"A", "two words B=c"}, {"D", "\"q\""}}));
    EXPECT_EQ(
        parse_parameter_overrides({R"(A=C:\new\d+ B="\d+\\x")"}).value(),
        (Overrides{{"A", R"(C:\new\d+)"}, {"B", R"(\d+\\x)"}}));
}

TEST(ParameterOverrides, RefuseWhatIsNoPair) {
    const auto result = parse_parameter_overrides({"novalue"});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, base::ErrorKind::usage);
    EXPECT_FALSE(parse_parameter_overrides({"ParameterKey=A,Value=1"}));
}

std::string values_of(std::string_view parameters, const Overrides& overrides) {
    const data::Value map = data::read_yaml(parameters, "t.yaml").value();
    base::Diagnostics diagnostics;
    const auto values = parameter_values(*map.as_map(), overrides, diagnostics);
    if (!diagnostics.empty()) {
        return to_string(diagnostics.front().error);
    }
    std::string text;
    for (const auto& [name, value] : values) {
        text += name + "=" + data::write_json(value) + " ";
    }
    return text;
}

TEST(ParameterValues, ComeFromOverridesThenDefaults) {
    EXPECT_EQ(
        values_of(
            "A: {Type: String, Default: d}\nB: {Type: Number, Default: 5}\nC: {Type: String}",
            {{"A", "o"}}),
        "A=\"o\" B=\"5\" ");
    EXPECT_EQ(values_of("L: {Type: CommaDelimitedList, Default: 'a, b'}", {}), "L=[\"a\",\"b\"] ");
    EXPECT_EQ(values_of("L: {Type: 'List<Number>'}", {{"L", "1,2"}}), "L=[\"1\",\"2\"] ");
}

TEST(ParameterValues, MustBeAllowed) {
    EXPECT_EQ(
        values_of("Stage:\n  Type: String\n  AllowedValues: [dev, prod]\n", {{"Stage", "test"}}),
        "t.yaml:3:18: parameter Stage is 'test', which is not one of its AllowedValues\n"
        "  use one of: dev, prod");
}

} // namespace
} // namespace samara::model
