#include "app/load/application.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class NestedTest : public testing::Test {
protected:
    os::TempDir folder_ = os::TempDir::create("nested-test").value();

    void write(const std::string& name, std::string_view text) {
        const auto path = folder_.path() / name;
        ASSERT_TRUE(os::make_folders(path.parent_path()));
        ASSERT_TRUE(os::write_file_atomically(path, text));
    }

    Application load(std::string_view text) {
        write("template.yaml", text);
        LoadOptions options;
        options.template_file = folder_.path() / "template.yaml";
        auto application = Application::load(options);
        EXPECT_TRUE(application) << to_string(application.error());
        return std::move(application).value();
    }

    static std::vector<std::string> ids(const Application& application) {
        std::vector<std::string> ids;
        for (const model::Function& function : application.functions()) {
            ids.push_back(function.logical_id);
        }
        return ids;
    }

    static std::string errors(const Application& application) {
        std::string text;
        for (const base::Diagnostic& diagnostic : application.diagnostics()) {
            if (diagnostic.severity == base::Severity::error) {
                text += diagnostic.error.resource + "|" + diagnostic.error.message + "\n";
            }
        }
        return text;
    }
};

constexpr std::string_view function = R"(
Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String, Default: none}, Layer: {Type: String, Default: ''}}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      {CodeUri: src/, Handler: a.b, Runtime: python3.12, Environment: {Variables: {STAGE: !Ref Stage}},
       Layers: [!Ref Layer]}
Outputs:
  Arn: {Value: !GetAtt Fn.Arn}
)";

constexpr std::string_view layers = R"(
Transform: AWS::Serverless-2016-10-31
Resources:
  Shared: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: content}}
Outputs:
  Shared: {Value: !Ref Shared}
)";

TEST_F(NestedTest, FunctionsOfAnyDepthHaveTheirPathParametersAndPlace) {
    write("a/b/template.yaml", function);
    write("a/template.yaml", R"(
Parameters: {Stage: {Type: String}}
Resources:
  Inner: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: b/template.yaml, Parameters: {Stage: !Sub '${Stage}-inner'}}}
)");
    const Application application = load(R"(
Transform: AWS::Serverless-2016-10-31
Resources:
  Outer: {Type: AWS::Serverless::Application, Properties: {Location: ./a/template.yaml, Parameters: {Stage: dev}}}
  Fn: {Type: AWS::Serverless::Function, Properties: {CodeUri: own, Handler: a.b, Runtime: python3.12}}
)");
    EXPECT_EQ(errors(application), "");
    EXPECT_THAT(ids(application), ElementsAre("Fn", "Outer/Inner/Fn"));
    const model::Function* inner = application.find_function("Outer/Inner/Fn");
    ASSERT_NE(inner, nullptr);
    EXPECT_EQ(inner->environment.at("STAGE"), "dev-inner");
    EXPECT_EQ(inner->code, "a/b/src");
    EXPECT_EQ(inner->template_folder, "a/b");
    EXPECT_EQ(inner->name, "Outer-Inner-Fn");
    EXPECT_EQ(application.find_function("Outer-Inner-Fn"), inner);
    EXPECT_EQ(application.find_function("Fn")->logical_id, "Fn");
}

TEST_F(NestedTest, ABareIdIsEnoughWhereOnlyOneFunctionHasIt) {
    write("child.yaml", function);
    const Application one = load(R"(
Resources:
  A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}
)");
    ASSERT_NE(one.find_function("Fn"), nullptr);
    EXPECT_EQ(one.find_function("Fn")->logical_id, "A/Fn");
    const Application two = load(R"(
Resources:
  A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}
  B: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}
)");
    EXPECT_EQ(two.find_function("Fn"), nullptr);
    EXPECT_EQ(two.find_function("B/Fn")->name, "B-Fn");
}

TEST_F(NestedTest, OutputsAreWhatGetAttGivesInWhateverOrder) {
    write("layers/template.yaml", layers);
    write("child.yaml", function);
    const Application application = load(R"(
Transform: AWS::Serverless-2016-10-31
Resources:
  User:
    Type: AWS::Serverless::Function
    Properties:
      {CodeUri: own, Handler: a.b, Runtime: python3.12, Layers: [!GetAtt Layers.Outputs.Shared],
       Environment: {Variables: {OTHER: !GetAtt Child.Outputs.Arn}}}
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml, Parameters: {Layer: !GetAtt Layers.Outputs.Shared}}}
  Layers: {Type: AWS::Serverless::Application, Properties: {Location: layers/template.yaml}}
)");
    EXPECT_EQ(errors(application), "");
    const std::string arn = application.find_function("User")->layers.at(0);
    EXPECT_EQ(application.find_function("Child/Fn")->layers.at(0), arn);
    ASSERT_NE(application.find_layer(arn), nullptr);
    EXPECT_EQ(application.find_layer(arn)->logical_id, "Layers/Shared");
    EXPECT_EQ(application.find_layer(arn)->content, "layers/content");
    const std::string& other = application.find_function("User")->environment.at("OTHER");
    EXPECT_EQ(
        application.find_function(model::function_name_of(other)),
        application.find_function("Child/Fn"));
}

