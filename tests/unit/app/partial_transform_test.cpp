#include "app/load/partial_transform.h"
#include "data/read.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view head = "Transform: AWS::Serverless-2016-10-31\n";

PartialTemplate transformed(std::string_view yaml) {
    transform::Options options;
    options.local_artifacts = true;
    options.parameter_overrides = {{"Given", "queue"}};
    return transform_in_part(
        data::read_yaml(std::string(head) + std::string(yaml), "t.yaml").value(), options);
}

std::vector<std::string> messages(const PartialTemplate& partial) {
    std::vector<std::string> texts;
    for (const base::Diagnostic& diagnostic : partial.diagnostics) {
        texts.push_back(to_string(diagnostic.error));
    }
    return texts;
}

const data::Value*
property(const PartialTemplate& partial, std::string_view id, std::string_view name) {
    const data::Value* resource = partial.document.find("Resources")->find(id);
    return resource == nullptr ? nullptr : resource->find("Properties")->find(name);
}

constexpr std::string_view function = R"(Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: a.b
      CodeUri: src
)";

PartialTemplate with(std::string_view more) {
    return transformed(std::string(function) + std::string(more));
}

TEST(PartialTransform, LeavesACorrectTemplateAsItIs) {
    const PartialTemplate partial = with("");
    EXPECT_TRUE(partial.diagnostics.empty());
    EXPECT_EQ(property(partial, "Fn", "Handler")->text(), "a.b");
}

TEST(PartialTransform, TakesOutThePropertyThatAnErrorNames) {
    const PartialTemplate partial = with("      Timout: 3\n      Timeout: 7\n");
    EXPECT_THAT(
        messages(partial),
        ElementsAre("t.yaml:9:7: Fn: there is no property Timout\n  did you mean Timeout?; AWS "
                    "refuses this at deployment, here Fn.Timout is left out"));
    EXPECT_EQ(*property(partial, "Fn", "Timeout")->as_integer(), 7);
    EXPECT_TRUE(partial.broken.empty());
}

TEST(PartialTransform, KeepsAParameterWhoseValueIsNotAllowed) {
    const PartialTemplate partial = with("      FunctionName: !Ref Given\n"
                                         "Parameters:\n"
                                         "  Given: {Type: String, AllowedValues: [a, b]}\n");
    EXPECT_THAT(messages(partial), ElementsAre(HasSubstr("here Given may be anything")));
    EXPECT_NE(partial.document.find("Parameters")->find("Given"), nullptr);
    EXPECT_THAT(
        messages(with("Parameters: {Given: {Type: Number, MinValue: 3}}\n")),
        ElementsAre(HasSubstr("is not a number")));
}

TEST(PartialTransform, TakesOutTheEventAndKeepsTheOthers) {
    const PartialTemplate partial = with(R"(      Events:
        Upload: {Type: S3, Properties: {Bucket: name, Events: 's3:ObjectCreated:*'}}
        Get: {Type: HttpApi, Properties: {Path: /x, Method: get}}
)");
    EXPECT_THAT(messages(partial), ElementsAre(HasSubstr("Fn.Events.Upload")));
    const data::Value* body = property(partial, "ServerlessHttpApi", "Body");
    ASSERT_NE(body, nullptr);
    EXPECT_NE(body->find("paths")->find("/x"), nullptr);
}

TEST(PartialTransform, AnImageNeedsNoRuntime) {
    const PartialTemplate partial = with("      PackageType: Image\n      ImageUri: a:1\n");
    EXPECT_TRUE(partial.broken.empty());
    EXPECT_EQ(property(partial, "Fn", "Runtime"), nullptr);
    EXPECT_EQ(property(partial, "Fn", "Code")->find("ImageUri")->text(), "a:1");
}

TEST(PartialTransform, TakesTheValueOfAnIntrinsicFunctionWhereAwsWantsOneWritten) {
    const PartialTemplate partial =
        transformed(R"(Parameters: {Folder: {Type: String, Default: app}}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.12, Handler: a.b, CodeUri: !Sub './${Folder}'}
)");
    EXPECT_THAT(messages(partial), ElementsAre(HasSubstr("here './app' is taken for it")));
    EXPECT_EQ(property(partial, "Fn", "Code")->text(), "./app");
}

TEST(PartialTransform, AFunctionThatCannotBeUnderstoodKeepsItsRoutes) {
    const PartialTemplate partial =
        with("      PackageType: Tar\n"
             "      Events: {Get: {Type: HttpApi, Properties: {Path: /x, Method: get}}}\n");
    ASSERT_EQ(partial.broken.size(), 1U);
    EXPECT_EQ(partial.broken.begin()->first, "Fn");
    EXPECT_THAT(partial.broken.begin()->second.message, HasSubstr("PackageType"));
    EXPECT_NE(property(partial, "ServerlessHttpApi", "Body")->find("paths")->find("/x"), nullptr);
}

