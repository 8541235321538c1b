#include "data/read.h"
#include "data/write.h"
#include "intrinsics/resolver.h"
#include "model/parameters.h"

#include <gtest/gtest.h>

namespace samara::intrinsics {
namespace {

constexpr std::string_view template_text = R"(
Parameters:
  Stage: {Type: String, Default: dev}
  Subnets: {Type: CommaDelimitedList, Default: 'a,b'}
  NoDefault: {Type: String}
Mappings:
  Sizes: {dev: {mb: 128, list: [x, y]}, prod: {mb: 1024}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  NotProd: !Not [!Condition IsProd]
  Both: !And [!Condition NotProd, !Equals [a, a]]
  Either: !Or [!Condition IsProd, !Equals [1, '1']]
  Loop: !Not [!Condition Loop]
  Written: 'true'
  Unwritten: 'false'
  Nothing: [a]
Resources:
  Fn: {Type: AWS::Serverless::Function, Properties: {FunctionName: !Sub 'fn-${Stage}'}}
  Table: {Type: AWS::DynamoDB::Table}
  Named: {Type: AWS::S3::Bucket, Properties: {BucketName: my-bucket}}
  Queue: {Type: AWS::SQS::Queue}
  Odd: {Type: Custom::Thing, Condition: IsProd}
)";

class ResolverTest : public testing::Test {
protected:
    data::Value document_ = data::read_yaml(template_text, "t.yaml").value();
    model::Sections sections_ = model::sections_of(document_).value();
    base::Diagnostics diagnostics_;
    Resolver resolver_{
        sections_,
        model::parameter_values(*sections_.parameters, {{"Undeclared", "given"}}, diagnostics_),
        pseudo_parameters("eu-west-1")};

    std::string json(std::string_view yaml) {
        return data::write_json(
            resolver_.resolve(data::read_yaml(yaml, "v.yaml").value(), diagnostics_));
    }

