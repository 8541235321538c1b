#include "build/rewrite.h"
#include "data/read.h"
#include "data/write.h"
#include "os/file.h"
#include "os/temp_dir.h"

#include <gtest/gtest.h>

namespace samara::build {
namespace {

data::Value yaml(std::string_view text) {
    const auto value = data::read_yaml(text, "template.yaml");
    EXPECT_TRUE(value) << (value ? "" : base::to_string(value.error()));
    return value.value_or(data::Value());
}

std::string rewritten(std::string_view text, const Artifacts& artifacts = {}) {
    return data::write_yaml(rewrite_template(yaml(text), artifacts, "/app", "/app/.aws-sam/build"));
}

TEST(RewriteTemplate, WhatWasBuiltIsReferredToByItsArtifact) {
    EXPECT_EQ(
        rewritten(
            R"(Resources:
  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: src/, Handler: a.b}}
  I: {Type: AWS::Serverless::Function, Properties: {PackageType: Image}}
  L: {Type: AWS::Lambda::Function, Properties: {Code: src}}
  M: {Type: AWS::Lambda::Function, Properties: {PackageType: Image, Code: {ImageUri: x}}}
  Y: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer}}
  G: {Type: AWS::Serverless::Function}
)",
            {{"F", {"F", ""}},
             {"I", {"", "i:latest"}},
             {"L", {"L", ""}},
             {"M", {"", "m:v1"}},
             {"Y", {"Y", ""}},
             {"G", {"G", ""}}}),
        data::write_yaml(yaml(R"(Resources:
  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: F, Handler: a.b}, Metadata: {SamResourceId: F}}
  I: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: "i:latest"}, Metadata: {SamResourceId: I}}
  L: {Type: AWS::Lambda::Function, Properties: {Code: L}, Metadata: {SamResourceId: L}}
  M: {Type: AWS::Lambda::Function, Properties: {PackageType: Image, Code: {ImageUri: "m:v1"}}, Metadata: {SamResourceId: M}}
  Y: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: Y}, Metadata: {SamResourceId: Y}}
  G: {Type: AWS::Serverless::Function, Properties: {CodeUri: G}, Metadata: {SamResourceId: G}}
)")));
}

TEST(RewriteTemplate, PathsAreWholeWhereALinkStandsBetween) {
    const auto dir = os::TempDir::create("test");
    ASSERT_TRUE(dir);
    const std::filesystem::path app = dir->path() / "app";
    ASSERT_TRUE(os::make_folders(app));
    ASSERT_TRUE(os::make_folders(dir->path() / "a/b/c"));
    const auto location = [&] {
        const data::Value document = rewrite_template(
            yaml("Resources: {A: {Type: AWS::Serverless::Api, Properties: {DefinitionUri: "
                 "x.yaml}}}"),
            {},
            app,
            app / ".aws-sam/build");
        const data::Value* properties = document.find("Resources")->find("A")->find("Properties");
        return std::string(properties->find("DefinitionUri")->text());
    };
    EXPECT_EQ(location(), "../../x.yaml");
    std::filesystem::create_directory_symlink("../a/b/c", app / ".aws-sam");
    EXPECT_EQ(location(), app / "x.yaml");
    // A link above both changes nothing.
    std::filesystem::remove(app / ".aws-sam");
    std::filesystem::rename(app, dir->path() / "a/app");
    std::filesystem::create_directory_symlink("a/app", app);
    EXPECT_EQ(location(), "../../x.yaml");
}

TEST(RewriteTemplate, OtherLocalPathsAreSeenFromTheBuildFolder) {
    EXPECT_EQ(
        rewritten(R"(Globals: {Function: {CodeUri: src/}}
Metadata: {"AWS::ServerlessRepo::Application": {LicenseUrl: LICENSE, Name: x}}
Resources:
  A: {Type: AWS::Serverless::Api, Properties: {DefinitionUri: api/openapi.yaml}}
  N: {Type: AWS::Serverless::Application, Properties: {Location: ../shared/child.yaml}}
  Z: {Type: AWS::Serverless::Function, Properties: {CodeUri: code.zip}}
  D: {Type: AWS::Serverless::Function, Metadata: {DockerContext: ., Dockerfile: Dockerfile}}
  J: {Type: "AWS::Glue::Job", Properties: {Command: {ScriptLocation: job.py}}}
  Q: {Type: AWS::Serverless::GraphQLApi, Properties: {Functions: {f: {CodeUri: f.js}}}}
  X: {Type: AWS::Serverless::Api, Properties: {DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: a.yaml}}}}}
)"),
        data::write_yaml(yaml(R"(Globals: {Function: {CodeUri: ../../src}}
Metadata: {"AWS::ServerlessRepo::Application": {LicenseUrl: ../../LICENSE, Name: x}}
Resources:
  A: {Type: AWS::Serverless::Api, Properties: {DefinitionUri: ../../api/openapi.yaml}}
  N: {Type: AWS::Serverless::Application, Properties: {Location: ../../../shared/child.yaml}}
  Z: {Type: AWS::Serverless::Function, Properties: {CodeUri: ../../code.zip}}
  D: {Type: AWS::Serverless::Function, Metadata: {DockerContext: ../.., Dockerfile: Dockerfile}}
  J: {Type: "AWS::Glue::Job", Properties: {Command: {ScriptLocation: ../../job.py}}}
  Q: {Type: AWS::Serverless::GraphQLApi, Properties: {Functions: {f: {CodeUri: ../../f.js}}}}
  X: {Type: AWS::Serverless::Api, Properties: {DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: ../../a.yaml}}}}}
)")));
}

TEST(RewriteTemplate, ASlashAtTheEndOfTheBuildFolderMeansNothing) {
    constexpr std::string_view text =
        "Resources: {Z: {Type: AWS::Serverless::Function, Properties: {CodeUri: code.zip}}}\n";
    EXPECT_EQ(
        data::write_yaml(rewrite_template(yaml(text), {}, "/app/", "/app/.aws-sam/build/")),
        rewritten(text));
}

TEST(RewriteTemplate, WhatIsNoLocalPathStays) {
    constexpr std::string_view text = R"(Resources:
  A: {Type: AWS::Serverless::Api, Properties: {DefinitionUri: "s3://bucket/key"}}
  B: {Type: AWS::Serverless::Api, Properties: {DefinitionUri: /abs/openapi.yaml}}
  C: {Type: AWS::Serverless::Application, Properties: {Location: {ApplicationId: a, SemanticVersion: 1.0.0}}}
  D: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://s3.amazonaws.com/b/t"}}
  E: {Type: AWS::Serverless::Function, Properties: {CodeUri: {Ref: Code}}}
  F: {Type: AWS::S3::Bucket, Properties: {CodeUri: src}}
  G: {Properties: {CodeUri: src}}
  H: 3
)";
    EXPECT_EQ(rewritten(text), data::write_yaml(yaml(text)));
    EXPECT_EQ(rewritten("- a\n"), "- a\n");
}

} // namespace
} // namespace samara::build