TEST(PartialTransform, ARouteWithoutItsApiDoesNotMoveToAnother) {
    const PartialTemplate partial =
        with("      Events:\n"
             "        A: {Type: HttpApi, Properties: {Path: /open, Method: get}}\n"
             "        B: {Type: HttpApi, Properties: {Path: /x, Method: get, ApiId: !Ref None}}\n");
    EXPECT_EQ(property(partial, "ServerlessHttpApi", "Body")->find("paths")->find("/x"), nullptr);
    ASSERT_EQ(partial.closed.routes.size(), 1U);
    EXPECT_EQ(partial.closed.routes[0].path, "/x");
    EXPECT_EQ(partial.closed.routes[0].api, "None");
    EXPECT_FALSE(partial.closed.routes[0].protection);
}

TEST(PartialTransform, ProtectionThatIsTakenOutClosesWhatItProtects) {
    const PartialTemplate of_event = with("      Events:\n"
                                          "        A: {Type: HttpApi, Properties: {Path: /x, "
                                          "Method: get, Auth: {Authorizer: No}}}\n");
    ASSERT_EQ(of_event.closed.routes.size(), 1U);
    EXPECT_TRUE(of_event.closed.routes[0].protection);
    EXPECT_EQ(of_event.closed.routes[0].method, "GET");

    const PartialTemplate of_api = with(
        "  Api:\n    Type: AWS::Serverless::Api\n    Properties: {StageName: p, Auth: text}\n");
    EXPECT_TRUE(of_api.closed.apis.contains("Api"));

    const PartialTemplate of_all = transformed(
        "Globals: {HttpApi: {Auth: text}}\n" + std::string(function) +
        "      Events: {A: {Type: HttpApi, Properties: {Path: /x, Method: get}}}\n");
    EXPECT_TRUE(of_all.closed.apis.contains("ServerlessHttpApi"));
    EXPECT_FALSE(of_all.closed.apis.contains("ServerlessRestApi"));
}

TEST(PartialTransform, AnAuthorizerThatIsWrongClosesOnlyItsRoutes) {
    const PartialTemplate partial = with(R"(      Events:
        A: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /a, Method: get}}
        B: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /b, Method: get, Auth: {Authorizer: Good}}}
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Bad
        Authorizers:
          Bad: {FunctionArn: !GetAtt Fn.Arn}
          Good: {FunctionArn: !GetAtt Fn.Arn, AuthorizerPayloadFormatVersion: '2.0'}
)");
    EXPECT_TRUE(partial.closed.apis.empty());
    EXPECT_TRUE(partial.closed.routes.empty());
    EXPECT_TRUE(partial.closed.authorizers.contains(std::pair("Api", "Bad")));
    EXPECT_FALSE(partial.closed.authorizers.contains(std::pair("Api", "Good")));
    const data::Value* paths = property(partial, "Api", "Body")->find("paths");
    EXPECT_NE(paths->find("/a")->find("get")->find("security"), nullptr);
    EXPECT_NE(paths->find("/b")->find("get")->find("security"), nullptr);
}

TEST(PartialTransform, OfTwoEventsWithOneRouteTheLastIsServed) {
    const PartialTemplate partial =
        with(R"(      Events: {A: {Type: Api, Properties: {Path: /x, Method: get}}}
  Other:
    Type: AWS::Serverless::Function
    Properties:
      {Runtime: python3.12, Handler: a.b, CodeUri: o, Events: {B: {Type: Api, Properties: {Path: /x, Method: GET}}}}
)");
    EXPECT_THAT(
        messages(partial), ElementsAre(HasSubstr("Fn.A: GET /x is the route of Other.B, too")));
}

TEST(PartialTransform, ARouteThatTheDefinitionLacksIsTold) {
    const PartialTemplate partial = with(R"(      Events:
        A: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /x, Method: get}}
        B: {Type: Api, Properties: {RestApiId: !Ref Api, Path: /y, Method: get}}
  Api:
    Type: AWS::Serverless::Api
    Properties: {StageName: p, DefinitionBody: {swagger: '2.0', paths: {/y: {get: {}}}}}
)");
    EXPECT_THAT(messages(partial), ElementsAre(HasSubstr("GET /x is not served")));
}

TEST(PartialTransform, WhatIsWrongForOneResourceIsInheritedByTheOthers) {
    const PartialTemplate partial =
        transformed(R"(Globals: {Function: {Runtime: python3.12, Handler: a.b}}
Resources:
  Zip: {Type: AWS::Serverless::Function, Properties: {CodeUri: src}}
  Image: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: a:1}}
)");
    EXPECT_TRUE(partial.broken.empty());
    EXPECT_EQ(property(partial, "Zip", "Handler")->text(), "a.b");
    EXPECT_EQ(property(partial, "Zip", "Runtime")->text(), "python3.12");
    EXPECT_EQ(property(partial, "Image", "Handler"), nullptr);
}

