#include "app/load/application.h"
#include "app/run/plan.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::app {
namespace {

using testing::HasSubstr;

class ApplicationTest : public testing::Test {
protected:
    os::TempDir folder_ = os::TempDir::create("application-test").value();

    void write(const std::string& name, std::string_view text) {
        const auto path = folder_.path() / name;
        ASSERT_TRUE(os::make_folders(path.parent_path()));
        ASSERT_TRUE(os::write_file_atomically(path, text));
    }

    base::Result<Application>
    load(std::string_view text, model::ParameterOverrides overrides = {}) {
        write("template.yaml", text);
        LoadOptions options;
        options.template_file = folder_.path() / "template.yaml";
        options.parameter_overrides = std::move(overrides);
        return Application::load(options);
    }
};

constexpr std::string_view two_functions = R"(
Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String, Default: dev}}
Conditions: {InProd: !Equals [!Ref Stage, prod]}
Globals:
  Function: {Runtime: python3.12, Timeout: 7, Environment: {Variables: {STAGE: !Ref Stage, TABLE: !Ref Table}}}
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  One:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: one, Handler: a.b, FunctionName: !Sub '${Stage}-one', Layers: [!Ref Shared]}
  Two:
    Type: AWS::Serverless::Function
    Condition: InProd
    Properties: {InlineCode: 'def handler(e, c): pass', Handler: index.handler}
  Shared:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: shared}
)";

TEST_F(ApplicationTest, ReadsFunctionsThroughGlobalsParametersAndConditions) {
    const auto application = load(two_functions);
    ASSERT_TRUE(application) << to_string(application.error());
    ASSERT_EQ(application->functions().size(), 1U);
    const model::Function& one = application->functions().front();
    EXPECT_EQ(one.name, "dev-one");
    EXPECT_EQ(one.timeout_seconds, 7U);
    EXPECT_EQ(one.environment.at("STAGE"), "dev");
    EXPECT_EQ(one.environment.at("TABLE"), "Table");
    EXPECT_EQ(application->find_function("dev-one"), &one);
    EXPECT_EQ(load(two_functions, {{"Stage", "prod"}})->functions().size(), 2U);
}

TEST_F(ApplicationTest, AFunctionWhoseConditionIsFalseIsReadWhenItIsAskedFor) {
    write("template.yaml", two_functions);
    LoadOptions options;
    options.template_file = folder_.path() / "template.yaml";
    options.asked_for = "Two";
    const auto application = Application::load(options);
    ASSERT_TRUE(application) << to_string(application.error());
    ASSERT_NE(application->find_function("Two"), nullptr);
    ASSERT_EQ(application->diagnostics().size(), 1U);
    EXPECT_EQ(application->diagnostics()[0].severity, base::Severity::warning);
    EXPECT_NE(
        to_string(application->diagnostics()[0].error).find("its Condition is false"),
        std::string::npos);
    options.asked_for = "One";
    EXPECT_EQ(Application::load(options)->find_function("Two"), nullptr);
}

// Whoever deploys what is built may give other parameters than whoever builds it.
TEST_F(ApplicationTest, ABuildReadsWhateverTheConditionsSay) {
    constexpr std::string_view function = R"(
Conditions: {Never: !Equals [a, b]}
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Condition: Never
    Properties:
      Code: src
      Handler: app.handler
      Runtime: python3.12
      Role: arn:aws:iam::123456789012:role/r
)";
    write("child.yaml", function);
    write(
        "template.yaml",
        std::string(function) + "  Shared: {Type: AWS::Lambda::LayerVersion, Condition: Never, "
                                "Properties: {Content: src}}\n"
                                "  Child:\n"
                                "    Type: AWS::CloudFormation::Stack\n"
                                "    Condition: Never\n"
                                "    Properties: {TemplateURL: child.yaml}\n");
    LoadOptions options;
    options.template_file = folder_.path() / "template.yaml";
    const auto as_deployed = Application::load(options);
    ASSERT_TRUE(as_deployed) << to_string(as_deployed.error());
    EXPECT_TRUE(as_deployed->functions().empty());
    EXPECT_TRUE(as_deployed->layers().empty());
    options.whatever_condition = true;
    const auto built = Application::load(options);
    ASSERT_TRUE(built) << to_string(built.error());
    EXPECT_NE(built->find_function("Fn"), nullptr);
    EXPECT_NE(built->find_function("Child/Fn"), nullptr);
    EXPECT_EQ(built->layers().size(), 1U);
    EXPECT_TRUE(built->diagnostics().empty());
}

