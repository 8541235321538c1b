#include "unit/transform/transform_support.h"

namespace samara::transform {
namespace {

using namespace test;

std::string api(std::string_view properties) {
    return "Resources:\n"
           "  G:\n"
           "    Type: AWS::Serverless::GraphQLApi\n"
           "    Properties:\n"
           "      SchemaInline: 'type Query { a: String }'\n" +
           std::string(properties);
}

TEST(GraphQLApi, LogsUnlessToldNotTo) {
    const Output logs = run(api("      Auth: {Type: AWS_IAM}\n"));
    EXPECT_EQ(part(logs, "Resources.G.Properties.LogConfig.FieldLogLevel"), R"("ALL")");
    const Output silent = run(api("      Auth: {Type: AWS_IAM}\n      Logging: false\n"));
    EXPECT_EQ(part(silent, "Resources.G.Properties.LogConfig"), "null");
    EXPECT_TRUE(at(silent.document, "Resources.GCloudWatchRole").is_null());
}

TEST(GraphQLApi, OneNoneDataSourceServesAllFunctions) {
    const Output output =
        run(api("      Auth: {Type: AWS_IAM}\n"
                "      Functions:\n"
                "        A: {DataSource: NONE, InlineCode: c, Runtime: {Name: APPSYNC_JS, Version: "
                "1.0.0}}\n"
                "        B: {DataSource: NONE, InlineCode: c, Runtime: {Name: APPSYNC_JS, Version: "
                "1.0.0}}\n"));
    EXPECT_EQ(part(output, "Resources.GNoneDataSource.Properties.Type"), R"("NONE")");
    EXPECT_EQ(
        part(output, "Resources.GB.Properties.DataSourceName"),
        R"({"Fn::GetAtt":["GNoneDataSource","Name"]})");
}

TEST(GraphQLApi, ResolversWaitForTheSchema) {
    const Output output = run(api("      Auth: {Type: AWS_IAM}\n"
                                  "      Functions: {A: {Id: existing}}\n"
                                  "      Resolvers: {Query: {a: {Pipeline: [A]}}}\n"));
    EXPECT_EQ(part(output, "Resources.GQuerya.DependsOn"), R"(["GSchema"])");
    EXPECT_EQ(
        part(output, "Resources.GQuerya.Properties.PipelineConfig.Functions"), R"(["existing"])");
}

TEST(GraphQLApi, SaysWhatAnAuthenticationTypeNeeds) {
    EXPECT_EQ(
        errors(run(api("      Auth: {Type: OPENID_CONNECT}\n"))),
        std::vector<std::string>{"G: Type OPENID_CONNECT needs OpenIDConnect (add OpenIDConnect)"});
    EXPECT_EQ(errors(run(api("      Auth: {Type: NOBODY}\n"))).size(), 1U);
}

TEST(GraphQLApi, SaysWhichFunctionAPipelineMisses) {
    const Output output = run(api("      Auth: {Type: AWS_IAM}\n"
                                  "      Functions: {Save: {Id: x}}\n"
                                  "      Resolvers: {Query: {a: {Pipeline: [Svae]}}}\n"));
    EXPECT_EQ(
        errors(output), std::vector<std::string>{"a: Functions has no Svae (did you mean Save?)"});
}

} // namespace
} // namespace samara::transform