TEST(PartialTransform, AGlobalsSectionThatIsWrongLeavesTheOthers) {
    const PartialTemplate partial = transformed(
        "Globals: {Function: {Runtime: python3.12, Handler: a.b}, Functoin: {Timeout: 3}}\n"
        "Resources: {Fn: {Type: AWS::Serverless::Function, Properties: {CodeUri: src}}}\n");
    EXPECT_THAT(messages(partial), ElementsAre(HasSubstr("Globals.Functoin is left out")));
    EXPECT_EQ(property(partial, "Fn", "Handler")->text(), "a.b");
}

TEST(PartialTransform, GlobalsThatAreNoneLeaveRoutesOpenUnlessTheySayWhoMay) {
    constexpr std::string_view routed =
        "Resources:\n  Fn:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        "      {CodeUri: src, Handler: a.b, Runtime: python3.12, Events: {A: {Type: Api, "
        "Properties: {Path: /x, Method: get}}, B: {Type: HttpApi, Properties: {Path: /y, Method: "
        "get}}}}\n";

    struct Row {
        std::string_view globals;
        bool rest;
        bool http;
    };

    for (const Row& row : {
             Row{"text", false, false},
             Row{"[Function, {Api: {TracingEnabled: true}}]", false, false},
             Row{"{Api: text}", false, false},
             Row{"{Apis: {TracingEnabled: true}}", false, false},
             Row{"[Function, {Api: {Auth: {ApiKeyRequired: true}}}]", true, true},
             Row{"{Api: [{Auth: x}]}", true, false},
             Row{"{HttpApi: {Auth: x}}", false, true},
             Row{"{Apis: {Auth: {ApiKeyRequired: true}}}", true, true},
         }) {
        const PartialTemplate partial =
            transformed(fmt::format("Globals: {}\n{}", row.globals, routed));
        EXPECT_THAT(messages(partial), ElementsAre(HasSubstr("is left out"))) << row.globals;
        EXPECT_TRUE(partial.broken.empty()) << row.globals;
        EXPECT_EQ(partial.closed.apis.contains("ServerlessRestApi"), row.rest) << row.globals;
        EXPECT_EQ(partial.closed.apis.contains("ServerlessHttpApi"), row.http) << row.globals;
    }
}

// An Auth that AWS refuses protects nothing when it is left out.
TEST(PartialTransform, AnAuthThatIsLeftOutClosesItsApi) {
    constexpr std::string_view socket =
        "WebSocketApi, Properties: {RouteSelectionExpression: $request.body.action, "
        "Routes: {$connect: {FunctionArn: !GetAtt Fn.Arn}}";

    struct Row {
        std::string_view globals;
        std::string_view api; // up to its last property
        std::string_view auth;
    };

    for (const Row& row : {
             Row{"{}", "Api, Properties: {StageName: p", ", Auth: [1]"},
             Row{"{}", "HttpApi, Properties: {Name: n", ", Auth: [1]"},
             Row{"{}", socket, ", Auth: [1]"},
             Row{"{}", socket, ", Auth: {AuthType: CUSTOM}"},
             Row{"{}", socket, ", Auth: {AuthType: JWT}"},
             Row{"{WebSocketApi: {Auth: {AuthType: AWS_IAM}}}", socket, ""},
             Row{"{WebSocketApis: {Auth: {AuthType: AWS_IAM}}}", socket, ""},
         }) {
        const PartialTemplate partial = transformed(fmt::format(
            "Globals: {}\nResources:\n"
            "  Fn: {{Type: AWS::Serverless::Function, Properties: {{InlineCode: x, Handler: "
            "a.b, Runtime: python3.12}}}}\n"
            "  Chat: {{Type: AWS::Serverless::{}{}}}}}\n",
            row.globals,
            row.api,
            row.auth));
        EXPECT_TRUE(partial.closed.apis.contains("Chat")) << row.globals << row.api << row.auth;
    }
}

TEST(PartialTransform, EndsWhateverIsWrong) {
    for (const char* text : {
             "Resources: {A: {Type: AWS::Serverless::Function, Properties: [1]}}",
             "Resources: {A: 1, B: [], C: {Type: 3}}",
             "Globals: [1]\nResources: {A: {Type: AWS::Serverless::SimpleTable}}",
             "Mappings: 1\nConditions: 2\nResources: {A: {Type: AWS::Serverless::Api, Properties: "
             "{}}}",
             "Resources: {}",
         }) {
        const PartialTemplate partial = transformed(text);
        EXPECT_FALSE(partial.diagnostics.empty()) << text;
    }
}

} // namespace
} // namespace samara::app