TEST_F(NestedTest, AFaultOfAStackIsItsOwn) {
    write("child.yaml", function);
    write(
        "loop.yaml",
        "Resources: {L: {Type: AWS::CloudFormation::Stack, Properties: "
        "{TemplateURL: loop.yaml}}}\n");
    const Application application = load(R"(
Transform: AWS::Serverless-2016-10-31
Resources:
  Missing: {Type: AWS::Serverless::Application, Properties: {Location: nowhere.yaml}}
  Loop: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: loop.yaml}}
  Odd: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml, Parameters: {Stagee: x}}}
  One: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml, Parameters: {Stage: !GetAtt Two.Outputs.Arn}}}
  Two: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml, Parameters: {Stage: !GetAtt One.Outputs.Arn}}}
  Remote: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://example.com/t.yaml'}}
  User:
    Type: AWS::Serverless::Function
    Properties:
      {CodeUri: own, Handler: a.b, Runtime: python3.12,
       Environment: {Variables: {A: !GetAtt Odd.Outputs.Nope, B: !GetAtt Remote.Outputs.X}}}
)");
    const std::string told = errors(application);
    EXPECT_THAT(told, HasSubstr("Missing|nested stack 'Missing': there is no template /"));
    EXPECT_THAT(told, HasSubstr("Loop/L|nested stack 'L': loop.yaml is nested in itself"));
    EXPECT_THAT(told, HasSubstr("Odd|nested stack 'Odd': child.yaml has no parameter Stagee"));
    EXPECT_THAT(told, HasSubstr("One|nested stack 'One': its parameters need an output"));
    EXPECT_THAT(told, HasSubstr("Odd|nested stack 'Odd': its template has no output Nope"));
    EXPECT_EQ(told.find("Remote"), std::string::npos);
    EXPECT_NE(application.find_function("User"), nullptr);
    EXPECT_NE(application.find_function("Odd/Fn"), nullptr);
}

TEST_F(NestedTest, EachStackHasItsResourcesAndNames) {
    write("child.yaml", "Resources: {Api: {Type: AWS::ApiGateway::RestApi}}\n");
    Application application = load(R"(
Resources:
  A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}
)");
    std::vector<std::string> names;
    application.for_each_stack([&](Application& stack) {
        for (const data::Entry& resource : *stack.sections().resources) {
            base::Diagnostics diagnostics;
            const data::Value ref =
                stack.resolver().resolve(data::Map{{"Ref", resource.key}}, diagnostics);
            EXPECT_EQ(data::scalar_text(ref), stack.physical_id(resource.key));
            names.push_back(stack.stack_path() + ":" + stack.physical_id(resource.key));
        }
    });
    EXPECT_THAT(names, ElementsAre(":A", "A:A-Api"));
}

TEST_F(NestedTest, TheCdksStacksAreItsAssets) {
    write("inner.json", R"({"Resources": {"Fn1": {"Type": "AWS::Lambda::Function",
        "Properties": {"Code": {"S3Bucket": "b", "S3Key": "k"}, "Handler": "a.b", "Runtime": "python3.12"},
        "Metadata": {"aws:cdk:path": "App/Inner/Fn/Resource", "aws:asset:path": "asset.1",
        "aws:asset:property": "Code"}}}})");
    const Application application =
        load(R"({"Resources": {"S": {"Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::URLSuffix"}]]}},
        "Metadata": {"aws:asset:path": "inner.json", "aws:asset:property": "TemplateURL"}}}})");
    EXPECT_EQ(errors(application), "");
    ASSERT_NE(application.find_function("S/Fn1"), nullptr);
    EXPECT_EQ(application.find_function("S/Fn1")->code, "asset.1");
    for (const char* name : {"Fn", "Inner/Fn", "App/Inner/Fn", "App/Inner/Fn/Resource"}) {
        EXPECT_EQ(application.find_function(name), application.find_function("S/Fn1")) << name;
    }
    EXPECT_EQ(application.find_function("er/Fn"), nullptr);
}

TEST_F(NestedTest, OfSeveralWithOneIdTheFirstIsTaken) {
    write("child.yaml", R"(
Resources: {Fn: {Type: AWS::Lambda::Function, Properties: {Handler: a.b, Runtime: python3.12, Code: src}}}
)");
    const Application application = load(R"(
Resources:
  B: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}
  a: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}
)");
    EXPECT_EQ(application.find_function("Fn"), nullptr);
    EXPECT_EQ(application.functions_called("Fn").size(), 2U);
    EXPECT_EQ(application.functions_called("B/Fn").size(), 1U);
    const auto first = application.require_function("Fn");
    ASSERT_TRUE(first);
    EXPECT_EQ((*first)->logical_id, "a/Fn");
    EXPECT_FALSE(application.require_function("Gn"));
}

} // namespace
} // namespace samara::app
