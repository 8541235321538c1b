#include "unit/transform/blamed.h"

/// What AWS's transform makes of input that is empty, of another kind, or wrong in several places.
namespace samara::transform {
namespace {

using namespace test;

TEST(UnusualInput, AFunctionsPoliciesMayBeEmpty) {
    const std::string wanted = part(run(function_with("")), "Resources.RRole.Properties");
    for (const char* empty : {"''", "{}", "[]"}) {
        const Output output = run(function_with(fmt::format("Policies: {}", empty)));
        EXPECT_EQ(part(output, "Resources.RRole.Properties"), wanted) << empty;
    }
}

TEST(UnusualInput, PolicyTemplatesAreLookedAtFirst) {
    const std::string wrong = "Policies: {LambdaInvokePolicy: text}, Events: {E: {Type: S3}}";
    EXPECT_EQ(blamed(function_with(wrong)), Ids{"R"});
    EXPECT_EQ(blamed(function_with("Role: arn, " + wrong)), Ids{"R"});
    EXPECT_EQ(
        blamed(resource(
            "StateMachine", "Definition: {}, Role: arn, Policies: [{LambdaInvokePolicy: {}}]")),
        Ids{"R"});
}

TEST(UnusualInput, TheFormOfEventsComesBeforeWhatTheFunctionLacks) {
    EXPECT_EQ(blamed(resource("Function", "InlineCode: x, Events: {E: {Type: Api}}")), Ids{"RE"});
}

TEST(UnusualInput, EventInvokeConfigFromAParameter) {
    const std::string parameters = "Parameters: {P: {Type: String, Default: text}}\n";
    EXPECT_EQ(blamed(parameters + function_with("EventInvokeConfig: !Ref P")), Ids{"R"});
    EXPECT_EQ(
        part(
            run(function_with("EventInvokeConfig: {DestinationConfig: []}")),
            "Resources.REventInvokeConfig.Properties.DestinationConfig"),
        "{}");
}

TEST(UnusualInput, NothingConnectsToWhatIsWrong) {
    EXPECT_EQ(
        blamed(
            function_with("EventInvokeConfig: {DestinationConfig: {OnSuccess: {Type: X}}}") +
            "    Connectors: {C: {Properties: {Destination: {Id: Q}, Permissions: [Write]}}}\n"
            "  Q: {Type: AWS::SQS::Queue}\n"),
        (Ids{"R", "RC"}));
}

std::string deployment(std::string_view preference) {
    return part(
        run(function_with(fmt::format(
            "AutoPublishAlias: live, DeploymentPreference: {{Enabled: true, {}}}", preference))),
        "Resources.RDeploymentGroup.Properties");
}

TEST(UnusualInput, DeploymentTypesAtAnyDepth) {
    const auto type = [](std::string_view value) {
        return data::write_json(
            at(data::read_json(deployment(fmt::format("Type: {}", value)), "t").value(),
               "DeploymentConfigName"));
    };
    const std::string ready =
        R"(["CodeDeployDefault.Lambda${ConfigName}",{"ConfigName":"AllAtOnce"}])";
    EXPECT_EQ(type("AllAtOnce"), R"({"Fn::Sub":)" + ready + "}");
    EXPECT_EQ(type("!Sub AllAtOnce"), R"({"Fn::Sub":)" + ready + "}");
    EXPECT_EQ(
        type("!Join ['', [AllAtOnce, x]]"),
        R"({"Fn::Join":["",[{"Fn::Sub":)" + ready + R"(},"x"]]})");
    EXPECT_EQ(deployment("Type: AllAtOnce, Alarms: {}"), deployment("Type: AllAtOnce"));
}

TEST(UnusualInput, TheRoleOfDeploymentsHasTheTagsThatArePassedOn) {
    EXPECT_EQ(
        part(
            run(function_with(
                "Tags: {K: V}, PropagateTags: true, AutoPublishAlias: live, DeploymentPreference: "
                "{Type: AllAtOnce}")),
            "Resources.CodeDeployServiceRole.Properties.Tags"),
        R"([{"Key":"K","Value":"V"}])");
}

TEST(UnusualInput, TheTagsOfAllDeployedFunctionsComeTogether) {
    std::string yaml = "Resources:\n";
    for (const char* name : {"A", "B"}) {
        yaml += fmt::format(
            "  {0}: {{Type: AWS::Serverless::Function, Properties: {{Handler: a.b, Runtime: "
            "nodejs22.x, InlineCode: x, Tags: {{Same: {0}, {0}: v}}, PropagateTags: true, "
            "AutoPublishAlias: live, DeploymentPreference: {{Type: AllAtOnce}}}}}}\n",
            name);
    }
    EXPECT_EQ(
        part(run(yaml), "Resources.ServerlessDeploymentApplication.Properties.Tags"),
        R"([{"Key":"Same","Value":"B"},{"Key":"A","Value":"v"},{"Key":"B","Value":"v"}])");
}

TEST(UnusualInput, AnEmptyDeploymentPreferenceOfAStateMachineIsNone) {
    for (const char* empty : {"[]", "''", "0", "false"}) {
        EXPECT_EQ(
            blamed(resource(
                "StateMachine",
                fmt::format(
                    "Definition: {{StartAt: a}}, Role: arn, AutoPublishAlias: live, "
                    "DeploymentPreference: {}",
                    empty))),
            Ids{})
            << empty;
    }
}

TEST(UnusualInput, TriggersAreTexts) {
    const auto cognito = [](std::string_view trigger) {
        return blamed(
            function_with(fmt::format(
                "Events: {{E: {{Type: Cognito, Properties: {{UserPool: !Ref P, Trigger: {}}}}}}}",
                trigger)) +
            "  P: {Type: AWS::Cognito::UserPool}\n");
    };
    EXPECT_EQ(cognito("[PreSignUp]"), Ids{});
    EXPECT_EQ(cognito("[PreSignUp, !Sub PostConfirmation]"), Ids{"RE"});
}

TEST(UnusualInput, NumbersOfACapacityProvider) {
    const auto provider = [](std::string_view limit, std::string_view target) {
        return run(resource(
            "CapacityProvider",
            fmt::format(
                "VpcConfig: {{SubnetIds: [a, 5, true]}}, ScalingConfig: {{MaxVCpuCount: {}, "
                "AverageCPUUtilization: {}}}",
                limit,
                target)));
    };
    const auto scaling = [&](std::string_view limit) {
        return part(
            provider(limit, "null"),
            "Resources.R.Properties.CapacityProviderScalingConfig.MaxVCpuCount");
    };
    EXPECT_EQ(scaling("'5'"), "5");
    EXPECT_EQ(scaling("5.5"), "5");
    EXPECT_EQ(scaling("[]"), "{}");
    EXPECT_EQ(scaling("!Ref P"), R"({"Ref":"P"})");
    EXPECT_EQ(
        part(provider("null", "null"), "Resources.R.Properties.CapacityProviderScalingConfig"),
        "null");
    EXPECT_EQ(
        part(provider("5", "5"), "Resources.R.Properties.VpcConfig.SubnetIds"),
        R"(["a","5","True"])");
    EXPECT_EQ(errors(provider("many", "5")).size(), 1U);
    EXPECT_EQ(errors(provider("5", "much")).size(), 1U);
    for (const char* number : {"1e300", "-1e19"}) {
        EXPECT_EQ(errors(provider(number, "5")).size(), 1U) << number;
    }
}

TEST(UnusualInput, AMapOfOneMemberStandsForAFunctionInLayers) {
    const auto layer = [](std::string_view description) {
        return errors(run(resource(
            "LayerVersion", fmt::format("ContentUri: s3://a/b, Description: {}", description))));
    };
    EXPECT_EQ(layer("{a: b}").size(), 0U);
    EXPECT_EQ(layer("{a: b, c: d}").size(), 1U);
}

TEST(UnusualInput, WhatIsEmptyInAGraphQLApiIsNotGiven) {
    const Output output = run(resource(
        "GraphQLApi",
        "SchemaInline: x, Auth: {Type: AWS_IAM}, Name: {}, DataSources: {DynamoDb: {D: {"
        "TableName: t, Region: '', ServiceRoleArn: {}}}}"));
    EXPECT_EQ(part(output, "Resources.R.Properties.Name"), R"("R")");
    EXPECT_EQ(
        part(output, "Resources.RDDynamoDBDataSource.Properties.DynamoDBConfig.AwsRegion"),
        R"({"Ref":"AWS::Region"})");
    EXPECT_EQ(
        part(output, "Resources.RDDynamoDBDataSource.Properties.ServiceRoleArn"),
        R"({"Fn::GetAtt":["RDDynamoDBDataSourceRole","Arn"]})");
}

TEST(UnusualInput, AWebSocketApiKeepsNoAttributeAndNoEmptyParameters) {
    const Output output =
        run(resource(
                "WebSocketApi",
                "StageName: !If [C, a, b], RouteSelectionExpression: x, Routes: {$default: "
                "{FunctionArn: arn, RequestParameters: "
                "{}}}") +
            "    UpdatePolicy: {AutoScalingReplacingUpdate: {WillReplace: true}}\n");
    EXPECT_EQ(part(output, "Resources.R.UpdatePolicy"), "null");
    EXPECT_EQ(part(output, "Resources.RDefaultRoute.Properties.RequestParameters"), "null");
    EXPECT_TRUE(
        part(output, "Resources.RDefaultPermission.Properties.SourceArn")
            .find("${__StageName__}") != std::string::npos);
}

TEST(UnusualInput, StatusOfAGatewayResponse) {
    const auto status = [](std::string_view value) {
        return part(
            run(api_with(
                fmt::format("GatewayResponses: {{DEFAULT_4XX: {{StatusCode: {}}}}}", value))),
            "Resources.R.Properties.Body.x-amazon-apigateway-gateway-responses.DEFAULT_4XX."
            "statusCode");
    };
    EXPECT_EQ(status("401"), R"("401")");
    EXPECT_EQ(status("''"), "null");
    EXPECT_EQ(status("[]"), R"("[]")");
    EXPECT_EQ(blamed(api_with("GatewayResponses: {DEFAULT_4XX: {StatusCode: [a]}}")), Ids{"R"});
}

TEST(UnusualInput, ListsOfVpcsAsPythonExtendsThem) {
    const auto vpcs = [](std::string_view value) {
        const Output output =
            run("Resources:\n"
                "  Api: {Type: AWS::Serverless::Api, Properties: {StageName: v1, Auth: "
                "{ResourcePolicy: {IntrinsicVpcBlacklist: " +
                std::string(value) +
                "}}}}\n"
                "  F: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: "
                "nodejs22.x, InlineCode: x, Events: {E: {Type: Api, Properties: {Path: /a, Method: "
                "get, RestApiId: !Ref Api}}}}}\n");
        return data::write_json(
            at(output.document,
               "Resources.Api.Properties.Body.x-amazon-apigateway-policy.Statement.1.Condition."
               "StringEquals.aws:SourceVpc"));
    };
    EXPECT_EQ(vpcs("[!Ref V]"), R"([{"Ref":"V"}])");
    EXPECT_EQ(vpcs("!Ref V"), R"(["Ref"])");
    EXPECT_EQ(vpcs("vé"), R"(["v","é"])");
    EXPECT_EQ(vpcs("''"), "null");
}

TEST(UnusualInput, PathsOfOpenApi3AreAMap) {
    EXPECT_EQ(
        blamed(resource(
            "Api",
            "StageName: v1, OpenApiVersion: 3.0.1, DefinitionBody: {openapi: 3.0.1, paths: x}")),
        Ids{""});
}

TEST(UnusualInput, TheFormOfCorsAndAuthComesBeforePaths) {
    const std::string broken = "StageName: v1, DefinitionBody: {swagger: '2.0', paths: {/a: x}}, ";
    EXPECT_EQ(blamed(resource("Api", broken + "Cors: {AllowCredentials: true}")), Ids{"R"});
    EXPECT_EQ(blamed(resource("Api", broken + "Auth: !Sub x")), Ids{"R"});
    EXPECT_EQ(blamed(resource("Api", broken + "Cors: x")), Ids{""});
}

TEST(UnusualInput, SecurityDefinitionsMoveAsTheyAre) {
    EXPECT_EQ(
        part(
            run(resource(
                "Api",
                "StageName: v1, OpenApiVersion: 3.0.1, DefinitionBody: {openapi: 3.0.1, paths: "
                "{}, securityDefinitions: [a]}")),
            "Resources.R.Properties.Body.components.securitySchemes"),
        R"(["a"])");
}

TEST(UnusualInput, WhatIsMergedStaysBesideTheConditionOfItsPath) {
    const Output output = run(
        "Globals: {Api: {MergeDefinitions: true}}\n"
        "Conditions: {C: !Equals [a, b]}\n" +
        resource("Api", "StageName: v1") +
        "  F: {Type: AWS::Serverless::Function, Condition: C, Properties: {Handler: a.b, Runtime: "
        "nodejs22.x, InlineCode: x, Events: {E: {Type: Api, Properties: {Path: /a, Method: get, "
        "RestApiId: !Ref R}}}}}\n");
    const std::string path = "Resources.R.Properties.Body.paths./a.";
    EXPECT_EQ(part(output, path + "Fn::If"), R"(["C",{"get":{}},{"Ref":"AWS::NoValue"}])");
    EXPECT_EQ(part(output, path + "get.Fn::If.0"), R"("C")");
}

} // namespace
} // namespace samara::transform