// AWS wants some values written out, and others have to be known before an API is read.
TEST_F(ApplicationTest, WhatTheCommandLineGivesNeedNotBeDeclared) {
    write("src/app.py", "");
    const auto application = load(
        R"(
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: !Ref Code
      Handler: !Sub '${Module}.handler'
      Runtime: !Ref Python
      Events: {A: {Type: Api, Properties: {Path: !Sub '/${Module}', Method: get}}}
  Shared: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: !Ref Code}}
)",
        {{"Code", "src"}, {"Module", "app"}, {"Python", "python3.12"}});
    ASSERT_TRUE(application) << to_string(application.error());
    ASSERT_EQ(application->functions().size(), 1U);
    const model::Function& function = application->functions().front();
    EXPECT_EQ(function.code, "src");
    EXPECT_EQ(function.handler, "app.handler");
    EXPECT_EQ(function.runtime, "python3.12");
    ASSERT_EQ(application->layers().size(), 1U);
    EXPECT_EQ(application->layers().front().content, "src");
    EXPECT_TRUE(application->broken_functions().empty());
}

TEST_F(ApplicationTest, FindsTheOnlyFunctionAndListsTheKnownOnes) {
    const auto application = load(two_functions);
    EXPECT_EQ((*application->require_function(""))->logical_id, "One");
    const auto missing = application->require_function("Nope");
    EXPECT_EQ(missing.error().message, "Function Nope not found in template");
    EXPECT_THAT(missing.error().hint, HasSubstr("One"));
    const auto both = load(two_functions, {{"Stage", "prod"}});
    EXPECT_EQ(both->require_function("").error().kind, base::ErrorKind::failure);
}

TEST_F(ApplicationTest, AMistakeInOneFunctionLeavesTheOthersRunnable) {
    const auto application = load(R"(
Transform: AWS::Serverless-2016-10-31
Resources:
  Good: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: python3.12, CodeUri: .}}
  Bad: {Type: AWS::Serverless::Function, Properties: {Runtime: python3.12, CodeUri: .}}
)");
    ASSERT_TRUE(application) << to_string(application.error());
    EXPECT_TRUE(has_errors(application->diagnostics()));
    EXPECT_TRUE(application->require_function("Good"));
    EXPECT_THAT(to_string(application->require_function("Bad").error()), HasSubstr("Handler"));
}

// Their names become folders of the build folder.
TEST_F(ApplicationTest, ANameThatLeadsOutOfTheBuildFolderIsItsResourcesFault) {
    write(
        "nested.yaml",
        "Resources: {Fn: {Type: AWS::Lambda::Function, Properties: {Handler: a.b, Runtime: "
        "python3.12, Code: .}}}");
    for (const char* name :
         {"../../out",
          "a/b",
          "/tmp/out",
          "..",
          ".",
          "",
          "a\\0b",
          ".samara-build.json",
          "template.yaml"}) {
        for (const char* resource :
             {"Type: AWS::Lambda::Function, Properties: {Handler: a.b, Runtime: python3.12, Code: "
              ".}",
              "Type: AWS::Lambda::LayerVersion, Properties: {Content: .}, Metadata: {BuildMethod: "
              "python3.12}",
              "Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: nested.yaml}"}) {
            const auto application = load(fmt::format(
                R"(
Resources:
  "{}": {{{}}}
  Good: {{Type: AWS::Lambda::Function, Properties: {{Handler: a.b, Runtime: python3.12, Code: .}}}}
)",
                name,
                resource));
            ASSERT_TRUE(application) << to_string(application.error());
            ASSERT_EQ(application->functions().size(), 1U) << name << resource;
            EXPECT_TRUE(application->layers().empty()) << name;
            const base::Diagnostics& told = application->diagnostics();
            ASSERT_EQ(told.size(), 1U) << name << resource;
            EXPECT_THAT(to_string(told[0].error), HasSubstr("template.yaml:3:3: ")) << resource;
            EXPECT_THAT(to_string(told[0].error), HasSubstr("letters and digits")) << resource;
        }
    }
    const auto layer =
        load("Resources: {Shared: {Type: AWS::Lambda::LayerVersion, Properties: {Content: .}, "
             "Metadata: {SamResourceId: ../out}}}");
    ASSERT_TRUE(layer) << to_string(layer.error());
    EXPECT_TRUE(layer->layers().empty());
}

TEST_F(ApplicationTest, IncludesLocalDefinitionFiles) {
    write("api.yaml", "openapi: 3.0.1\npaths:\n  /x:\n    get: {}\n");
    const auto application = load(R"(
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: api.yaml}}}
  Other:
    Type: AWS::Serverless::HttpApi
    Properties: {DefinitionUri: api.yaml}
  ByName:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: !Sub '${Name}.yaml'}}}
