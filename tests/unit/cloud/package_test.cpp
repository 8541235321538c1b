#include "cloud/deploy/companion_stack.h"
#include "cloud/deploy/dry_run.h"
#include "cloud/deploy/open_access.h"
#include "cloud/deploy/stateful.h"
#include "cloud/package/artifact_rows.h"
#include "cloud/package/content.h"
#include "cloud/package/package.h"
#include "cloud/package/package_walk.h"
#include "data/read.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace samara::cloud {
namespace {

data::Value yaml(std::string_view text) {
    return data::read_yaml(text, "template.yaml").value();
}

TEST(ArtifactRowsTest, UrlsOfRegistries) {
    EXPECT_TRUE(is_ecr_url("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app"));
    EXPECT_TRUE(is_ecr_url("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app:v1"));
    EXPECT_TRUE(is_ecr_url("localhost:5000/app"));
    EXPECT_TRUE(is_ecr_url("127.0.0.1/app"));
    EXPECT_FALSE(is_ecr_url("example.org/app"));
    EXPECT_FALSE(is_ecr_url("123456789012.dkr.ecr.eu-west-1.amazonaws.com"));
    EXPECT_FALSE(is_ecr_url("app:latest"));
    EXPECT_FALSE(is_ecr_url("localhost:x/app"));
}

TEST(ContentTest, NamesAndContentsMakeTheName) {
    const auto folder = os::TempDir::create("content-test").value();
    ASSERT_TRUE(os::make_folders(folder.path() / "m"));
    ASSERT_TRUE(os::replace_file(folder.path() / "m/b.txt", "hello"));
    ASSERT_TRUE(os::replace_file(folder.path() / "a", ""));
    std::filesystem::create_symlink("m", folder.path() / "z");
    const auto entries = list_folder(folder.path(), true);
    ASSERT_TRUE(entries);
    ASSERT_EQ(entries->size(), 3U);
    EXPECT_EQ((*entries)[1].name, "m/b.txt");
    EXPECT_EQ((*entries)[2].name, "z/b.txt");
    EXPECT_EQ((*entries)[0].mode & 0444U, 0444U);
    // md5("a" + md5("") + "m/b.txt" + md5("hello") + "z/b.txt" + md5("hello"))
    EXPECT_EQ(entries_digest(*entries, {}).value(), "096dae6a2d57c7d3567e3583791a0ccf");
    std::filesystem::create_symlink("..", folder.path() / "m/up");
    EXPECT_FALSE(list_folder(folder.path(), true));
}

TEST(CompanionStackTest, NamesAreTheOriginals) {
    EXPECT_EQ(companion_stack_name("my-app"), "my-app-4dcb6b21-CompanionStack");
    const auto repository = managed_repository("my-app", "Child/Fn");
    EXPECT_EQ(repository.logical_id.substr(0, 7), "ChildFn");
    EXPECT_TRUE(repository.logical_id.ends_with("Repo"));
    EXPECT_TRUE(repository.name.starts_with("myapp4dcb6b21/childfn")) << repository.name;
    const auto document = data::read_json(companion_template("my-app", {"Child/Fn"}), "t");
    ASSERT_TRUE(document);
    EXPECT_NE(document->find("Resources")->find(repository.logical_id), nullptr);
}

TEST(StatefulTest, WhatTakesDataAway) {
    const std::vector<aws_client::Change> changes{
        {"Remove", "A", "", "AWS::DynamoDB::Table", "", "", {}},
        {"Remove", "B", "", "AWS::S3::Bucket", "", "Retain", {}},
        {"Modify", "C", "", "AWS::SQS::Queue", "True", "", {}},
        {"Modify", "D", "", "AWS::RDS::DBInstance", "Conditional", "", {}},
        {"Remove", "E", "", "AWS::Lambda::Function", "", "", {}}};
    const auto risks = data_at_risk(changes);
    ASSERT_EQ(risks.size(), 3U);
    EXPECT_EQ(risks[0].what, "is removed");
    EXPECT_EQ(risks[1].logical_id, "C");
    EXPECT_EQ(risks[2].what, "may be replaced");
}

TEST(OpenAccessTest, AuthIsLookedForInEveryPlace) {
    const std::string function = "  F:\n    Type: AWS::Serverless::Function\n    Properties:\n";
    const auto open = [&](std::string_view properties, std::string_view more = "") {
        return open_access(
            yaml("Resources:\n" + function + std::string(properties) + std::string(more)));
    };
    using Names = std::vector<std::string>;
    EXPECT_EQ(
        open("      Events: {E: {Type: Api, Properties: {Path: /, Method: get}}}\n"), Names{"F"});
    EXPECT_EQ(open("      Events: {E: {Type: HttpApi}}\n"), Names{"F"});
    EXPECT_EQ(open("      Events: {E: {Type: S3}}\n"), Names{});
    EXPECT_EQ(
        open("      Events: {E: {Type: Api, Properties: {Auth: {Authorizer: A}}}}\n"), Names{});
    EXPECT_EQ(
        open("      Events: {E: {Type: Api, Properties: {Auth: {Authorizer: NONE}}}}\n"),
        Names{"F"});
    EXPECT_EQ(
        open(
            "      Events: {E: {Type: Api, Properties: {RestApiId: !Ref A}}}\n",
            "  A: {Type: AWS::Serverless::Api, Properties: {Auth: {DefaultAuthorizer: X}}}\n"),
        Names{});
    EXPECT_EQ(
        open(
            "      Events: {E: {Type: Api, Properties: {RestApiId: !Ref A}}}\n",
            "  A: {Type: AWS::Serverless::Api, Properties: {StageName: p}}\n"),
        Names{"F"});
    EXPECT_EQ(
        open(
            "      Events: {E: {Type: Api, Properties: {RestApiId: !Ref A}}}\n",
            "  A: {Type: AWS::ApiGateway::RestApi}\n"),
        Names{});
    EXPECT_EQ(open("      FunctionUrlConfig: {AuthType: NONE}\n"), Names{"F Function Url"});
    EXPECT_EQ(
        open(
            "      Events: {E: {Type: HttpApi}}\n",
            "Globals: {HttpApi: {Auth: {DefaultAuthorizer: X}}}\n"),
        Names{});
}

TEST(DryRunTest, ComparesSectionBySection) {
    const auto changes = compare_templates(
        yaml("Resources:\n  A: {Type: T, Properties: {X: 1, L: [1, 2]}, Metadata: {SamResourceId: "
             "A}}\n  B: {Type: AWS::S3::Bucket}\n"),
        yaml("Resources:\n  A: {Type: T, Properties: {X: 2, L: [1, 3], N: n}}\n  C: {Type: "
             "U}\nOutputs: {O: {Value: 1}}\n"));
    ASSERT_EQ(changes.size(), 4U);
    EXPECT_EQ(changes[0].logical_id, "A");
    ASSERT_EQ(changes[0].details.size(), 3U);
    EXPECT_EQ(changes[0].details[0].path, "Properties.X");
    EXPECT_EQ(changes[0].details[0].before, "1");
    EXPECT_EQ(changes[0].details[1].path, "Properties.L[1]");
    EXPECT_EQ(changes[0].details[2].before, "");
    EXPECT_EQ(changes[1].kind, PlannedChange::Kind::add);
    EXPECT_EQ(changes[2].kind, PlannedChange::Kind::remove);
    EXPECT_TRUE(changes[2].holds_data);
    EXPECT_EQ(changes[3].section, "Outputs");
}

TEST(DryRunTest, LongValuesAreCutBetweenCharacters) {
    const std::string whole(100, 'a');

    struct Case {
        std::string value;
        std::string shown;
    };

    for (const Case& one :
         {Case{whole, whole},
          Case{whole + "b", whole + " ..."},
          Case{whole.substr(1) + "\xC3\xA9", whole.substr(1) + " ..."},
          Case{whole.substr(2) + "\xC3\xA9", whole.substr(2) + "\xC3\xA9"}}) {
        const auto changes = compare_templates(
            yaml("Outputs: {O: {Value: ''}}"), yaml("Outputs: {O: {Value: '" + one.value + "'}}"));
        ASSERT_EQ(changes.size(), 1U);
        EXPECT_EQ(changes[0].details[0].after, one.shown);
    }
}

TEST(WalkTest, WhatIsEmptyIsMissing) {
    const auto folder = os::TempDir::create("walk-test").value();
    const auto found = [&](const std::string& resources) {
        base::Diagnostics warnings;
        const auto walked = find_artifacts(
            yaml("Resources: {" + resources + "}"), folder.path() / "t.yaml", {}, {}, warnings);
        return std::make_tuple(
            walked.has_value(), walked ? (*walked)->artifacts.size() : 0, warnings.size());
    };
    for (const std::string value : {"''", "null"}) {
        EXPECT_EQ(
            found("F: {Type: AWS::Serverless::Function, Properties: {CodeUri: " + value + "}}"),
            std::make_tuple(true, 1U, 1U))
            << "its folder, with a warning";
        EXPECT_EQ(
            found("A: {Type: AWS::Serverless::Api, Properties: {DefinitionUri: " + value + "}}"),
            std::make_tuple(true, 0U, 0U));
    }
}

TEST(WalkTest, TemplatesAreFilesOrUrls) {
    const auto folder = os::TempDir::create("walk-test").value();
    ASSERT_TRUE(os::make_folders(folder.path() / "folder"));
    for (const auto& [type, property] :
         {std::pair("AWS::CloudFormation::Stack", "TemplateURL"),
          std::pair("AWS::Serverless::Application", "Location"),
          std::pair("AWS::CloudFormation::StackSet", "TemplateURL")}) {
        const auto walk = [&](std::string_view value) {
            base::Diagnostics warnings;
            const auto walked = find_artifacts(
                yaml(fmt::format(
                    "Resources: {{Child: {{Type: {}, Properties: {{{}: '{}'}}}}}}",
                    type,
                    property,
                    value)),
                folder.path() / "t.yaml",
                {},
                {},
                warnings);
            return walked ? std::string() : walked.error().message;
        };
        EXPECT_EQ(walk("https://bucket.s3.eu-west-1.amazonaws.com/child.yaml"), "") << type;
        EXPECT_EQ(walk("http://127.0.0.1:4566/bucket/child.yaml"), "") << type;
        for (const char* wrong : {"folder", "gone.yaml"}) {
            EXPECT_TRUE(walk(wrong).starts_with(fmt::format(
                "Unable to upload artifact {} referenced by {} parameter of Child resource.\n",
                wrong,
                property)))
                << walk(wrong);
        }
    }
}

TEST(NeedsTest, FilesAndImages) {
    const auto needs = find_needs(
        yaml("Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, "
             "ImageUri: f}}\n"
             "  G: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: "
             "123456789012.dkr.ecr.us-east-1.amazonaws.com/g}}\n"),
        "/template.yaml",
        {});
    EXPECT_EQ(needs.images, std::vector<std::string>{"F"});
    EXPECT_FALSE(needs.files);
}

TEST(NeedsTest, LoopsAreLookedInto) {
    const auto document =
        yaml("Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\nResources:\n"
             "  Fn::ForEach::Fns:\n  - Name\n  - [a, b]\n"
             "  - ${Name}Fn: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, "
             "ImageUri: !Sub '${Name}:latest'}}\n");
    EXPECT_EQ(
        find_needs(document, "/template.yaml", {}).images,
        (std::vector<std::string>{"aFn", "bFn"}));
    EXPECT_TRUE(find_needs(document, "/template.yaml", {false, {}, {}}).images.empty());
}

} // namespace
} // namespace samara::cloud
