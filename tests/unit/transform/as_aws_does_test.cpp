#include "unit/transform/blamed.h"

#include <tuple>

/// What AWS's transform lets pass, refuses and names where one would not expect it.
namespace samara::transform {
namespace {

using namespace test;

TEST(AsAwsDoes, AStateMachineWantsItsPoliciesToBeSome) {
    EXPECT_EQ(blamed(resource("StateMachine", "Definition: {}, Policies: {}")), Ids{"R"});
    EXPECT_EQ(blamed(resource("StateMachine", "Definition: {A: b}, Policies: []")), Ids{});
    EXPECT_EQ(
        blamed(resource(
            "StateMachine",
            "Definition: {A: b}, Role: a, Policies: [b], Events: {E: {Type: Schedule, Properties: "
            "{X: 1}}}")),
        Ids{"RE"});
}

TEST(AsAwsDoes, ALocationHasABucketAndAKeyThatSaySomething) {
    for (const char* location :
         {"{Bucket: [], Key: k}", "{Bucket: b, Key: {}}", "{Bucket: '', Key: k}"}) {
        EXPECT_EQ(
            blamed(resource("StateMachine", fmt::format("DefinitionUri: {}", location))), Ids{"R"})
            << location;
        EXPECT_EQ(
            blamed(resource(
                "Function", fmt::format("Handler: a.b, Runtime: x, CodeUri: {}", location))),
            Ids{"R"})
            << location;
    }
}

TEST(AsAwsDoes, AnIfInABranchOfPoliciesIsADocument) {
    const std::string yaml =
        "Conditions: {C: !Equals [a, b]}\n" +
        function_with(
            "Policies: [!If [C, !If [C, {Statement: []}, !Ref AWS::NoValue], {Statement: [1]}]]");
    EXPECT_EQ(
        part(run(yaml), "Resources.RRole.Properties.Policies.0.Fn::If.1"),
        R"({"PolicyName":"RRolePolicy0","PolicyDocument":{"Fn::If":["C",{"Statement":[]},{"Ref":"AWS::NoValue"}]}})");
}

TEST(AsAwsDoes, WhatAnEventChangesIsWrittenAnew) {
    const auto with = [](std::string_view event, std::string_view changed) {
        return function_with(fmt::format("Events: {{E: {}}}", event)) +
               "  B: " + std::string(changed) + "\n";
    };
    const std::string s3 = "{Type: S3, Properties: {Bucket: !Ref B, Events: s3:X}}";
    const std::string cognito =
        "{Type: Cognito, Properties: {UserPool: !Ref B, Trigger: PreSignUp}}";
    for (const auto& [event, type, name] :
         {std::tuple{s3, "AWS::S3::Bucket", "Tags"},
          std::tuple{cognito, "AWS::Cognito::UserPool", "Policies"}}) {
        EXPECT_EQ(
            blamed(with(event, fmt::format("{{Type: {}, Properties: {{Nope: 1}}}}", type))),
            Ids{"B"});
        const Output output = run(with(
            event,
            fmt::format(
                "{{Type: {}, Properties: {{{}: null}}, CreationPolicy: {{}}, Metadata: {{a: b}}}}",
                type,
                name)));
        EXPECT_FALSE(at(output.document, "Resources.B.Properties").as_map()->contains(name));
        EXPECT_EQ(at(output.document, "Resources.B.CreationPolicy"), data::Value());
        EXPECT_EQ(data::write_json(at(output.document, "Resources.B.Metadata")), R"({"a":"b"})");
    }
    EXPECT_EQ(blamed(with(s3, "{Type: AWS::S3::Bucket, Properties: null}")), Ids{"B"});
    EXPECT_EQ(blamed(with(s3, "{Type: AWS::S3::Bucket, Properties: {Policies: 1}}")), Ids{"B"});
    EXPECT_EQ(blamed(with(cognito, "{Type: AWS::Cognito::UserPool, Properties: null}")), Ids{});
    // Nobody changes this one.
    EXPECT_EQ(
        blamed(function_with("") + "  B: {Type: AWS::S3::Bucket, Properties: {Nope: 1}}\n"), Ids{});
}

TEST(AsAwsDoes, TheLastQueueIsTheDestinationQueue) {
    const std::string output = "Outputs: {O: {Value: !Sub '${R.DestinationQueue}'}}\n";
    const std::string topic = "{Type: SNS, Properties: {Topic: t, SqsSubscription: true}}";
    const std::string invoke = "EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS}}}, ";
    const auto queue = [&](const std::string& properties) {
        return part(run(function_with(properties) + output), "Outputs.O.Value.Fn::Sub");
    };
    EXPECT_EQ(queue("Events: {E: " + topic + "}"), R"("${REQueue}")");
    EXPECT_EQ(queue(invoke + "Events: {E: " + topic + "}"), R"("${REQueue}")");
    EXPECT_EQ(queue(invoke + "Events: {}"), R"("${REventInvokeConfigOnFailureQueue}")");
}

TEST(AsAwsDoes, OnlyWhatIsLookedUpNeedsAWholeFindInMap) {
    EXPECT_EQ(blamed(function_with("Description: !FindInMap [A]")), Ids{});
    const std::string alias = "AutoPublishAlias: live, DeploymentPreference: ";
    EXPECT_EQ(blamed(function_with(alias + "{Type: !FindInMap [A, b]}")), Ids{""});
    EXPECT_EQ(blamed(function_with(alias + "{Type: AllAtOnce, Role: !FindInMap [A, b]}")), Ids{});
    const std::string location = "Location: {ApplicationId: !FindInMap [A, b], SemanticVersion: ";
    EXPECT_EQ(blamed(resource("Application", location + "1.0.0}")), Ids{""});
}

TEST(AsAwsDoes, AGraphQLApiMayHavePropertiesThatNobodyReads) {
    const Output output =
        run(resource("GraphQLApi", "SchemaInline: x, Auth: {Type: AWS_IAM}, Nope: 1"));
    EXPECT_EQ(part(output, "Resources.R.Properties.Nope"), "null");
    ASSERT_EQ(output.diagnostics.size(), 1U); // a warning
}

TEST(AsAwsDoes, ACapacityProviderReadsNoFunctionAndNoEmptyText) {
    const std::string vpc = "VpcConfig: {SubnetIds: ['', a]}";
    EXPECT_EQ(
        part(run(resource("CapacityProvider", vpc)), "Resources.R.Properties.VpcConfig.SubnetIds"),
        R"([{},"a"])");
    EXPECT_EQ(blamed(resource("CapacityProvider", vpc + ", PropagateTags: !Ref P")), Ids{"R"});
    EXPECT_EQ(blamed(resource("CapacityProvider", vpc + ", PropagateTags: true")), Ids{});
}

TEST(AsAwsDoes, NamesOfACapacityProviderMayBeMapsAndAreLeftOutWhenEmpty) {
    for (const char* name : {"CapacityProviderName", "KmsKeyArn"}) {
        const auto with = [&](std::string_view value) {
            return run(resource(
                "CapacityProvider",
                fmt::format("VpcConfig: {{SubnetIds: [a]}}, {}: {}", name, value)));
        };
        const std::string path = fmt::format("Resources.R.Properties.{}", name);
        EXPECT_EQ(part(with("{a: b, c: d}"), path), R"({"a":"b","c":"d"})");
        EXPECT_EQ(part(with("{}"), path), "null");
        EXPECT_EQ(part(with("''"), path), "null");
    }
}

TEST(AsAwsDoes, APrivateDomainHasNoCertificateOfItsOwner) {
    const auto with = [](std::string_view endpoint) {
        return api_with(fmt::format(
            "Domain: {{DomainName: a, CertificateArn: b, EndpointConfiguration: {}, "
            "OwnershipVerificationCertificateArn: c}}",
            endpoint));
    };
    EXPECT_EQ(blamed(with("REGIONAL")), Ids{});
    ASSERT_EQ(blamed(with("PRIVATE")).size(), 1U);
    EXPECT_TRUE(blamed(with("PRIVATE")).front().starts_with("ApiGatewayDomainNameV2"));
}

TEST(AsAwsDoes, ANameOfOpenApiForEveryMethodIsNoAny) {
    const std::string open_api = "x-amazon-apigateway-any-method";
    const auto with = [](std::string_view type, std::string_view path, std::string_view method) {
        return run(function_with(fmt::format(
            "Events: {{E: {{Type: {}, Properties: {{Path: {}, Method: {}, {}}}}}}}",
            type,
            path,
            method,
            type == "Api" ? "" : "RouteSettings: {ThrottlingBurstLimit: 5}")));
    };
    const auto ends_with = [](const Output& output, std::string_view id, std::string_view end) {
        const data::Value arn_of =
            at(output.document, fmt::format("Resources.{}.Properties.SourceArn.Fn::Sub.0", id));
        const std::string arn(arn_of.text());
        EXPECT_TRUE(arn.ends_with(end)) << arn;
    };
    ends_with(with("Api", "/a", "Any"), "REPermissionProd", "/${__Stage__}/*/a");
    ends_with(with("Api", "/a", open_api), "REPermissionProd", "/X-AMAZON-APIGATEWAY-ANY-METHOD/a");
    ends_with(with("HttpApi", "/$default", "any"), "REPermission", "/${__Stage__}/$default");
    ends_with(with("HttpApi", "/$default", open_api), "REPermission", "/${__Stage__}/*/$default");
    const auto routes = [&](std::string_view path, std::string_view method) {
        return part(
            with("HttpApi", path, method),
            "Resources.ServerlessHttpApiApiGatewayDefaultStage.Properties.RouteSettings");
    };
    EXPECT_EQ(routes("/a", "any"), R"({"ANY /a":{"ThrottlingBurstLimit":5}})");
    EXPECT_EQ(routes("/a", open_api), R"({"/a":{"ThrottlingBurstLimit":5}})");
    EXPECT_EQ(routes("$default", "get"), R"({"GET $default":{"ThrottlingBurstLimit":5}})");
}

/// The ids are hashes of what Python 2 printed; these are AWS's.
TEST(AsAwsDoes, DeploymentsOfWrittenMethodsAndOfMovedDefinitions) {
    const auto has = [](const Output& output, const std::string& id) {
        const std::vector<std::string> all = ids(output);
        return std::find(all.begin(), all.end(), id) != all.end();
    };
    const auto machine = [](std::string_view method) {
        return resource(
            "StateMachine",
            fmt::format(
                "DefinitionUri: s3://a/b, Events: {{E: {{Type: Api, Properties: {{Path: /a, "
                "Method: {}}}}}}}",
                method));
    };
    EXPECT_TRUE(has(run(machine("any")), "ServerlessRestApiDeployment4dd2ee16e4"));
    EXPECT_TRUE(has(
        run(machine("x-amazon-apigateway-any-method")), "ServerlessRestApiDeployment1f7488d85c"));
    EXPECT_TRUE(
        has(run(resource(
                "Api",
                "StageName: v1, Auth: {ApiKeyRequired: true}, DefinitionBody: {openapi: 3.0.1, "
                "info: {title: a}, "
                "definitions: {X: {type: object}}, paths: {/a: {get: {}}}}")),
            "RDeployment63397269d7"));
}

} // namespace
} // namespace samara::transform