Parameters: {Name: {Type: String, Default: api}}
)");
    ASSERT_TRUE(application) << to_string(application.error());
    for (const char* id : {"Api", "Other", "ByName"}) {
        const data::Value* body =
            application->sections().resources->find(id)->find("Properties")->find("Body");
        ASSERT_NE(body, nullptr) << id;
        EXPECT_NE(body->find("paths")->find("/x"), nullptr) << id;
    }
}

TEST_F(ApplicationTest, AMissingIncludeIsToldWithItsPlace) {
    const auto application = load(R"(
Transform: AWS::Serverless-2016-10-31
Resources:
  Api: {Type: AWS::Serverless::HttpApi, Properties: {DefinitionUri: nowhere.yaml}}
  Fn: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: python3.12, CodeUri: .}}
)");
    ASSERT_TRUE(application) << to_string(application.error());
    ASSERT_FALSE(application->diagnostics().empty());
    EXPECT_THAT(to_string(application->diagnostics().front().error), HasSubstr("nowhere.yaml"));
    EXPECT_TRUE(application->diagnostics().front().error.where.known());
}

TEST_F(ApplicationTest, PlansWhatAnEngineStarts) {
    write("one/a.py", "");
    write("shared/python/x.py", "");
    const auto application = load(two_functions);
    RunOptions options;
    options.invoke_images = {"fallback:1", "One=mine:2"};
    auto planner = Planner::make(*application, options, base::Log());
    ASSERT_TRUE(planner);
    const auto plan = planner->plan(*application, application->functions().front());
    ASSERT_TRUE(plan) << to_string(plan.error());
    EXPECT_EQ(std::get<engine::ZipPackage>(plan->spec.package).code, folder_.path() / "one");
    EXPECT_EQ(plan->spec.invoke_image, "mine:2");
    ASSERT_EQ(plan->spec.layers.size(), 1U);
    EXPECT_EQ(plan->spec.layers.front().folder, folder_.path() / "shared");
    EXPECT_EQ(plan->spec.environment.at("AWS_LAMBDA_FUNCTION_TIMEOUT"), "7");
}

TEST_F(ApplicationTest, LayerOfAnotherAccountIsNotTheTemplates) {
    const auto application = load(two_functions);
    std::string arn = application->functions().front().layers.front();
    EXPECT_NE(application->find_layer(arn), nullptr) << arn;
    arn.replace(arn.find("123456789012"), 12, "999999999999");
    EXPECT_EQ(application->find_layer(arn), nullptr) << arn;
}

TEST_F(ApplicationTest, AnEditChangesTheFingerprint) {
    write("one/a.py", "1");
    write("shared/python/x.py", "");
    const auto application = load(two_functions);
    auto planner = Planner::make(*application, RunOptions(), base::Log());
    const model::Function& one = application->functions().front();
    const std::string before = planner->plan(*application, one)->fingerprint;
    EXPECT_EQ(planner->plan(*application, one)->fingerprint, before);
    write("one/b.py", "2");
    EXPECT_NE(planner->plan(*application, one)->fingerprint, before);
}

TEST_F(ApplicationTest, PlansWhatBecomesOfAsynchronousEvents) {
    write("one/a.py", "");
    const auto application = load(R"(
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12, CodeUri: one, Handler: a.b}}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: the-function
      AutoPublishAlias: live
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 3}
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Letters.Arn}
      EventInvokeConfig:
        MaximumRetryAttempts: 1
        MaximumEventAgeInSeconds: 120
        DestinationConfig:
          OnSuccess: {Type: Lambda, Destination: !GetAtt Next.Arn}
          OnFailure: {Type: SQS}
  Next: {Type: AWS::Serverless::Function}
  Letters: {Type: AWS::SQS::Queue, Properties: {QueueName: letters}}
)");
    ASSERT_TRUE(application) << to_string(application.error());
    auto planner = Planner::make(*application, RunOptions(), base::Log());
    ASSERT_TRUE(planner);
    const auto plan = planner->plan(*application, *application->find_function("Fn"));
    ASSERT_TRUE(plan) << to_string(plan.error());
    EXPECT_EQ(plan->provisioned_concurrency, 3U);
    const invoke::EventPolicy& events = plan->events;
    EXPECT_EQ(
        events.function_arn, "arn:aws:lambda:us-east-1:123456789012:function:the-function:$LATEST");
    EXPECT_EQ(events.max_retries, 1U);
    EXPECT_EQ(events.max_age, std::chrono::seconds(120));
    EXPECT_EQ(events.on_success.function, "Next");
    EXPECT_THAT(events.on_failure.arn, HasSubstr("arn:aws:sqs:us-east-1:123456789012:"));
    EXPECT_TRUE(events.on_failure.function.empty());
    EXPECT_EQ(events.dead_letter.arn, "arn:aws:sqs:us-east-1:123456789012:letters");
    const auto next = planner->plan(*application, *application->find_function("Next"));
    ASSERT_TRUE(next);
    EXPECT_EQ(next->events.max_retries, 2U);
    EXPECT_TRUE(next->events.on_failure.arn.empty());
}

