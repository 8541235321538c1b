#include "cloud/list/endpoints.h"
#include "data/read.h"
#include "support/aws_stub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::cloud {
namespace {

using test::aws_error;
using test::AwsAnswer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const AwsAnswer no_stack = aws_error("ValidationError", "Stack with id app does not exist");

class ListTest : public testing::Test {
protected:
    ListTest() {
        aws_.on("ListStackResources",
                {"{StackResourceSummaries: ["
                 "{LogicalResourceId: Fn, PhysicalResourceId: app-Fn, ResourceType: "
                 "'AWS::Lambda::Function'}, "
                 "{LogicalResourceId: Rest, PhysicalResourceId: r1, ResourceType: "
                 "'AWS::ApiGateway::RestApi'}, "
                 "{LogicalResourceId: Http, PhysicalResourceId: h1, ResourceType: "
                 "'AWS::ApiGatewayV2::Api'}, "
                 "{LogicalResourceId: Named, PhysicalResourceId: n1, ResourceType: "
                 "'AWS::ApiGateway::RestApi'}, "
                 "{LogicalResourceId: Domain, PhysicalResourceId: api.example.org, ResourceType: "
                 "'AWS::ApiGateway::DomainName'}, "
                 "{LogicalResourceId: Making, ResourceType: 'AWS::ApiGatewayV2::Api'}]}"})
            .on("GetResource",
                {"{ResourceDescription: {Properties: '{\"FunctionUrl\": \"https://url\"}'}}"})
            .on("GET /restapis/r1/stages", {"{item: [{stageName: Prod}, {stageName: Stage}]}"})
            .on("GET /v2/apis/h1/stages", {"{items: [{stageName: $default}], nextToken: t}"})
            .on("GET /v2/apis/h1/stages?nextToken=t", {"{items: [{stageName: b}]}"});
    }

    /// "Id physical [urls] methods", a line each.
    std::vector<std::string> endpoints(const std::string& stack) {
        const auto rows = list_endpoints(*session_, stack, document_);
        if (!rows) {
            return {"ERROR: " + rows.error().message};
        }
        std::vector<std::string> lines;
        for (const ListedEndpoint& row : *rows) {
            lines.push_back(fmt::format(
                "{} {} [{}]{}",
                row.logical_id,
                row.physical_id,
                fmt::join(row.urls, " "),
                row.methods.empty() ? "" : fmt::format(" {}", fmt::join(row.methods, " "))));
        }
        return lines;
    }

    test::AwsStub aws_;
    std::shared_ptr<aws_client::Session> session_ = aws_.session();
    data::Value document_ =
        data::read_yaml(
            "Resources:\n"
            "  Fn: {Type: AWS::Lambda::Function}\n"
            "  Rest: {Type: AWS::ApiGateway::RestApi, Properties: {Body: {paths: {/a: {get: {}, "
            "post: "
            "{}}, /b: {}}}}}\n"
            "  Map: {Type: AWS::ApiGateway::BasePathMapping, Properties: {DomainName: !Ref Domain, "
            "RestApiId: !Ref Named}}\n"
            "  Other: {Type: AWS::ApiGateway::Deployment, Properties: {DomainName: !Ref Domain, "
            "RestApiId: !Ref Rest}}\n"
            "  Lost: {Type: AWS::ApiGatewayV2::ApiMapping, Properties: {DomainName: !Ref Making, "
            "ApiId: "
            "!Ref Http}}\n"
            "  Local: {Type: AWS::Lambda::Function}\n"
            "  LocalApi: {Type: AWS::ApiGatewayV2::Api}\n"
            "  Table: {Type: AWS::DynamoDB::Table}\n",
            "t")
            .value();
};

TEST_F(ListTest, EndpointsOfTheStackThenThoseOfTheTemplate) {
    EXPECT_THAT(
        endpoints("app"),
        ElementsAre(
            "Fn app-Fn [https://url]",
            "Rest r1 [https://r1.execute-api.eu-west-1.amazonaws.com/Prod "
            "https://r1.execute-api.eu-west-1.amazonaws.com/Stage] /a['get', 'post'] /b[]",
            "Http h1 [https://h1.execute-api.eu-west-1.amazonaws.com/$default "
            "https://h1.execute-api.eu-west-1.amazonaws.com/b]",
            "Named n1 [https://api.example.org]",
            "Making - []",
            "Local - []",
            "LocalApi - []"));
}

TEST_F(ListTest, WithoutAStackNobodyIsAsked) {
    EXPECT_THAT(
        endpoints(""),
        ElementsAre("Fn - []", "Rest - [] /a['get', 'post'] /b[]", "Local - []", "LocalApi - []"));
    EXPECT_THAT(aws_.calls(), IsEmpty());
}

TEST_F(ListTest, WhatIsNotThereHasNoUrl) {
    for (const char* code : {"NotFoundException", "ResourceNotFoundException"}) {
        aws_.on("GetResource", {aws_error(code, "none")})
            .on("GET /restapis/r1/stages", {aws_error(code, "none", 404)});
        EXPECT_THAT(endpoints("app"), testing::Contains("Fn app-Fn []")) << code;
    }
    aws_.on("GetResource", {"{ResourceDescription: {Properties: '{'}}"});
    EXPECT_THAT(endpoints("app"), testing::Contains("Fn app-Fn []"));
    aws_.on("GetResource", {aws_error("AccessDenied", "not yours")});
    EXPECT_THAT(endpoints("app"), ElementsAre(HasSubstr("ERROR: ")));
    aws_.on("GetResource", {"{}"})
        .on("GET /restapis/r1/stages", {aws_error("AccessDenied", "not yours", 403)});
    EXPECT_THAT(endpoints("app"), ElementsAre(HasSubstr("ERROR: ")));
}

TEST_F(ListTest, Resources) {
    const auto rows = list_resources(*session_, "app", document_);
    ASSERT_TRUE(rows);
    std::vector<std::string> lines;
    for (const ListedResource& row : *rows) {
        lines.push_back(row.logical_id + " " + row.physical_id);
    }
    EXPECT_THAT(
        lines,
        ElementsAre(
            "Fn app-Fn",
            "Rest r1",
            "Http h1",
            "Named n1",
            "Domain api.example.org",
            "Making -",
            "Map -",
            "Other -",
            "Lost -",
            "Local -",
            "LocalApi -",
            "Table -"));
}

TEST_F(ListTest, AStackThatIsNotThere) {
    const std::string message =
        "The input stack app does not exist on Cloudformation in the region eu-west-1";
    aws_.on("ListStackResources", {no_stack}).on("DescribeStacks", {no_stack});
    EXPECT_EQ(list_resources(*session_, "app", document_).error().message, message);
    EXPECT_THAT(endpoints("app"), ElementsAre("ERROR: " + message));
    EXPECT_EQ(list_stack_outputs(*session_, "app").error().message, message);
    aws_.on("ListStackResources", {aws_error("AccessDenied", "no")});
    EXPECT_EQ(list_resources(*session_, "app", document_).error().code, "AccessDenied");
}

TEST_F(ListTest, Outputs) {
    aws_.on("DescribeStacks", {"{Stacks: [{Outputs: [{OutputKey: a, OutputValue: b}]}]}"});
    EXPECT_EQ(list_stack_outputs(*session_, "app")->front().value, "b");
    aws_.on("DescribeStacks", {"{Stacks: [{StackName: app}]}"});
    EXPECT_EQ(
        list_stack_outputs(*session_, "app").error().message,
        "Outputs do not exist for the input stack app on Cloudformation in the region eu-west-1");
}

} // namespace
} // namespace samara::cloud