    std::string messages() {
        std::string text;
        for (const base::Diagnostic& diagnostic : diagnostics_) {
            text += (diagnostic.severity == base::Severity::error ? "E " : "W ") +
                    to_string(diagnostic.error) + "\n";
        }
        return text;
    }
};

struct Case {
    const char* expression;
    const char* expected;
};

class EvaluatesTest : public ResolverTest, public testing::WithParamInterface<Case> {};

TEST_P(EvaluatesTest, ToTheDocumentedValue) {
    EXPECT_EQ(json(GetParam().expression), GetParam().expected);
    EXPECT_EQ(messages(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Intrinsics,
    EvaluatesTest,
    testing::Values(
        Case{"!Ref Stage", R"("dev")"},
        Case{"!Ref Subnets", R"(["a","b"])"},
        Case{"!Ref AWS::Region", R"("eu-west-1")"},
        Case{"!Ref AWS::AccountId", R"("123456789012")"},
        Case{"!Ref AWS::StackName", R"("local")"},
        Case{"!Ref AWS::URLSuffix", R"("localhost")"},
        Case{"!Ref Fn", R"("fn-dev")"},
        Case{"!Ref Table", R"("Table")"},
        Case{"!Ref Named", R"("my-bucket")"},
        Case{"!Ref Queue", R"("https://sqs.eu-west-1.amazonaws.com/123456789012/Queue")"},
        Case{"!GetAtt Fn.Arn", R"("arn:aws:lambda:eu-west-1:123456789012:function:Fn")"},
        Case{"!GetAtt [Named, Arn]", R"("arn:aws:s3:::my-bucket")"},
        Case{
            "!Sub '${Stage}-${AWS::Region}-${Named}-${!Literal}-${Queue.Arn}'",
            R"("dev-eu-west-1-my-bucket-${Literal}-arn:aws:sqs:eu-west-1:123456789012:Queue")"},
        Case{"!Sub ['${A}/${Stage}', {A: !Ref Named}]", R"("my-bucket/dev")"},
        Case{"!Join ['-', [a, !Ref Stage, 1]]", R"("a-dev-1")"},
        Case{"!Select [1, !Ref Subnets]", R"("b")"},
        Case{"!Select ['0', !Split [',', 'x,y']]", R"("x")"},
        Case{"!Split ['--', 'a--b--']", R"(["a","b",""])"},
        Case{"!If [IsProd, big, small]", R"("small")"},
        Case{"!If [NotProd, {A: 1}, !Ref Missing]", R"({"A":1})"},
        Case{"{A: !If [IsProd, 1, !Ref AWS::NoValue], B: [1, !Ref AWS::NoValue]}", R"({"B":[1]})"},
        Case{"[!Condition Both, !Condition Either]", "[true,true]"},
        Case{"!FindInMap [Sizes, !Ref Stage, mb]", "128"},
        Case{"!FindInMap [Sizes, dev, list]", R"(["x","y"])"},
        Case{"Fn::FindInMap: [Sizes, none, mb, {DefaultValue: 7}]", "7"},
        Case{"!Base64 {'Fn::Sub': 'hi ${Stage}'}", R"("aGkgZGV2")"},
        Case{"!GetAZs ''", R"(["eu-west-1a","eu-west-1b","eu-west-1c"])"},
        Case{"!Cidr [10.0.0.0/16, 2, 8]", R"(["10.0.0.0/24","10.0.1.0/24"])"},
        Case{"!Length [a, b, c]", "3"},
        Case{"!ToJsonString {A: [1, !Ref Stage]}", R"("{\"A\":[1,\"dev\"]}")"},
        Case{
            "{Effect: Allow, Condition: {StringEquals: {a: !Ref Stage}}}",
            R"({"Effect":"Allow","Condition":{"StringEquals":{"a":"dev"}}})"}));

TEST_F(ResolverTest, WhatOnlyADeploymentKnowsIsNamedAndStoodInFor) {
    EXPECT_EQ(
        json("[!GetAtt Odd.Answer, !ImportValue Net, !Ref NoDefault]"),
        R"(["Odd.Answer","Net","NoDefault"])");
    const std::string text = messages();
    EXPECT_NE(
        text.find("W v.yaml:1:2: Answer of Odd (Custom::Thing) is known only after a deployment"),
        std::string::npos)
        << text;
    EXPECT_NE(text.find("W v.yaml:1:22: the export 'Net'"), std::string::npos) << text;
    EXPECT_NE(text.find("W v.yaml:1:40: parameter NoDefault has no value"), std::string::npos)
        << text;
}

TEST_F(ResolverTest, WhatCannotBeEvaluatedIsLeftOutAndNotHalfKnown) {
    EXPECT_EQ(json("{A: !Ref None, B: 1}"), R"({"B":1})");
    EXPECT_EQ(json("{A: !Sub 'x-${None}', B: [!GetAtt None.Arn, 2]}"), R"({"B":[2]})");
    EXPECT_EQ(json("{A: !Join ['-', [a, !Ref None]], B: 1}"), R"({"B":1})");
    EXPECT_EQ(json("{A: !If [Undefined, 1, 2], B: 1}"), R"({"B":1})");
    EXPECT_EQ(json("{A: !If [NotProd, {C: !Ref None, D: 1}, 2]}"), R"({"A":{"D":1}})");
    EXPECT_EQ(json("{A: !Join ['-', [a, !If [NotProd, !Ref None, b]]], B: 1}"), R"({"B":1})");
}

TEST_F(ResolverTest, WhatMustNotPassForAbsentStaysAsItWasWritten) {
    const auto kept = [&](std::string_view yaml) {
        return data::write_json(resolver_.resolve(
            data::read_yaml(yaml, "v.yaml").value(), diagnostics_, Unknown::as_written));
    };
    EXPECT_EQ(
        kept("{security: !Ref None, b: !Ref Stage}"), R"({"security":{"Ref":"None"},"b":"dev"})");
    EXPECT_EQ(
        kept("{security: !If [Undefined, [{A: []}], !Ref AWS::NoValue]}"),
        R"({"security":{"Fn::If":["Undefined",[{"A":[]}],{"Ref":"AWS::NoValue"}]}})");
    EXPECT_EQ(kept("!If [NotProd, {security: !Ref None}, 1]"), R"({"security":{"Ref":"None"}})");
}

TEST_F(ResolverTest, EachMistakeIsToldOnce) {
    json("[!Ref None, !If [Undefined, 1, 2], !If [Undefined, 1, 2]]");
    const std::size_t told = diagnostics_.size();
    json("[!Ref None, !If [Undefined, 1, 2], !If [Undefined, 1, 2]]");
    EXPECT_EQ(diagnostics_.size(), told);
    EXPECT_EQ(told, 2U) << messages();
}

TEST_F(ResolverTest, AParameterThatOnlyTheCommandLineHasIsTakenAndTold) {
    EXPECT_EQ(json("!Ref Undeclared"), R"("given")");
    EXPECT_NE(messages().find("W v.yaml:1:1: parameter Undeclared is given"), std::string::npos)
        << messages();
}

TEST_F(ResolverTest, AResourceWhoseConditionIsNotKnownExists) {
    const data::Value resource = data::read_yaml("{Condition: Undefined}", "v.yaml").value();
    EXPECT_TRUE(resolver_.exists(resource, diagnostics_));
    EXPECT_NE(messages().find("condition 'Undefined' is not defined"), std::string::npos);
}

TEST_F(ResolverTest, MistakesAreErrorsWithTheirPlace) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"!Ref Tabel", "did you mean Table?"},
        {"!GetAtt Nope.Arn", "'Nope' is not a resource"},
        {"!GetAtt OnlyName", "write !GetAtt Resource.Attribute"},
        {"!Select [5, [a]]", "there is no item 5 in a list of 1"},
        {"!FindInMap [Sizes, nope, mb]", "Sizes has no key 'nope'"},
        {"!If [Undefined, 1, 2]", "condition 'Undefined' is not defined"},
        {"!If [a, b]", "write !If [Condition"},
        {"!If [Nothing, 1, 2]", "condition 'Nothing' is a list, not a condition"},
        {"!Condition Loop", "refers to itself"},
        {"!Join [',', notalist]", "takes a list"},
        {"!Sub [1]", "Fn::Sub takes a text"},
        {"{'Fn::Nope': 1}", "Fn::Nope is not known"},
        {"!Transform {Name: AWS::Include}", "cannot be evaluated locally"},
        {"!Cidr [10.0.0.0/30, 9, 8]", "do not fit"},
        {"!Cidr [here, 1, 8]", "'here' is not an address block"},
        {"!Cidr [10.0.0.0/16, 0, 8]", "count is 1 to 256"},
        {"!Cidr [10.0.0.0/16, 257, 4]", "count is 1 to 256"},
        {"!Cidr [10.0.0.0/16, 1.5, 8]", "takes whole numbers for count and bits"},
        {"!Cidr [10.0.0.0/16, 1, x]", "takes whole numbers for count and bits"},
        {"!Cidr [10.0.0.0/16]", "write !Cidr [block, count, bits]"},
        {"!Cidr [10.0.0.0/16, 1, 8, 9]", "write !Cidr [block, count, bits]"},
        {"!Select [1, [a]]", "there is no item 1 in a list of 1"},
        {"!Select [-1, [a]]", "takes an index and a list"},
        {"!Select [x, [a]]", "takes an index and a list"},
        {"!Select [0, text]", "takes an index and a list"},
        {"!Select [0]", "write !Select [index, [values]]"},
        {"!Select text", "write !Select [index, [values]]"},
        {"!Join [',', [a, [b]]]", "Fn::Join joins texts, this is a list"},
        {"!Join [',', [{a: b}]]", "Fn::Join joins texts, this is a map"},
        {"!Join [',']", "write !Join [delimiter, [values]]"},
        {"!Split ['', a]", "Fn::Split needs a delimiter"},
        {"!Split [',']", "write !Split [delimiter, text]"},
        {"!Split [',', a, b]", "write !Split [delimiter, text]"},
        {"{'Fn::Length': text}", "Fn::Length takes a list"},
        {"!If [IsProd, 1]", "write !If [Condition"},
        {"!If [IsProd, 1, 2, 3]", "write !If [Condition"},
        {"!If text", "write !If [Condition"},
        {"!Equals [1]", "write !Equals [value, value]"},
        {"!Equals [1, 2, 3]", "write !Equals [value, value]"},
        {"!And [!Condition IsProd]", "write !And [condition, ...]"},
        {"!Or [!Condition IsProd]", "write !Or [condition, ...]"},
        {"!Not [!Condition IsProd, !Condition IsProd]", "write !Not [condition, ...]"},
        {"!And [text, !Condition IsProd]", "Fn::And takes conditions, not a string"},
        {"!Not [[]]", "Fn::Not takes conditions, not a list"},
        {"!Ref [a]", "Ref takes a name, not a list"},
        {"!FindInMap [Gone, a, b]", "add it to the Mappings section"},
        {"!FindInMap [Sizes, dev]", "write !FindInMap [Map, TopLevelKey, SecondLevelKey]"},
        {"!FindInMap [Sizes, dev, gone]", "no key 'gone'"},
        {"!Sub '${Sizes2}'", "Sizes2"},
        {"!Sub ['${a}', {a: [1]}]", "${a} is a list, not a text"},
    };
    for (const auto& [expression, expected] : cases) {
        diagnostics_.clear();
        Resolver anew( // which has told nothing yet
            sections_,
            model::parameter_values(*sections_.parameters, {}, diagnostics_),
            pseudo_parameters("eu-west-1"));
        const std::string result = data::write_json(
            anew.resolve(data::read_yaml(expression, "v.yaml").value(), diagnostics_));
        EXPECT_EQ(result.find("Fn::"), std::string::npos) << expression;
        EXPECT_NE(messages().find(expected), std::string::npos) << expression << "\n" << messages();
        EXPECT_TRUE(has_errors(diagnostics_)) << expression;
    }
}

TEST_F(ResolverTest, ConditionsAtTheirEnds) {
    const auto repeated = [](std::string_view function, std::size_t count, std::string_view last) {
        std::string text = "!" + std::string(function) + " [";
        for (std::size_t i = 1; i < count; ++i) {
            text += function == "And" ? "true, " : "false, ";
        }
        return text + std::string(last) + "]";
    };
    const std::vector<std::pair<std::string, std::string>> cases{
        {repeated("And", 10, "true"), "true"},
        {repeated("And", 10, "false"), "false"},
        {repeated("And", 11, "true"), "null"},
        {repeated("Or", 10, "true"), "true"},
        {repeated("Or", 10, "false"), "false"},
        {repeated("Or", 11, "true"), "null"},
        {"!Not ['true']", "false"},
        {"!Not ['false']", "true"},
        {"!If [NotProd, yes, no]", "true"},
        {"!If [IsProd, 1, 2]", "2"},
        {"!If [Written, 1, 2]", "1"},
        {"!If [Unwritten, 1, 2]", "2"},
        {"!If [!Equals [a, a], 1, 2]", "1"},
        {"!Equals [[1, 2], [1, 2]]", "true"},
        {"!Equals [{a: 1}, {a: 2}]", "false"},
        {"!Equals [[a], a]", "false"},
        {"!Equals [1, '1']", "true"},
        {"!Select ['1', [a, b]]", R"("b")"},
        {"!Split [ab, xabyab]", R"(["x","y",""])"},
        {"!Split [',', '']", R"([""])"},
        {"{'Fn::Length': [1, 2]}", "2"},
        {"!GetAZs ''", R"(["eu-west-1a","eu-west-1b","eu-west-1c"])"},
        {"!GetAZs us-east-1", R"(["us-east-1a","us-east-1b","us-east-1c"])"}};
    for (const auto& [expression, expected] : cases) {
        EXPECT_EQ(json(expression), expected) << expression;
    }
}

TEST_F(ResolverTest, WhatIsToldAlreadyIsNotToldAgain) {
    json("!If [Loop, 1, 2]");
    EXPECT_EQ(diagnostics_.size(), 1) << messages();
    diagnostics_.clear();
    // The file that is not there has been told when the files were put in their place.
    json("!Transform {Name: AWS::Include, Parameters: {Location: none.yaml}}");
    EXPECT_EQ(messages(), "");
    json("!Transform {Name: AWS::Include, Parameters: {Location: 's3://bucket/none.yaml'}}");
    EXPECT_EQ(diagnostics_.size(), 1) << messages();
}

TEST_F(ResolverTest, ResourcesExistWhenTheirConditionHolds) {
    EXPECT_TRUE(resolver_.exists(*sections_.resources->find("Table"), diagnostics_));
    EXPECT_FALSE(resolver_.exists(*sections_.resources->find("Odd"), diagnostics_));
}

} // namespace
} // namespace samara::intrinsics
