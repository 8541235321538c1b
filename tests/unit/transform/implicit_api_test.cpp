#include "unit/transform/transform_support.h"

#include <fmt/format.h>

/// The APIs of events that name none, and what Globals has to do with them.
namespace samara::transform {
namespace {

using namespace test;

const std::string rest_event =
    "      Events: {E: {Type: Api, Properties: {Path: /a, Method: get}}}\n";
const std::string http_event = "      Events: {E: {Type: HttpApi}}\n";

TEST(ImplicitApi, IsMadeBeforeGlobals) {
    // A definition of SAM's and one that Globals gives exclude each other.
    const Output output =
        run("Globals: {Api: {DefinitionUri: s3://b/k}}\n" + with_function(rest_event));
    ASSERT_EQ(errors(output).size(), 1U);
    EXPECT_TRUE(errors(output).front().starts_with("ServerlessRestApi: DefinitionUri and"));
}

TEST(ImplicitApi, TakesOpenApiVersionFromGlobals) {
    const Output output =
        run("Globals: {Api: {OpenApiVersion: 3.0.1}}\n" + with_function(rest_event));
    EXPECT_EQ(part(output, "Resources.ServerlessRestApi.Properties.Body.openapi"), R"("3.0.1")");
}

TEST(ImplicitApi, TakesTagsOfOwnersThatPassThemOn) {
    const std::string stage = "Resources.ServerlessRestApiProdStage.Properties.Tags";
    const std::string tags = "      Tags: {k: v}\n";
    EXPECT_EQ(part(run(with_function(tags + rest_event)), stage), "null");
    EXPECT_EQ(
        part(run(with_function(tags + "      PropagateTags: true\n" + rest_event)), stage),
        R"([{"Key":"k","Value":"v"}])");
    EXPECT_EQ(
        part(
            run("Globals: {Function: {PropagateTags: true, Tags: {g: w}}}\n" +
                with_function(tags + rest_event)),
            stage),
        R"([{"Key":"k","Value":"v"}])")
        << "Globals comes later, and does not touch what is there";
    EXPECT_EQ(
        part(
            run("Globals: {Function: {PropagateTags: true}}\n" + with_function(tags + http_event)),
            "Resources.ServerlessHttpApi.Properties.Body.tags.0.name"),
        R"("k")");
}

TEST(ImplicitApi, IsReplacedAsCarefullyAsItsMostCarefulOwner) {
    std::string yaml = "Resources:\n";
    for (const auto& [name, policy] :
         {std::pair{"A", "Delete"}, std::pair{"B", "Snapshot"}, std::pair{"C", "Delete"}}) {
        yaml += fmt::format(
            "  {0}:\n    Type: AWS::Serverless::Function\n    UpdateReplacePolicy: {1}\n"
            "    Properties: {{Handler: a.b, Runtime: python3.12, CodeUri: s3://b/k, Events: {{E: "
            "{{Type: Api, Properties: {{Path: /{0}, Method: get}}}}}}}}\n",
            name,
            policy);
    }
    EXPECT_EQ(part(run(yaml), "Resources.ServerlessRestApi.UpdateReplacePolicy"), R"("Snapshot")");
}

TEST(ImplicitApi, ReplacesOneOfItsId) {
    const std::string own = "  ServerlessRestApi:\n    Type: AWS::Serverless::Api\n"
                            "    Properties: {StageName: v1, Description: mine}\n";
    const Output replaced = run(with_function(rest_event, own));
    EXPECT_EQ(part(replaced, "Resources.ServerlessRestApi.Properties.Description"), "null");
    EXPECT_EQ(replaced.diagnostics.size(), 1U);
    const Output kept = run(with_function("", own));
    EXPECT_EQ(part(kept, "Resources.ServerlessRestApi.Properties.Description"), R"("mine")");
}

TEST(ApiEvent, NamesAnApiOfTheTemplate) {
    const std::string other = "  Other:\n    Type: AWS::Serverless::HttpApi\n";
    for (const char* id : {"!Ref Nowhere", "!Ref Other", "!GetAtt A.B", "{Ref: 5}", "[x]"}) {
        const Output output = run(with_function(
            fmt::format(
                "      Events: {{E: {{Type: Api, Properties: {{RestApiId: {}, Path: /a, "
                "Method: get}}}}}}\n",
                id),
            other));
        ASSERT_EQ(errors(output).size(), 1U) << id;
        EXPECT_TRUE(errors(output).front().starts_with("F/E: RestApiId")) << id;
    }
}

TEST(ApiEvent, WithoutPropertiesIsToldByWhatItGenerates) {
    const Output output = run(with_function("      Events: {E: {Type: Api}}\n"));
    ASSERT_EQ(errors(output).size(), 1U);
    EXPECT_TRUE(errors(output).front().starts_with("FE/E: property Path is missing"));
}

TEST(HttpApiEvent, HasPropertiesOrNone) {
    EXPECT_EQ(errors(run(with_function(http_event))).size(), 0U);
    const Output output =
        run(with_function("      Events: {E: {Type: HttpApi, Properties: null}}\n"));
    ASSERT_EQ(errors(output).size(), 1U);
    EXPECT_TRUE(errors(output).front().starts_with("F/E: Properties must be a map"));
}

/// Each pass ends the transform when it finds errors: REST APIs, HTTP APIs, Globals, resources.
TEST(Passes, EndAtTheErrorsOfTheFirst) {
    const std::string rest = "R: {Type: Api, Properties: {Path: /a}}";
    const std::string http = "H: {Type: HttpApi, Properties: {Path: /a}}";
    const std::string globals = "Globals: {Function: {Role: r}}\n";
    const std::string table = "  T: {Type: AWS::Serverless::SimpleTable, Properties: {Nope: 1}}\n";
    const auto told = [&](const std::string& section, const std::string& events) {
        const auto all =
            errors(run(section + with_function("      Events: {" + events + "}\n", table)));
        return all.size() == 1 ? all.front().substr(0, all.front().find(' ')) : "";
    };
    EXPECT_EQ(told(globals, rest + ", " + http), "F/R:");
    EXPECT_EQ(told(globals, http), "F/H:");
    EXPECT_EQ(told(globals, ""), ":"); // Globals is no resource
    EXPECT_EQ(told("", ""), "T:");
}

/// An API's definition that is broken ends AWS's transform: it names no resource then.
TEST(Passes, EndAtABrokenDefinition) {
    const std::string broken = "  T: {Type: AWS::Serverless::SimpleTable, Properties: {Nope: 1}}\n";
    const std::string included =
        "DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: l}}}";
    const auto told = [&](const std::string& properties) {
        return errors(
            run("Resources:\n" + broken +
                fmt::format(
                    "  A: {{Type: AWS::Serverless::Api, Properties: {{StageName: v1, {}, {}}}}}\n",
                    included,
                    properties)));
    };
    for (const char* property : {"DisableExecuteApiEndpoint: true", "BinaryMediaTypes: [a/b]"}) {
        ASSERT_EQ(told(property).size(), 1U) << property;
        EXPECT_TRUE(told(property).front().starts_with(": ")) << property;
    }
    for (const char* property : {"Cors: \"'*'\"", "Auth: {ApiKeyRequired: true}"}) {
        EXPECT_EQ(told(property).size(), 2U) << property;
    }
}

} // namespace
} // namespace samara::transform
