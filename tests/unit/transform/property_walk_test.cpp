#include "base/strings.h"
#include "transform/core/expanders.h"
#include "transform/core/property_list.h"
#include "unit/transform/transform_support.h"

#include <fmt/format.h>

// Whatever a user mistypes is told with its place: every property of every resource type and of
// every event gets a value of a kind that it does not take.
namespace samara::transform {
namespace {

using namespace test;

/// A value that the words of a property list refuse, or empty when AWS takes anything.
std::string wrong_value(std::string_view words) {
    const auto kinds = base::split(words, ' ');
    const auto takes = [&](std::string_view kind) {
        return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
    };
    if (takes("any") || takes("passed")) {
        return {};
    }
    if (!takes("list") && !takes("strings") && !takes("texts") && !takes("scalars")) {
        return "[wrong, kind]";
    }
    return takes("map") || takes("sections") ? "12" : "{Wrong: a, Kind: b}";
}

/// Whether an error says that `property` is wrong on line `line`.
testing::AssertionResult
is_told(const Output& output, std::string_view property, std::uint32_t line) {
    for (const base::Diagnostic& diagnostic : output.diagnostics) {
        if (diagnostic.severity == base::Severity::error && diagnostic.error.property == property &&
            diagnostic.error.where.line == line) {
            return testing::AssertionSuccess();
        }
    }
    auto result = testing::AssertionFailure() << "not told; errors are:";
    for (const std::string& error : errors(output)) {
        result << "\n  " << error;
    }
    return result;
}

/// Goes on after errors that would keep AWS's transform from going on.
Output run_all(std::string_view yaml) {
    Options options;
    options.local_artifacts = true;
    return run(yaml, options);
}

TEST(PropertyWalk, EveryPropertyOfEveryResourceTypeRefusesAnotherKind) {
    PropertyLists lists;
    std::size_t walked = 0;
    for (const std::string_view type : sam_types()) {
        const std::string name(type.substr(type.rfind(':') + 1));
        if (!PropertyLists::has(name)) {
            continue;
        }
        for (const data::Entry& property : lists.list(name)) {
            const std::string wrong = wrong_value(property.value.text());
            if (wrong.empty()) {
                continue;
            }
            ++walked;
            const Output output = run(fmt::format(
                "Resources:\n  X:\n    Type: {}\n    Properties:\n      {}: {}\n",
                type,
                property.key,
                wrong));
            EXPECT_TRUE(is_told(output, property.key, 5)) << type << "." << property.key;
        }
    }
    EXPECT_GT(walked, 100U);
}

TEST(PropertyWalk, EveryPropertyOfEveryEventRefusesAnotherKind) {
    PropertyLists lists;
    std::size_t walked = 0;
    for (const std::string_view type : function_event_types()) {
        const EventRow* row = find_function_event(type);
        ASSERT_NE(row, nullptr);
        if (row->list.empty()) {
            continue;
        }
        for (const data::Entry& property : lists.list(row->list)) {
            const std::string wrong = wrong_value(property.value.text());
            if (wrong.empty()) {
                continue;
            }
            ++walked;
            const Output output = run_all(fmt::format(
                "Resources:\n"
                "  X:\n"
                "    Type: AWS::Serverless::Function\n"
                "    Properties:\n"
                "      Handler: a.b\n"
                "      Runtime: python3.12\n"
                "      InlineCode: x\n"
                "      Events:\n"
                "        E:\n"
                "          Type: {}\n"
                "          Properties:\n"
                "            {}: {}\n",
                type,
                property.key,
                wrong));
            EXPECT_TRUE(is_told(output, property.key, 12)) << type << "." << property.key;
        }
    }
    EXPECT_GT(walked, 50U);
}

/// Where a list of nested properties stands: the text of a resource, in which "@" is one of them.
struct Nested {
    std::string_view list;
    std::string_view resource;
};

constexpr Nested nested_lists[] = {
    {"ApiCors", "Type: AWS::Serverless::Api\n    Properties: {StageName: p, Cors: {\n@}}"},
    {"ApiGatewayResponse",
     "Type: AWS::Serverless::Api\n    Properties: {StageName: p, GatewayResponses: {UNAUTHORIZED: "
     "{\n@}}}"},
    {"ApiGatewayResponseParameters",
     "Type: AWS::Serverless::Api\n    Properties: {StageName: p, GatewayResponses: {UNAUTHORIZED: "
     "{ResponseParameters: {\n@}}}}"},
    {"ApiUsagePlan",
     "Type: AWS::Serverless::Api\n    Properties: {StageName: p, Auth: {UsagePlan: {\n@}}}"},
    {"EventInvokeConfig",
     "Type: AWS::Serverless::Function\n    Properties: {Handler: a.b, Runtime: python3.12, "
     "InlineCode: x, EventInvokeConfig: {\n@}}"},
    {"EventInvokeDestinations",
     "Type: AWS::Serverless::Function\n    Properties: {Handler: a.b, Runtime: python3.12, "
     "InlineCode: x, EventInvokeConfig: {DestinationConfig: {\n@}}}"},
    {"FunctionUrlConfig",
     "Type: AWS::Serverless::Function\n    Properties: {Handler: a.b, Runtime: python3.12, "
     "InlineCode: x, FunctionUrlConfig: {\n@}}"},
    {"FunctionUrlCors",
     "Type: AWS::Serverless::Function\n    Properties: {Handler: a.b, Runtime: python3.12, "
     "InlineCode: x, FunctionUrlConfig: {AuthType: NONE, Cors: {\n@}}}"},
    {"DeploymentPreference",
     "Type: AWS::Serverless::Function\n    Properties: {Handler: a.b, Runtime: python3.12, "
     "InlineCode: x, AutoPublishAlias: live, DeploymentPreference: {\n@}}"},
    {"DeploymentHooks",
     "Type: AWS::Serverless::Function\n    Properties: {Handler: a.b, Runtime: python3.12, "
     "InlineCode: x, AutoPublishAlias: live, DeploymentPreference: {Type: AllAtOnce, Hooks: "
     "{\n@}}}"},
    {"Application/Location",
     "Type: AWS::Serverless::Application\n    Properties: {Location: {\n@}}"},
    {"SimpleTable/PrimaryKey",
     "Type: AWS::Serverless::SimpleTable\n    Properties: {PrimaryKey: {\n@}}"},
    {"Connector/Reference",
     "Type: AWS::Serverless::Connector\n    Properties: {Permissions: [Read], Destination: {Id: "
     "T}, "
     "Source: {\n@}}"},
    {"WebSocketApiRoute",
     "Type: AWS::Serverless::WebSocketApi\n    Properties: {RouteSelectionExpression: a, Routes: "
     "{$connect: {\n@}}}"},
    {"StateMachine/DeploymentPreference",
     "Type: AWS::Serverless::StateMachine\n    Properties: {DefinitionUri: s3://a/b, "
     "AutoPublishAlias: live, DeploymentPreference: {\n@}}"},
    {"StateMachine/Api",
     "Type: AWS::Serverless::StateMachine\n    Properties: {DefinitionUri: s3://a/b, Events: {E: "
     "{Type: Api, Properties: {\n@}}}}"},
    {"StateMachine/Schedule",
     "Type: AWS::Serverless::StateMachine\n    Properties: {DefinitionUri: s3://a/b, Events: {E: "
     "{Type: Schedule, Properties: {\n@}}}}"},
    {"GraphQLApi/Logging",
     "Type: AWS::Serverless::GraphQLApi\n    Properties: {SchemaInline: a, Auth: {Type: AWS_IAM}, "
     "Logging: {\n@}}"},
    {"GraphQLApi/Cache",
     "Type: AWS::Serverless::GraphQLApi\n    Properties: {SchemaInline: a, Auth: {Type: AWS_IAM}, "
     "Cache: {\n@}}"},
    {"GraphQLApi/DomainName",
     "Type: AWS::Serverless::GraphQLApi\n    Properties: {SchemaInline: a, Auth: {Type: AWS_IAM}, "
     "DomainName: {\n@}}"},
    {"GraphQLApi/DataSources",
     "Type: AWS::Serverless::GraphQLApi\n    Properties: {SchemaInline: a, Auth: {Type: AWS_IAM}, "
     "DataSources: {\n@}}"},
    {"CapacityProvider/VpcConfig",
     "Type: AWS::Serverless::CapacityProvider\n    Properties: {VpcConfig: {\n@}}"},
    {"CapacityProvider/ScalingConfig",
     "Type: AWS::Serverless::CapacityProvider\n    Properties: {VpcConfig: {SubnetIds: [a]}, "
     "ScalingConfig: {\n@}}"},
    {"CapacityProvider/InstanceRequirements",
     "Type: AWS::Serverless::CapacityProvider\n    Properties: {VpcConfig: {SubnetIds: [a]}, "
     "InstanceRequirements: {\n@}}"},
    {"CapacityProvider/ManagedResourceTags",
     "Type: AWS::Serverless::CapacityProvider\n    Properties: {VpcConfig: {SubnetIds: [a]}, "
     "ManagedResourceTags: {\n@}}"},
    {"NetworkConnector/VpcConfig",
     "Type: AWS::Serverless::NetworkConnector\n    Properties: {VpcConfig: {\n@}}"},
    {"MicrovmImage/Logging",
     "Type: AWS::Serverless::MicrovmImage\n    Properties: {Logging: {\n@}}"},
    {"MicrovmImage/Hooks", "Type: AWS::Serverless::MicrovmImage\n    Properties: {Hooks: {\n@}}"},
    {"MicrovmImage/MicrovmHooks",
     "Type: AWS::Serverless::MicrovmImage\n    Properties: {Hooks: {MicrovmHooks: {\n@}}}"},
    {"MicrovmImage/MicrovmImageHooks",
     "Type: AWS::Serverless::MicrovmImage\n    Properties: {Hooks: {MicrovmImageHooks: {\n@}}}"},
    {"MicrovmImage/CpuConfigurations",
     "Type: AWS::Serverless::MicrovmImage\n    Properties: {CpuConfigurations: [{\n@}]}"},
    {"MicrovmImage/Resources",
     "Type: AWS::Serverless::MicrovmImage\n    Properties: {Resources: [{\n@}]}"},
};

TEST(PropertyWalk, EveryNestedPropertyRefusesAnotherKind) {
    PropertyLists lists;
    std::size_t walked = 0;
    for (const Nested& nested : nested_lists) {
        for (const data::Entry& property : lists.list(nested.list)) {
            const std::string wrong = wrong_value(property.value.text());
            if (wrong.empty()) {
                continue;
            }
            ++walked;
            std::string text = fmt::format("Resources:\n  X:\n    {}\n", nested.resource);
            text.replace(text.find('@'), 1, fmt::format("{}: {}", property.key, wrong));
            const Output output = run_all(text);
            const bool told = std::any_of(
                output.diagnostics.begin(), output.diagnostics.end(), [&](const auto& diagnostic) {
                    return diagnostic.severity == base::Severity::error &&
                           diagnostic.error.where.line == 5 &&
                           diagnostic.error.property.ends_with(property.key);
                });
            EXPECT_TRUE(told) << nested.list << "." << property.key << ": "
                              << testing::PrintToString(errors(output));
        }
    }
    EXPECT_GT(walked, 60U);
}

TEST(PropertyWalk, AMisspeltPropertyIsToldWithTheNearName) {
    const Output output = run("Resources:\n"
                              "  T:\n"
                              "    Type: AWS::Serverless::SimpleTable\n"
                              "    Properties:\n"
                              "      TableNaem: x\n");
    EXPECT_EQ(
        errors(output),
        std::vector<std::string>{"T: there is no property TableNaem (did you mean TableName?)"});
    EXPECT_EQ(output.diagnostics.front().error.where.line, 5U);
}

} // namespace
} // namespace samara::transform
