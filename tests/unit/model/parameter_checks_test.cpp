#include "data/read.h"
#include "model/parameter_checks.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace samara::model {
namespace {

/// The diagnostics, a line each, of the parameter P declared as `declaration` with that value.
std::string checked(std::string_view declaration, std::string_view value = {}) {
    const auto parameters = data::read_yaml(fmt::format("P: {}\n", declaration), "t.yaml");
    EXPECT_TRUE(parameters);
    std::map<std::string, std::string> overrides;
    if (!value.empty()) {
        overrides["P"] = value;
    }
    std::string out;
    for (const base::Diagnostic& diagnostic : check_parameters(*parameters->as_map(), overrides)) {
        out += fmt::format(
            "{}{} ({})\n",
            diagnostic.severity == base::Severity::warning ? "warning: " : "",
            diagnostic.error.message,
            diagnostic.error.hint);
    }
    return out;
}

TEST(ParameterChecks, TheTypeDecides) {
    EXPECT_EQ(checked("{Type: String, Default: 5}"), "");
    EXPECT_EQ(checked("{Type: Number}", "4.5"), "");
    EXPECT_EQ(
        checked("{Type: Number}", "four"),
        "parameter P is 'four', which is not a number (e.g. 42)\n");
    EXPECT_EQ(checked("{Type: List<Number>}", "1, 2"), "");
    EXPECT_EQ(
        checked("{Type: List<Number>}", "1,b"),
        "parameter P is 'b', which is not a number (e.g. 42)\n");
    EXPECT_EQ(checked("{Type: AWS::EC2::VPC::Id}", "vpc-1"), "");
    EXPECT_EQ(checked("{Type: 'AWS::SSM::Parameter::Value<List<String>>'}", "/a/b"), "");
    EXPECT_EQ(checked("{Type: 'List<AWS::EC2::Subnet::Id>'}", "a,b"), "");
    EXPECT_EQ(checked("{Default: a}"), "parameter P needs a Type (e.g. Type: String)\n");
    EXPECT_EQ(checked("a"), "parameter P must be a map with a Type ()\n");
    EXPECT_TRUE(checked("{Type: Text}").starts_with("warning: parameter P has the undocumented"));
}

TEST(ParameterChecks, AllowedValuesHoldForEachItem) {
    EXPECT_EQ(checked("{Type: String, AllowedValues: [a, 5], Default: 5}"), "");
    EXPECT_EQ(
        checked("{Type: CommaDelimitedList, AllowedValues: [a, b]}", "a, c"),
        "parameter P is 'c', which is not one of its AllowedValues (use one of: a, b)\n");
}

TEST(ParameterChecks, AllowedPatternIsOfTheWholeValue) {
    const std::string_view declaration = "{Type: String, AllowedPattern: '[a-z]+'}";
    EXPECT_EQ(checked(declaration, "abc"), "");
    EXPECT_EQ(
        checked(declaration, "abc1"),
        "parameter P is 'abc1', which does not match its AllowedPattern (it must match [a-z]+)\n");
    EXPECT_TRUE(checked("{Type: String, AllowedPattern: '['}", "a")
                    .starts_with("AllowedPattern of parameter P is no regular expression"));
}

TEST(ParameterChecks, LengthsCountCharactersAndValuesAreNumbers) {
    EXPECT_EQ(checked("{Type: String, MinLength: 2, MaxLength: '2'}", "éa"), "");
    EXPECT_EQ(
        checked("{Type: String, MinLength: 2}", "a"),
        "parameter P is 'a', which goes beyond its MinLength (MinLength is 2)\n");
    EXPECT_EQ(
        checked("{Type: Number, MaxValue: 10}", "11"),
        "parameter P is '11', which goes beyond its MaxValue (MaxValue is 10)\n");
    EXPECT_EQ(
        checked("{Type: Number, MinValue: x}", "11"),
        "MinValue of parameter P is not a number ()\n");
}

TEST(ParameterChecks, ConstraintDescriptionIsTheHint) {
    EXPECT_EQ(
        checked("{Type: String, MinLength: 3, ConstraintDescription: three letters}", "a"),
        "parameter P is 'a', which goes beyond its MinLength (three letters)\n");
}

TEST(ParameterChecks, ASecretIsNeverShown) {
    for (const char* rule : {"MinLength: 9", "AllowedPattern: x", "AllowedValues: [x]"}) {
        const std::string told =
            checked(fmt::format("{{Type: String, NoEcho: true, {}}}", rule), "secret");
        EXPECT_NE(told, "") << rule;
        EXPECT_EQ(told.find("secret"), std::string::npos) << told;
    }
}

} // namespace
} // namespace samara::model
