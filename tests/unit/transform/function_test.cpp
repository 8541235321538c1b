#include "unit/transform/transform_support.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::transform {
namespace {

using test::errors;
using test::ids;
using test::part;
using test::run;
using test::with_function;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;

std::string property(const Output& output, std::string_view name) {
    return part(output, "Resources.F.Properties." + std::string(name));
}

std::string role(const Output& output, std::string_view name) {
    return part(output, "Resources.FRole.Properties." + std::string(name));
}

TEST(Function, BecomesALambdaFunctionWithItsRole) {
    const Output output = run(with_function(""));
    EXPECT_THAT(ids(output), ElementsAre("F", "FRole"));
    EXPECT_EQ(property(output, "Code"), R"({"S3Bucket":"bucket","S3Key":"key.zip"})");
    EXPECT_EQ(property(output, "Role"), R"({"Fn::GetAtt":["FRole","Arn"]})");
    EXPECT_EQ(property(output, "Tags"), R"([{"Key":"lambda:createdBy","Value":"SAM"}])");
    EXPECT_EQ(
        role(output, "ManagedPolicyArns"),
        R"(["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"])");
}

TEST(Function, TakesItsPartitionFromTheRegion) {
    Options options;
    options.region = "us-gov-west-1";
    EXPECT_THAT(
        role(run(with_function(""), options), "ManagedPolicyArns"),
        HasSubstr("arn:aws-us-gov:iam::aws:policy/"));
}

TEST(Function, PassesConditionAndPoliciesOnButDependsOnStays) {
    const Output output =
        run("Conditions: {C: !Equals [a, b]}\n" +
            with_function("", "    Condition: C\n    DeletionPolicy: Retain\n    DependsOn: X\n"));
    EXPECT_EQ(part(output, "Resources.F.DependsOn"), R"("X")");
    EXPECT_EQ(part(output, "Resources.FRole.DependsOn"), "null");
    EXPECT_EQ(part(output, "Resources.FRole.Condition"), R"("C")");
    EXPECT_EQ(part(output, "Resources.FRole.DeletionPolicy"), R"("Retain")");
}

TEST(FunctionCode, ComesFromAnUriAMapOrTheTemplate) {
    const std::string head = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n"
                             "    Properties:\n      Handler: h\n      Runtime: r\n";
    EXPECT_EQ(
        property(run(head + "      CodeUri: s3://b/a/k.zip?versionId=7\n"), "Code"),
        R"({"S3Bucket":"b","S3Key":"a/k.zip","S3ObjectVersion":"7"})");
    EXPECT_EQ(
        property(run(head + "      CodeUri: {Bucket: !Ref B, Key: k, Version: 1}\n"), "Code"),
        R"({"S3Bucket":{"Ref":"B"},"S3Key":"k","S3ObjectVersion":1})");
    EXPECT_EQ(property(run(head + "      InlineCode: x\n"), "Code"), R"({"ZipFile":"x"})");
    EXPECT_THAT(errors(run(head)), ElementsAre(HasSubstr("the function has no code")));
    EXPECT_THAT(
        errors(run(head + "      CodeUri: ./src\n")),
        ElementsAre(HasSubstr("CodeUri is not the location of an object in S3")));
}

TEST(FunctionCode, KeepsLocalPathsWhenAsked) {
    Options options;
    options.local_artifacts = true;
    const Output output =
        run("Resources: {F: {Type: AWS::Serverless::Function, Properties: "
            "{Handler: h, Runtime: r, CodeUri: ./src, AutoPublishAlias: live}}}",
            options);
    EXPECT_EQ(property(output, "Code"), R"("./src")");
}

TEST(FunctionCode, OfAnImageHasNoHandler) {
    const std::string head = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n"
                             "    Properties:\n      PackageType: Image\n";
    EXPECT_EQ(
        property(run(head + "      ImageUri: acc.dkr.ecr/x\n"), "Code"),
        R"({"ImageUri":"acc.dkr.ecr/x"})");
    EXPECT_THAT(errors(run(head)), ElementsAre(HasSubstr("needs ImageUri")));
    EXPECT_THAT(
        errors(run(head + "      ImageUri: x\n      Handler: h\n")),
        ElementsAre(HasSubstr("Handler has no meaning")));
}

TEST(FunctionPolicies, MayBeNamesDocumentsAndTemplates) {
    const Output output = run(with_function("      Policies:\n"
                                            "      - AmazonDynamoDBReadOnlyAccess\n"
                                            "      - !Ref Arn\n"
                                            "      - Statement: [{Effect: Allow}]\n"
                                            "      - SQSPollerPolicy: {QueueName: q, Extra: e}\n"));
    EXPECT_THAT(
        role(output, "ManagedPolicyArns"),
        HasSubstr(R"("arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess",{"Ref":"Arn"}])"));
    EXPECT_EQ(role(output, "Policies.0.PolicyName"), R"("FRolePolicy2")");
    EXPECT_EQ(role(output, "Policies.1.PolicyName"), R"("FRolePolicy3")");
    EXPECT_EQ(
        role(output, "Policies.1.PolicyDocument.Statement.0.Resource"),
        R"({"Fn::Sub":["arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${queueName}",)"
        R"({"queueName":"q"}]})");
}

TEST(FunctionPolicies, MayDependOnConditions) {
    const Output output = run(with_function("      Policies:\n"
                                            "      - !If [C, AWSLambdaRole, !Ref AWS::NoValue]\n"
                                            "      - !If [C, !Ref AWS::NoValue, "
                                            "{S3ReadPolicy: {BucketName: b}}]\n"
                                            "      - !Ref AWS::NoValue\n"));
    EXPECT_EQ(
        role(output, "ManagedPolicyArns.1"),
        R"({"Fn::If":["C","arn:aws:iam::aws:policy/service-role/AWSLambdaRole",)"
        R"({"Ref":"AWS::NoValue"}]})");
    EXPECT_EQ(role(output, "Policies.0.Fn::If.2.PolicyName"), R"("FRolePolicy1")");
    EXPECT_EQ(role(output, "ManagedPolicyArns.2"), R"({"Ref":"AWS::NoValue"})");
    for (const char* wrong :
         {"!If [C, {Statement: []}, {S3ReadPolicy: {BucketName: b}}]",
          "!If [C, AWSLambdaRole, {Statement: []}]",
          "null"}) {
        EXPECT_EQ(
            errors(run(with_function(fmt::format("      Policies: [{}]\n", wrong)))).size(), 1U)
            << wrong;
    }
}

TEST(FunctionPolicies, NameTheNearTemplateAndTheMissingParameter) {
    EXPECT_THAT(
        errors(run(with_function("      Policies:\n"
                                 "      - SQSPolerPolicy: {QueueName: q}\n"
                                 "      - S3ReadPolicy: {}\n"))),
        ElementsAre(
            "F: there is no policy template SQSPolerPolicy (did you mean SQSPollerPolicy?)",
            HasSubstr("S3ReadPolicy needs the parameter BucketName")));
}

TEST(FunctionRole, IsMadeOnlyWhereTheTemplateGivesNone) {
    EXPECT_THAT(ids(run(with_function("      Role: arn\n"))), ElementsAre("F"));
    const Output output =
        run("Conditions: {Own: !Equals [a, b]}\n" +
            with_function("      Role: !If [Own, arn, !Ref AWS::NoValue]\n"));
    EXPECT_EQ(
        property(output, "Role"), R"({"Fn::If":["Own","arn",{"Fn::GetAtt":["FRole","Arn"]}]})");
    EXPECT_EQ(part(output, "Resources.FRole.Condition"), R"("NOTOwn")");
    EXPECT_EQ(part(output, "Conditions.NOTOwn"), R"({"Fn::Not":[{"Condition":"Own"}]})");
}

TEST(FunctionRole, GetsWhatTheFunctionUses) {
    const Output output = run(with_function("      Tracing: Active\n"
                                            "      VpcConfig: {SubnetIds: [s]}\n"
                                            "      DeadLetterQueue: {Type: SQS, TargetArn: q}\n"));
    EXPECT_THAT(role(output, "ManagedPolicyArns"), HasSubstr("policy/AWSXrayWriteOnlyAccess"));
    EXPECT_THAT(role(output, "ManagedPolicyArns"), HasSubstr("AWSLambdaVPCAccessExecutionRole"));
    EXPECT_THAT(
        role(output, "Policies"), HasSubstr(R"("Action":"sqs:SendMessage","Resource":"q")"));
    EXPECT_EQ(property(output, "DeadLetterConfig"), R"({"TargetArn":"q"})");
    EXPECT_EQ(property(output, "TracingConfig"), R"({"Mode":"Active"})");
}

TEST(FunctionAlias, PublishesAVersionNamedByTheCode) {
    const Output output = run(with_function(
        "      AutoPublishAlias: live-1\n",
        "Outputs:\n"
        "  V: {Value: !Ref F.Version}\n"
        "  A: {Value: !Sub '${F.Alias}'}\n"));
    EXPECT_THAT(ids(output), ElementsAre("F", "FAliasliveD1", "FRole", "FVersion32edd06e5c"));
    EXPECT_EQ(part(output, "Resources.FVersion32edd06e5c.DeletionPolicy"), R"("Retain")");
    EXPECT_EQ(part(output, "Resources.FAliasliveD1.Properties.Name"), R"("live-1")");
    EXPECT_EQ(part(output, "Outputs.V.Value"), R"({"Ref":"FVersion32edd06e5c"})");
    EXPECT_EQ(part(output, "Outputs.A.Value"), R"({"Fn::Sub":"${FAliasliveD1}"})");
}

TEST(FunctionAlias, PublishesAnewWhenEnvironmentOrMemoryChange) {
    const auto version = [](std::string_view properties) {
        for (const std::string& id : ids(run(with_function(properties)))) {
            if (id.starts_with("FVersion")) {
                return id;
            }
        }
        return std::string{};
    };
    const std::string plain = version("      AutoPublishAlias: a\n");
    EXPECT_NE(plain, version("      AutoPublishAlias: a\n      MemorySize: 256\n"));
    EXPECT_NE(
        plain, version("      AutoPublishAlias: a\n      Environment: {Variables: {A: b}}\n"));
    EXPECT_EQ(plain, version("      AutoPublishAlias: a\n      Timeout: 9\n"));
    EXPECT_NE(
        plain, version("      AutoPublishAlias: a\n      AutoPublishAliasAllProperties: true\n"));
    EXPECT_EQ(
        version("      AutoPublishAlias: a\n      AutoPublishCodeSha256: 0123456789abcdef\n"),
        "FVersion0123456789");
}

TEST(FunctionAlias, NeedsANameThatCanBePartOfAnId) {
    EXPECT_THAT(
        errors(run(with_function("      AutoPublishAlias: a*b\n"))),
        ElementsAre(HasSubstr("AutoPublishAlias must be the name of an alias")));
}

TEST(FunctionUrl, IsPublicWhenItAsksForNoAuthentication) {
    const Output open = run(with_function("      FunctionUrlConfig: {AuthType: NONE}\n"));
    EXPECT_THAT(
        ids(open),
        ElementsAre("F", "FRole", "FURLInvokeAllowPublicAccess", "FUrl", "FUrlPublicPermissions"));
    const Output closed = run(with_function("      FunctionUrlConfig: {AuthType: AWS_IAM}\n"));
    EXPECT_THAT(ids(closed), ElementsAre("F", "FRole", "FUrl"));
}

TEST(FunctionUrl, ChecksItsCors) {
    EXPECT_THAT(
        errors(run(with_function("      FunctionUrlConfig: {AuthType: NONE, Cors: "
                                 "{MaxAge: '1', AllowMethod: [GET]}}\n"))),
        ElementsAre(
            HasSubstr("property MaxAge must be an integer, not a string"),
            HasSubstr("did you mean AllowMethods?")));
}

TEST(FunctionDestinations, GenerateQueuesAndPolicies) {
    const Output output = run(with_function(
        "      EventInvokeConfig:\n"
        "        DestinationConfig:\n"
        "          OnSuccess: {Type: SQS}\n"
        "          OnFailure: {Type: Lambda, Destination: l}\n",
        "Outputs: {Q: {Value: !Ref F.DestinationQueue}}\n"));
    EXPECT_THAT(
        ids(output),
        ElementsAre("F", "FEventInvokeConfig", "FEventInvokeConfigOnSuccessQueue", "FRole"));
    EXPECT_EQ(role(output, "Policies.0.PolicyName"), R"("FEventInvokeConfigOnSuccessSQSPolicy")");
    EXPECT_EQ(
        role(output, "Policies.1.PolicyDocument.Statement.0"),
        R"({"Action":"lambda:InvokeFunction","Effect":"Allow","Resource":"l"})");
    EXPECT_EQ(part(output, "Outputs.Q.Value"), R"({"Ref":"FEventInvokeConfigOnSuccessQueue"})");
}

TEST(FunctionDestinations, GenerateUnderTheConditionThatGivesNone) {
    const Output output =
        run("Conditions: {Own: !Equals [a, b]}\n" +
            with_function("      EventInvokeConfig:\n"
                          "        DestinationConfig:\n"
                          "          OnSuccess: {Type: SNS, Destination: !If [Own, t, !Ref "
                          "AWS::NoValue]}\n"));
    const std::string topic = "Resources.FEventInvokeConfigOnSuccessTopic.Condition";
    const std::string condition = part(output, topic);
    EXPECT_THAT(condition, HasSubstr("NOTOwn"));
    EXPECT_EQ(
        part(output, "Conditions." + condition.substr(1, condition.size() - 2)),
        R"({"Fn::Not":[{"Condition":"Own"}]})");
}

TEST(FunctionDeployment, ShiftsTrafficOfTheAlias) {
    const Output output = run(with_function("      AutoPublishAlias: live\n"
                                            "      DeploymentPreference:\n"
                                            "        Type: Canary10Percent5Minutes\n"
                                            "        Alarms: [a]\n"
                                            "        Hooks: {PreTraffic: !Ref H}\n"));
    EXPECT_THAT(
        ids(output),
        IsSupersetOf(
            {"CodeDeployServiceRole", "FDeploymentGroup", "ServerlessDeploymentApplication"}));
    EXPECT_EQ(
        part(output, "Resources.FAliaslive.UpdatePolicy.CodeDeployLambdaAliasUpdate"),
        R"({"ApplicationName":{"Ref":"ServerlessDeploymentApplication"},)"
        R"("DeploymentGroupName":{"Ref":"FDeploymentGroup"},)"
        R"("BeforeAllowTrafficHook":{"Ref":"H"}})");
    EXPECT_EQ(
        part(output, "Resources.FDeploymentGroup.Properties.AlarmConfiguration"),
        R"({"Enabled":true,"Alarms":[{"Name":"a"}]})");
}

TEST(FunctionDeployment, IsNotThereWhenSwitchedOff) {
    const Output output =
        run("Parameters: {On: {Type: String, Default: 'false'}}\n" +
            with_function("      AutoPublishAlias: live\n"
                          "      DeploymentPreference: {Enabled: !Ref On, Type: AllAtOnce}\n"));
    EXPECT_EQ(part(output, "Resources.FAliaslive.UpdatePolicy"), "null");
    EXPECT_EQ(part(output, "Resources.ServerlessDeploymentApplication"), "null");
}

TEST(FunctionDeployment, SharesTheConditionsOfItsFunctions) {
    const auto function = [](std::string_view id, std::string_view condition) {
        return "  " + std::string(id) +
               ":\n    Type: AWS::Serverless::Function\n    Condition: " + std::string(condition) +
               "\n    Properties: {Handler: h, Runtime: r, CodeUri: s3://b/k, AutoPublishAlias: a, "
               "DeploymentPreference: {Type: AllAtOnce, PassthroughCondition: true}}\n";
    };
    const std::string head = "Conditions: {A: !Equals [a, b], B: !Equals [a, b]}\nResources:\n";
    const std::string application = "Resources.ServerlessDeploymentApplication.Condition";
    EXPECT_EQ(part(run(head + function("F", "A")), application), R"("A")");
    const Output two = run(head + function("F", "A") + function("G", "B"));
    EXPECT_EQ(part(two, application), R"("ServerlessCodeDeployCondition")");
    EXPECT_EQ(
        part(two, "Conditions.ServerlessCodeDeployCondition"),
        R"({"Fn::Or":[{"Condition":"A"},{"Condition":"B"}]})");
}

TEST(FunctionTags, ArePassedOnInPlaceOfTheGeneratedOnes) {
    const Output output = run(with_function("      PropagateTags: true\n      Tags: {A: b}\n"));
    EXPECT_EQ(role(output, "Tags"), R"([{"Key":"A","Value":"b"}])");
}

TEST(FunctionTags, LeaveTheReservedKeyAlone) {
    EXPECT_THAT(
        errors(run(with_function("      Tags: {'lambda:createdBy': me}\n"))),
        ElementsAre(HasSubstr("the tag lambda:createdBy is reserved")));
}

TEST(FunctionVersion, IsANewOneWhenSnapshotsAreTaken) {
    const auto version = [](std::string_view snap_start) {
        const Output output = run(with_function(
            fmt::format("      AutoPublishAlias: live\n      SnapStart: {}\n", snap_start)));
        return part(output, "Resources.FAliaslive.Properties.FunctionVersion");
    };
    EXPECT_EQ(version("{ApplyOn: None}"), version("{}"));
    EXPECT_NE(version("{ApplyOn: PublishedVersions}"), version("{}"));
}

TEST(FunctionVersion, TakesTheGivenHashIntoTheDescription) {
    const std::string hash =
        "      AutoPublishAlias: live\n      AutoPublishCodeSha256: 0123456789abcdef\n";
    const Output bare = run(with_function(hash));
    EXPECT_EQ(part(bare, "Resources.F.Properties.Description"), R"("0123456789abcdef")");
    EXPECT_THAT(ids(bare), Contains("FVersion0123456789"));
    const Output described = run(with_function(hash + "      Description: mine\n"));
    EXPECT_EQ(part(described, "Resources.F.Properties.Description"), R"("mine 0123456789abcdef")");
}

TEST(FunctionVersion, ResolvesTheParametersOfTheCode) {
    const Output output = run("Parameters: {Key: {Type: String, Default: app.zip}}\n"
                              "Resources:\n"
                              "  F:\n"
                              "    Type: AWS::Serverless::Function\n"
                              "    Properties: {Handler: h, Runtime: r, AutoPublishAlias: live, "
                              "CodeUri: {Bucket: b, Key: "
                              "!Ref Key}}\n");
    EXPECT_EQ(part(output, "Resources.F.Properties.Code.S3Key"), R"("app.zip")");
}

TEST(Function, TakesEmptyPropertiesForAbsent) {
    const Output output = run(with_function(
        "      DeploymentPreference: {}\n      DeadLetterQueue: {}\n      FunctionUrlConfig: {}\n"
        "      EventInvokeConfig: {}\n      AutoPublishAlias: ''\n      Tracing: ''\n"));
    EXPECT_THAT(ids(output), ElementsAre("F", "FRole"));
    EXPECT_THAT(
        errors(run("Resources: {F: {Type: AWS::Serverless::Function, Properties: {Handler: '', "
                   "Runtime: r, InlineCode: x}}}\n")),
        ElementsAre(HasSubstr("needs Handler")));
}

TEST(Function, SaysWhichPropertiesNeedOrExcludeOthers) {
    const auto message = [](std::string_view properties) {
        const auto all = errors(run(with_function(properties)));
        return all.empty() ? std::string("accepted") : all.front();
    };
    EXPECT_THAT(
        message("      FunctionScalingConfig: {MinExecutionEnvironments: 1}\n"),
        HasSubstr("FunctionScalingConfig needs CapacityProviderConfig"));
    EXPECT_THAT(
        message("      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 1}\n"),
        HasSubstr("ProvisionedConcurrencyConfig needs AutoPublishAlias"));
    EXPECT_THAT(
        message("      CapacityProviderConfig: {Arn: a}\n      VpcConfig: {SubnetIds: [a]}\n"),
        HasSubstr("VpcConfig cannot be used with CapacityProviderConfig"));
    EXPECT_THAT(
        message("      CapacityProviderConfig: {}\n      FunctionScalingConfig: {}\n"), "accepted");
    EXPECT_THAT(
        message("      CapacityProviderConfig: {PerExecutionEnvironmentMaxConcurrency: 1}\n"),
        HasSubstr("property Arn is missing"));
    EXPECT_THAT(
        message("      ImageConfig: {Command: [a]}\n"), HasSubstr("ImageConfig has no meaning"));
}

TEST(FunctionUrl, OfAnIntrinsicFunctionHasATargetOnly) {
    const Output output = run(
        "Conditions: {C: !Equals [a, b]}\n" +
        with_function("      FunctionUrlConfig: !If [C, {AuthType: NONE}, {AuthType: AWS_IAM}]\n"));
    EXPECT_EQ(part(output, "Resources.FUrl.Properties"), R"({"TargetFunctionArn":{"Ref":"F"}})");
}

TEST(FunctionDeployment, MakesOneConfigurationOfEachListOfAlarms) {
    const auto alarms = [](std::string_view given) {
        return part(
            run("Conditions: {C: !Equals [a, b]}\n" +
                with_function(fmt::format(
                    "      AutoPublishAlias: live\n"
                    "      DeploymentPreference: {{Type: AllAtOnce, Alarms: {}}}\n",
                    given))),
            "Resources.FDeploymentGroup.Properties.AlarmConfiguration");
    };
    EXPECT_EQ(alarms("[A]"), R"({"Enabled":true,"Alarms":[{"Name":"A"}]})");
    EXPECT_EQ(alarms("[]"), "null");
    EXPECT_EQ(alarms("!Ref AWS::NoValue"), "null");
    EXPECT_EQ(alarms("[!Ref AWS::NoValue]"), "{}");
    EXPECT_EQ(
        alarms("!If [C, [A], [B]]"),
        R"({"Fn::If":["C",{"Enabled":true,"Alarms":[{"Name":"A"}]},)"
        R"({"Enabled":true,"Alarms":[{"Name":"B"}]}]})");
}

} // namespace
} // namespace samara::transform