TEST_F(ApplicationTest, SettingsBeyondLambdasQuotasAreToldUnlessLifted) {
    write("one/a.py", "");
    const auto load_with = [this](std::string_view property) {
        return load(fmt::format(
            "Resources:\n"
            "  Fn:\n"
            "    Type: AWS::Serverless::Function\n"
            "    Properties:\n"
            "      {}\n"
            "      Runtime: python3.12\n"
            "      CodeUri: one\n"
            "      Handler: a.b\nTransform: AWS::Serverless-2016-10-31\n",
            property));
    };
    std::string told;
    const base::Log log([&](base::LogLevel, std::string_view line) { told += line; });
    const auto plan = [&](const base::Result<Application>& application, bool limits) {
        told.clear();
        RunOptions options;
        options.limits = limits;
        auto planner = Planner::make(*application, options, log);
        auto planned = planner->plan(*application, application->functions().front());
        EXPECT_TRUE(planned) << to_string(planned.error());
        return std::move(planned->spec);
    };
    const auto just = load_with("Environment: {Variables: {A: '" + std::string(4088, 'x') + "'}}");
    ASSERT_TRUE(just) << to_string(just.error());
    plan(just, true);
    EXPECT_EQ(told, "");
    const auto large = load_with("Environment: {Variables: {A: '" + std::string(4089, 'x') + "'}}");
    plan(large, true);
    EXPECT_THAT(
        told,
        HasSubstr("template.yaml:5:20: the environment variables of 'Fn' are 4097 bytes, and "
                  "Lambda takes 4096\n  "));
    plan(large, false);
    EXPECT_EQ(told, "");
    const auto slow = load_with("Timeout: 901");
    EXPECT_EQ(plan(slow, true).timeout_seconds, 900U);
    EXPECT_THAT(told, HasSubstr("template.yaml:5:16: Timeout of 'Fn' is 901"));
    EXPECT_EQ(plan(slow, false).timeout_seconds, 901U);
    const auto none = load_with("Timeout: 0");
    const auto spec = plan(none, false);
    EXPECT_EQ(spec.timeout_seconds, 1U);
    EXPECT_EQ(spec.environment.at("AWS_LAMBDA_FUNCTION_TIMEOUT"), "1");
    EXPECT_EQ(plan(load_with("MemorySize: 1"), true).memory_mb, 128U);
    EXPECT_EQ(plan(load_with("MemorySize: 20000"), true).memory_mb, 10240U);
    EXPECT_EQ(plan(load_with("EphemeralStorage: {Size: 1}"), true).ephemeral_storage_mb, 512U);
}

TEST_F(ApplicationTest, AFunctionThatCannotBePlannedLeavesTheOthers) {
    write("here/a.py", "");
    const auto application = load(R"(
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12, Handler: a.b}}
Resources:
  Good: {Type: AWS::Serverless::Function, Properties: {CodeUri: here}}
  Away: {Type: AWS::Serverless::Function, Properties: {CodeUri: nowhere}}
  Odd: {Type: AWS::Serverless::Function, Properties: {CodeUri: here, Runtime: cobol}}
  Late:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: here, Layers: ['arn:aws:lambda:us-east-1:123456789012:layer:of-another:3']}
)");
    ASSERT_TRUE(application) << to_string(application.error());
    auto planner = Planner::make(*application, RunOptions(), base::Log());
    const invoke::FunctionPlans plans = planner->plan_all(*application);
    ASSERT_EQ(plans.size(), 4U);
    EXPECT_FALSE(plans.at("Good").fault);
    EXPECT_THAT(plans.at("Away").fault->message, HasSubstr("nowhere"));
    EXPECT_THAT(plans.at("Odd").fault->message, HasSubstr("cobol"));
    EXPECT_FALSE(plans.at("Late").fault);
    EXPECT_TRUE(plans.at("Late").prepare) << "the layer is fetched with the first call";
    EXPECT_EQ(planner->plan_all(*application, {"Good"}).size(), 1U);
}

} // namespace
} // namespace samara::app
