#include "base/strings.h"
#include "transform/checks/lint.h"
#include "unit/transform/transform_support.h"

#include <set>

namespace samara::transform {
namespace {

using namespace test;

/// "resource: message (hint)" of every warning for a template that has those files.
std::vector<std::string> lint_of(std::string_view yaml, const std::set<std::string>& files = {}) {
    const auto document = data::read_yaml(yaml, "template.yaml");
    EXPECT_TRUE(document.has_value());
    Options options;
    options.local_artifacts = true;
    const Output output = transform(*document, options);
    EXPECT_FALSE(base::has_errors(output.diagnostics));
    std::vector<std::string> out;
    const LintOptions lint_options{
        [&](std::string_view path) { return files.contains(std::string(path)); }, "2026-01-01"};
    for (const base::Diagnostic& found : lint(*document, output.document, lint_options)) {
        EXPECT_EQ(found.severity, base::Severity::warning);
        EXPECT_TRUE(found.error.where.known());
        out.push_back(
            found.error.resource + ": " + found.error.message + " (" + found.error.hint + ")");
    }
    return out;
}

constexpr std::string_view function = "    Type: AWS::Serverless::Function\n"
                                      "    Properties: {Handler: app.run, Runtime: python3.13, "
                                      "CodeUri: src}\n";

TEST(Lint, IsSilentAboutAGoodTemplate) {
    EXPECT_TRUE(lint_of(
                    "Parameters: {P: {Type: String, Default: x}}\n"
                    "Resources:\n  F:\n" +
                        std::string(function) +
                        "Outputs: {O: {Value: !Sub '${P}-${FRole}-${AWS::Region}-${!Literal}'}}\n",
                    {"src/app.py"})
                    .empty());
}

TEST(Lint, FindsUnusedParameters) {
    EXPECT_EQ(
        lint_of("Parameters: {P: {Type: String}}\nResources: {B: {Type: AWS::S3::Bucket}}\n"),
        std::vector<std::string>{": parameter P is not used [W2001] (remove it, or refer to it)"});
}

/// The rules that lines of a template are found by, in the order of the lines: "7 W1020".
std::vector<std::string> rules_of(std::string_view yaml, std::vector<std::string> ignored = {}) {
    const auto document = data::read_yaml(yaml, "template.yaml");
    EXPECT_TRUE(document.has_value());
    const Output output = transform(*document, {});
    std::set<std::pair<std::uint32_t, std::string>> found;
    const LintOptions options{{}, "2026-01-01", std::move(ignored)};
    for (const base::Diagnostic& each : lint(*document, output.document, options)) {
        const std::string& message = each.error.message;
        const std::size_t open = message.rfind('[');
        const std::string rule = open == std::string::npos
                                     ? message
                                     : message.substr(open + 1, message.size() - open - 2);
        found.emplace(each.error.where.line, rule);
    }
    std::vector<std::string> lines;
    for (const auto& [line, rule] : found) {
        lines.push_back(std::to_string(line) + " " + rule);
    }
    return lines;
}

// Each line that is found says by which rule; those without a comment are fine.
constexpr std::string_view likely_mistakes =
    "Metadata:\n"
    "  AWS::CloudFormation::Interface:\n"
    "    ParameterGroups: [{Parameters: [Kept, Gone]}] # W4001\n"
    "    ParameterLabels:\n"
    "      Kept: {default: x}\n"
    "      Lost: {default: x} # W4001\n"
    "  Shown: !Ref Secret # W4002\n"
    "Parameters:\n"
    "  Kept: {Type: String}\n"
    "  Unused: {Type: String} # W2001\n"
    "  Secret: {Type: String, NoEcho: true}\n"
    "Mappings:\n"
    "  Named: {a: {b: c}}\n"
    "  Nowhere: {a: {b: c}} # W7001\n"
    "Conditions:\n"
    "  Asked: !Equals [!Ref Kept, a]\n"
    "  Part: !Not [{Condition: Asked}]\n"
    "  Fixed: !Equals [a, a] # W8001 W8003\n"
    "Resources:\n"
    "  Maybe: {Type: AWS::SNS::Topic, Condition: Part}\n"
    "  Plain:\n"
    "    Type: AWS::SSM::Parameter\n"
    "    DependsOn:\n"
    "      - Maybe # W3005\n"
    "      - Bucket # W3005\n"
    "      - Maybe # E3005\n"
    "    Properties:\n"
    "      Type: String\n"
    "      Value: !Sub nothing # W1020\n"
    "      Name: !Sub ['${A}${!B}', {A: !Ref Bucket, B: x}] # W1019\n"
    "      Description: '${Kept} of a comment'\n"
    "      AllowedPattern: '${Kept}-${Other}' # E1029\n"
    "      Tags: {a: !Ref Maybe} # W1001\n"
    "  Bucket:\n"
    "    Type: AWS::S3::Bucket\n"
    "    DeletionPolicy: Retain # W3011\n"
    "    Properties: {BucketName: !FindInMap [Named, a, b]}\n"
    "  Zone:\n"
    "    Type: AWS::EC2::Subnet\n"
    "    Condition: Asked\n"
    "    DeletionPolicy: Delete\n"
    "    Properties:\n"
    "      VpcId: !If [Asked, !Ref Maybe, vpc-1]\n"
    "      AvailabilityZone: us-east-1a # W3010\n"
    "  Role:\n"
    "    Type: AWS::IAM::Role\n"
    "    Properties:\n"
    "      AssumeRolePolicyDocument:\n"
    "        Version: '2008-10-17' # W2511\n"
    "        Statement: []\n"
    "      Bogus: 1 # E3002\n"
    "  Written:\n"
    "    Type: AWS::RDS::DBInstance\n"
    "    Properties:\n"
    "      MasterUserPassword: abc # W2501\n"
    "  Given:\n"
    "    Type: AWS::RDS::DBInstance\n"
    "    Properties:\n"
    "      MasterUserPassword: !Ref Secret # W1011\n"
    "Outputs:\n"
    "  Shown: {Value: !Ref Secret} # W2010\n"
    "  Import: {Value: !ImportValue x} # W6001\n"
    "  Absent: {Value: !Ref Maybe} # W1001\n"
    "  There: {Value: !Ref Maybe, Condition: Part}\n";

TEST(Lint, FindsWhatCfnLintFinds) {
    std::vector<std::string> expected;
    std::uint32_t line = 0;
    for (const std::string_view text : base::split(likely_mistakes, '\n')) {
        ++line;
        const std::size_t comment = text.find(" # ");
        if (comment != std::string_view::npos) {
            for (const std::string_view rule : base::split(text.substr(comment + 3), ' ')) {
                expected.push_back(std::to_string(line) + " " + std::string(rule));
            }
        }
    }
    EXPECT_EQ(rules_of(likely_mistakes), expected);
}

TEST(Lint, RulesAreSwitchedOffAsForCfnLint) {
    EXPECT_EQ(rules_of(likely_mistakes, {"W", "E"}), std::vector<std::string>{});
    EXPECT_EQ(rules_of(likely_mistakes, {"W", "E10", "E300"}), std::vector<std::string>{});
    EXPECT_EQ(
        rules_of("Metadata: {cfn-lint: {config: {ignore_checks: [W2001]}}}\n"
                 "Parameters: {P: {Type: String}}\n"
                 "Resources:\n"
                 "  A:\n"
                 "    Type: AWS::SSM::Parameter\n"
                 "    Metadata: {cfn-lint: {config: {ignore_checks: [W1020]}}}\n"
                 "    Properties: {Type: String, Value: !Sub x}\n"
                 "  B:\n"
                 "    Type: AWS::SSM::Parameter\n"
                 "    Properties: {Type: String, Value: !Sub x}\n"),
        std::vector<std::string>{"10 W1020"});
}

TEST(Lint, AMappingNamedByAFunctionMayBeAnyOfThem) {
    EXPECT_EQ(
        rules_of("Parameters: {P: {Type: String}}\n"
                 "Mappings: {M: {a: {b: c}}}\n"
                 "Resources:\n"
                 "  A:\n"
                 "    Type: AWS::SSM::Parameter\n"
                 "    Properties: {Type: String, Value: !FindInMap [!Ref P, a, b]}\n"),
        std::vector<std::string>{});
}

TEST(Lint, FindsMissingHandlerFiles) {
    EXPECT_EQ(
        lint_of("Resources:\n  F:\n" + std::string(function)),
        std::vector<std::string>{
            "F: there is no file src/app.py for handler app.run (correct Handler or CodeUri)"});
}

TEST(Lint, FindsRuntimesPastTheirEnd) {
    const auto found = lint_of("Globals: {Function: {Runtime: nodejs16.x}}\n"
                               "Resources:\n"
                               "  F: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, "
                               "InlineCode: x}}\n");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found.front().find("support of runtime nodejs16.x ended on"), std::string::npos);
}

TEST(Lint, FindsRoutesThatDifferInTheNameOfAParameterAlone) {
    const auto found =
        lint_of("Resources:\n"
                "  F:\n"
                "    Type: AWS::Serverless::Function\n"
                "    Properties:\n"
                "      {Handler: a.b, Runtime: python3.13, InlineCode: x, Events: {\n"
                "        A: {Type: HttpApi, Properties: {Path: '/u/{id}', Method: get}},\n"
                "        B: {Type: HttpApi, Properties: {Path: '/u/{name}', Method: GET}},\n"
                "        C: {Type: HttpApi, Properties: {Path: '/u/{name}', Method: put}}}}\n");
    EXPECT_EQ(
        found,
        std::vector<std::string>{
            "F: GET /u/{name} is answered by F.A too (give each route to one event)"});
}

} // namespace
} // namespace samara::transform
