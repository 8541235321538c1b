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
        std::vector<std::string>{": parameter P is not used (remove it, or refer to it)"});
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
