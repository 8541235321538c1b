#include "base/hash.h"
#include "cloud/deploy/companion_stack.h"
#include "cloud/deploy/managed_stack.h"
#include "cloud/package/package.h"
#include "cloud/package/package_walk.h"
#include "data/accessors.h"
#include "data/read.h"
#include "data/write.h"
#include "notes.h"
#include "os/file.h"
#include "support/aws_stub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::cloud {
namespace {

using test::aws_error;
using test::AwsAnswer;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const AwsAnswer no_stack = aws_error("ValidationError", "Stack does not exist");

class UploadTest : public testing::Test {
protected:
    UploadTest() {
        rules_.bucket = "b";
        write("code/app.py", "code");
        write("file.txt", "text");
    }

    void write(const std::string& name, std::string_view text) {
        const auto path = folder_.path() / name;
        ASSERT_TRUE(os::make_folders(path.parent_path()));
        ASSERT_TRUE(os::replace_file(path, text));
    }

    Uploader& uploader() {
        if (!uploader_) {
            uploader_.emplace(*session_, rules_, notes_);
        }
        return *uploader_;
    }

    /// S3 takes the object of this name.
    void takes(const std::string& key, bool there = false) {
        aws_.on("HEAD /b/" + key, {AwsAnswer(there ? 200 : 404, "")})
            .on("PUT /b/" + key, {AwsAnswer(200, "")});
    }

    std::vector<std::string> puts() const {
        std::vector<std::string> keys;
        for (const std::string& call : aws_.calls()) {
            if (call.starts_with("PUT /b/")) {
                keys.push_back(call.substr(7, call.find(' ', 5) - 7));
            }
        }
        return keys;
    }

    aws_client::AwsResult<Packaged> package(std::string_view resources) {
        return package_template(
            data::read_yaml(resources, "template.yaml").value(),
            folder_.path() / "template.yaml",
            uploader(),
            nullptr,
            package_rules_);
    }

    test::AwsStub aws_;
    os::TempDir folder_ = os::TempDir::create("upload-test").value();
    std::shared_ptr<aws_client::Session> session_ = aws_.session();
    UploadRules rules_;
    PackageRules package_rules_;
    Notes notes_;

private:
    std::optional<Uploader> uploader_;
};

const std::string of_text = base::md5_hex("text");

TEST_F(UploadTest, WhatIsMissingIsSentOnce) {
    takes(of_text + ".txt");
    for (int i = 0; i < 2; ++i) {
        const auto place = uploader().put_text("text", "txt");
        ASSERT_TRUE(place) << place.error().message;
        EXPECT_EQ(place->bucket, "b");
        EXPECT_EQ(place->key, of_text + ".txt");
    }
    EXPECT_THAT(
        aws_.calls(),
        ElementsAre("HEAD /b/" + of_text + ".txt", "PUT /b/" + of_text + ".txt text"));
    EXPECT_THAT(notes_.of("upload"), ElementsAre(of_text + ".txt 0/4", of_text + ".txt 4/4"));
}

TEST_F(UploadTest, WhatIsThereIsSentWhereItIsForced) {
    takes("p/" + of_text, true);
    rules_.prefix = "p";
    EXPECT_EQ(uploader().put_file(folder_.path() / "file.txt", "")->key, "p/" + of_text);
    EXPECT_THAT(puts(), IsEmpty());
    EXPECT_THAT(
        notes_.of("log"),
        ElementsAre("File with same data already exists at p/" + of_text + ", skipping upload"));
    rules_.force = true;
    Uploader forced(*session_, rules_, notes_);
    ASSERT_TRUE(forced.put_file(folder_.path() / "file.txt", ""));
    EXPECT_THAT(puts(), ElementsAre("p/" + of_text));
    EXPECT_EQ(aws_.calls("HEAD").size(), 1U) << "that of the first";
}

TEST_F(UploadTest, NamesAloneAskNobody) {
    rules_.names_only = true;
    EXPECT_EQ(uploader().put_text("text", "")->key, of_text);
    EXPECT_THAT(aws_.calls(), IsEmpty());
}

TEST_F(UploadTest, WithoutABucketNothingGoes) {
    rules_.bucket = "";
    EXPECT_THAT(
        uploader().put_text("text", "").error().message, StartsWith("S3 Bucket not specified"));
}

TEST_F(UploadTest, WhatFailsIsToldAndTriedAgain) {
    aws_.on("HEAD /b/" + of_text, {AwsAnswer(404, "")})
        .on("PUT /b/" + of_text,
            {aws_error("NoSuchBucket", "The specified bucket does not exist", 404),
             aws_error("AccessDenied", "no", 403),
             AwsAnswer(200, "")});
    const auto first = uploader().put_text("text", "");
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().message, "S3 Bucket does not exist.");
    EXPECT_THAT(first.error().hint, HasSubstr("there is no bucket b"));
    EXPECT_EQ(uploader().put_text("text", "").error().code, "AccessDenied");
    EXPECT_THAT(notes_.of("upload failed"), ElementsAre(of_text, of_text));
    EXPECT_TRUE(uploader().put_text("text", ""));
}

TEST_F(UploadTest, TheFirstErrorEndsTheRest) {
    int ran = 0;
    std::vector<std::function<aws_client::AwsResult<void>()>> tasks;
    for (int i = 0; i < 3; ++i) {
        tasks.emplace_back([&ran]() -> aws_client::AwsResult<void> {
            ++ran;
            return {};
        });
    }
    EXPECT_TRUE(Uploader::run_all(tasks));
    EXPECT_EQ(ran, 3);
    EXPECT_TRUE(Uploader::run_all({}));
    EXPECT_EQ(
        Uploader::run_all({[]() -> aws_client::AwsResult<void> {
            return aws_client::aws_fail(aws_client::AwsFailure::other, "one");
        }})
            .error()
            .message,
        "one");
}

// What each form of a property becomes.
TEST_F(UploadTest, PropertiesAfterwards) {
    rules_.names_only = true;
    write("lambda.zip", std::string("PK\x05\x06", 4) + std::string(18, '\0'));
    const std::string zip = base::md5_hex(std::string("PK\x05\x06", 4) + std::string(18, '\0'));

    struct Case {
        const char* type;
        const char* property; ///< from the resource to the path
        const char* written;
        std::string becomes; ///< JSON
    };

    for (const Case& one : std::initializer_list<Case>{
             {"AWS::Serverless::Function",
              "CodeUri",
              "file.txt",
              fmt::format(
                  "\"s3://b/{}\"",
                  base::md5_hex("file.txt" + base::md5_hex("text")))}, // zipped alone
             {"AWS::Serverless::Function", "CodeUri", "lambda.zip", "\"s3://b/" + zip + "\""},
             {"AWS::Lambda::Function",
              "Code",
              "lambda.zip",
              R"({"S3Bucket":"b","S3Key":")" + zip + "\"}"},
             {"AWS::Serverless::Api", "DefinitionUri", "file.txt", "\"s3://b/" + of_text + "\""},
             {"AWS::ApiGateway::RestApi",
              "BodyS3Location",
              "file.txt",
              R"({"Bucket":"b","Key":")" + of_text + "\"}"},
             {"AWS::Serverless::Function",
              "CodeUri",
              "code",
              "\"s3://b/" + base::md5_hex("app.py" + base::md5_hex("code")) + "\""}}) {
        const auto packaged = package(fmt::format(
            "Resources: {{R: {{Type: {}, Properties: {{{}: {}}}}}}}",
            one.type,
            one.property,
            one.written));
        ASSERT_TRUE(packaged) << packaged.error().message;
        const data::Value* value =
            packaged->document.find("Resources")->find("R")->find("Properties")->find(one.property);
        ASSERT_NE(value, nullptr);
        EXPECT_EQ(data::write_json(*value), one.becomes) << one.type << " " << one.written;
        ASSERT_EQ(packaged->artifacts.size(), 1U);
        EXPECT_EQ(packaged->artifacts[0].resource, "R");
        EXPECT_EQ(packaged->artifacts[0].property, one.property);
        EXPECT_EQ(packaged->artifacts[0].path, one.written);
        EXPECT_THAT(packaged->artifacts[0].location, StartsWith("s3://b/"));
    }
}

TEST_F(UploadTest, NestedTemplatesAreNamedAfterTheirContent) {
    rules_.names_only = true;
    write(
        "child.yaml",
        "Resources: {F: {Type: AWS::Serverless::Function, Properties: {CodeUri: code}}}");
    const auto packaged =
        package("Resources: {Child: {Type: AWS::Serverless::Application, Properties: {Location: "
                "child.yaml}}}");
    ASSERT_TRUE(packaged) << packaged.error().message;
    ASSERT_EQ(packaged->artifacts.size(), 2U);
    EXPECT_EQ(packaged->artifacts[0].resource, "Child/F");
    EXPECT_EQ(packaged->artifacts[1].resource, "Child");
    EXPECT_EQ(packaged->artifacts[1].path, "child.yaml");
    EXPECT_THAT(packaged->artifacts[1].location, testing::EndsWith(".template"));
    EXPECT_THAT(packaged->artifacts[1].location, HasSubstr("/b/"));
    write(
        "child.yaml",
        "Resources: {Me: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "
        "child.yaml}}}");
    const auto endless =
        package("Resources: {Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "
                "child.yaml}}}");
    ASSERT_FALSE(endless);
    EXPECT_THAT(endless.error().message, HasSubstr("stacks are nested deeper than 16"));
}

TEST_F(UploadTest, AFailureNamesThePath) {
    const auto packaged =
        package("Resources: {F: {Type: AWS::Serverless::Function, Properties: {CodeUri: code}}}");
    ASSERT_FALSE(packaged);
    EXPECT_THAT(
        packaged.error().message,
        StartsWith("Unable to upload artifact code referenced by CodeUri parameter of F resource.\n"
                   "An error occurred (NoSuchOperation)"));
}

TEST_F(UploadTest, SignedCodeIsAskedForByItsVersion) {
    const std::string key = base::md5_hex("app.py" + base::md5_hex("code")) + ".zip";
    takes(key, true);
    package_rules_.signing = {{"F", {"profile", "owner"}}};
    aws_.on("GET /b/" + key + "?tagging", {AwsAnswer(200, "<T/>", "x-amz-version-id: v1\r\n")})
        .on("POST /signing-jobs", {"{jobId: j}"})
        .on("GET /signing-jobs/j",
            {"{status: InProgress}", "{status: Succeeded, signedObject: {s3: {key: signed}}}"});
    const std::string_view function =
        "Resources: {F: {Type: AWS::Serverless::Function, Properties: {CodeUri: code}}}";
    const auto packaged = package(function);
    ASSERT_TRUE(packaged) << packaged.error().message;
    EXPECT_EQ(packaged->artifacts[0].location, "s3://b/signed");
    const std::string start = aws_.calls("POST /signing-jobs").front();
    EXPECT_THAT(start, HasSubstr(R"("version":"v1")"));
    EXPECT_THAT(start, HasSubstr(R"("profileOwner":"owner")"));
    aws_.on("GET /signing-jobs/j", {"{status: Failed, statusReason: why}"});
    EXPECT_THAT(
        package(function).error().message, HasSubstr("Waiter SuccessfulSigningJob failed: why"));
    aws_.on("GET /b/" + key + "?tagging", {"{}"});
    EXPECT_THAT(
        package(function).error().message, HasSubstr("The bucket b keeps no versions of objects"));
}

// What a walk finds of a template, "resource property path".
class WalkRules : public UploadTest {
protected:
    std::vector<std::string> found(std::string_view document) {
        warnings_.clear();
        const auto walked = find_artifacts(
            data::read_yaml(document, "template.yaml").value(),
            folder_.path() / "template.yaml",
            {},
            {},
            warnings_);
        if (!walked) {
            return {"ERROR: " + walked.error().message};
        }
        std::vector<std::string> lines;
        for (const Artifact& artifact : (*walked)->artifacts) {
            lines.push_back(
                fmt::format("{} {} {}", artifact.resource, artifact.property, artifact.text));
        }
        return lines;
    }

    base::Diagnostics warnings_;
};

TEST_F(WalkRules, CodeOfGlobals) {
    EXPECT_THAT(
        found("Globals: {Function: {CodeUri: code}}\n"
              "Resources:\n"
              "  A: {Type: AWS::Serverless::Function, Properties: {Handler: h}}\n"
              "  B: {Type: AWS::Serverless::Function, Properties: {CodeUri: file.txt}}\n"
              "  C: {Type: AWS::Serverless::Function, Properties: {InlineCode: x}}\n"
              "  D: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: "
              "'i:t'}}\n"
              "  E: {Type: AWS::Serverless::Api, Properties: {}}\n"),
        ElementsAre("A CodeUri code", "B CodeUri file.txt", "D ImageUri i:t"));
    EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(WalkRules, WhatIsSomewhereElseIsLeft) {
    EXPECT_THAT(
        found("Resources:\n"
              "  A: {Type: AWS::Serverless::Function, Properties: {CodeUri: s3://b/k}}\n"
              "  B: {Type: AWS::Serverless::Function, Properties: {CodeUri: "
              "'https://s3.amazonaws.com/b/k'}}\n"
              "  C: {Type: AWS::Serverless::Function, Properties: {CodeUri: {Bucket: b, Key: k}}}\n"
              "  D: {Type: AWS::Serverless::Function, Properties: {CodeUri: !Ref P}}\n"
              "  E: {Type: AWS::Serverless::Function, Properties: {CodeUri: !Sub '${P}/x'}}\n"
              "  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: !Sub 'code'}}\n"
              "  G: {Type: AWS::Serverless::Function, Properties: {PackageType: Image, ImageUri: "
              "'123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:b'}}\n"
              "  H: {Type: AWS::Serverless::Function, Properties: text}\n"
              "  I: {Type: AWS::Serverless::Function}\n"
              "  J: text\n"),
        ElementsAre("F CodeUri code"));
}

TEST_F(WalkRules, FilesOfTheApplicationAndIncludes) {
    EXPECT_THAT(
        found("Metadata: {'AWS::ServerlessRepo::Application': {LicenseUrl: file.txt, ReadmeUrl: "
              "s3://b/k}}\n"
              "Resources:\n"
              "  A: {Type: X, Properties: {L: [{Fn::Transform: {Name: AWS::Include, Parameters: "
              "{Location: file.txt}}}, {Fn::Transform: {Name: Other, Parameters: {Location: "
              "file.txt}}}, {Fn::Transform: {Name: AWS::Include, Parameters: {Location: "
              "s3://b/k}}}]}}\n"),
        ElementsAre(
            "AWS::ServerlessRepo::Application LicenseUrl file.txt",
            "AWS::Include Location file.txt"));
    EXPECT_THAT(
        found("Metadata: {'AWS::ServerlessRepo::Application': {LicenseUrl: ''}}"), IsEmpty());
}

TEST_F(WalkRules, WhatIsNotThereAndWhatIsNotSaid) {
    EXPECT_THAT(
        found("Resources: {A: {Type: AWS::Serverless::Function, Properties: {CodeUri: gone}}}"),
        ElementsAre(HasSubstr(
            "Parameter CodeUri of resource A refers to a file or folder that does not exist ")));
    EXPECT_THAT(
        found("Resources: {A: {Type: AWS::Serverless::Function, Properties: {Handler: h}}}"),
        ElementsAre("A CodeUri ."));
    ASSERT_EQ(warnings_.size(), 1U);
    EXPECT_EQ(
        warnings_[0].error.message,
        "A has no CodeUri: the template's folder is uploaded as its content");
    EXPECT_THAT(
        found("Resources: {A: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: "
              "code}}}"),
        ElementsAre("A ContentUri code"));
}

TEST_F(UploadTest, TheManagedBucket) {
    const auto bucket = [&](AwsAnswer stack) {
        aws_.on("DescribeStacks", {std::move(stack)});
        const auto found = find_or_make_bucket(*session_, notes_);
        return found ? *found : "ERROR: " + found.error().message;
    };
    const auto stack = [](std::string_view more) {
        return AwsAnswer(fmt::format("{{Stacks: [{{StackName: m, StackStatus: S{}}}]}}", more));
    };
    const std::string tags = ", Tags: [{Key: ManagedStackSource, Value: AwsSamCli}]";
    const std::string outputs = ", Outputs: [{OutputKey: X, OutputValue: y}, {OutputKey: "
                                "SourceBucket, OutputValue: mine}]";

    struct Case {
        std::string more;
        const char* said;
    };

    for (const Case& one : std::initializer_list<Case>{
             {tags + outputs, "mine"},
             {"", "is missing Tags and/or Outputs"},
             {tags, "is missing Tags and/or Outputs"},
             {outputs, "is missing Tags and/or Outputs"},
             {", Tags: [{Key: ManagedStackSource, Value: Other}]" + outputs, "is another's"},
             {", Tags: [{Key: Other, Value: AwsSamCli}]" + outputs, "is another's"},
             {tags + ", Outputs: [{OutputKey: X, OutputValue: y}]",
              "has no output SourceBucket"}}) {
        EXPECT_THAT(bucket(stack(one.more)), HasSubstr(one.said)) << one.more;
    }
    EXPECT_THAT(aws_.calls("CreateChangeSet"), IsEmpty());
}

TEST_F(UploadTest, TheManagedBucketIsMadeWhereThereIsNone) {
    aws_.on("DescribeStacks",
            {no_stack,
             "{Stacks: [{StackStatus: CREATE_COMPLETE, Tags: [{Key: ManagedStackSource, Value: "
             "AwsSamCli}], Outputs: [{OutputKey: SourceBucket, OutputValue: new}]}]}"})
        .on("CreateChangeSet", {"{Id: i, StackId: s}"})
        .on("DescribeChangeSet", {"{Status: CREATE_COMPLETE}"})
        .on("ExecuteChangeSet", {"{}"});
    EXPECT_EQ(*find_or_make_bucket(*session_, notes_), "new");
    EXPECT_THAT(
        notes_.of("say"),
        ElementsAre("Creating the required resources...", "Successfully created!"));
    EXPECT_THAT(
        aws_.calls("ExecuteChangeSet"),
        ElementsAre("ChangeSetName=i StackName=aws-sam-cli-managed-default"));
    aws_.on("DescribeStacks", {no_stack}).on("CreateChangeSet", {aws_error("AccessDenied", "no")});
    EXPECT_THAT(
        find_or_make_bucket(*session_, notes_).error().message,
        StartsWith("Failed to create managed resources: "));
    report_bucket(notes_, "x", true);
    EXPECT_THAT(notes_.of("log"), Contains("Managed S3 bucket: x"));
}

class CompanionTest : public UploadTest {
protected:
    std::string sync(const std::vector<std::string>& functions) {
        const auto done = sync_repositories(uploader(), "app", functions, repositories_, notes_);
        return done ? "done" : done.error().message;
    }

    CompanionTest() {
        rules_.names_only = true;
        aws_.on("GetCallerIdentity", {"{Account: '123456789012'}"})
            .on("CreateStack", {"{}"})
            .on("UpdateStack", {"{}"})
            .on("DeleteStack", {"{}"})
            .on("DeleteRepository", {"{}"});
    }

    static AwsAnswer companion(std::string_view status) {
        return AwsAnswer(
            fmt::format("{{Stacks: [{{StackId: arn:c, StackName: c, StackStatus: {}}}]}}", status));
    }

    const std::string stack_ = companion_stack_name("app");
    const ManagedRepository own_ = managed_repository("app", "F");
    ImageRepositories repositories_;
};

TEST_F(CompanionTest, ARepositoryForEachFunctionWithoutOne) {
    repositories_.by_id = {{"G", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine"}};
    aws_.on("DescribeStacks", {no_stack, companion("CREATE_COMPLETE")});
    EXPECT_EQ(sync({"F", "G"}), "done");
    EXPECT_EQ(
        repositories_.by_id["F"], "123456789012.dkr.ecr.eu-west-1.amazonaws.com/" + own_.name);
    EXPECT_EQ(repositories_.by_id["G"], "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mine");
    ASSERT_EQ(aws_.calls("CreateStack").size(), 1U);
    EXPECT_THAT(aws_.calls("CreateStack")[0], StartsWith("StackName=" + stack_ + " TemplateURL="));
    EXPECT_THAT(
        notes_.of("say"), ElementsAre("Creating the repositories of the application's images..."));
}

TEST_F(CompanionTest, WhatNobodyUsesGoes) {
    aws_.on("DescribeStacks", {companion("UPDATE_COMPLETE")})
        .on("ListStackResources",
            {fmt::format(
                "{{StackResourceSummaries: ["
                "{{LogicalResourceId: Old, PhysicalResourceId: old, ResourceType: "
                "'AWS::ECR::Repository'}}, "
                "{{LogicalResourceId: Making, ResourceType: 'AWS::ECR::Repository'}}, "
                "{{LogicalResourceId: Role, PhysicalResourceId: r, ResourceType: "
                "'AWS::IAM::Role'}}, "
                "{{LogicalResourceId: {}, PhysicalResourceId: own, ResourceType: "
                "'AWS::ECR::Repository'}}]}}",
                own_.logical_id)});
    EXPECT_EQ(sync({"F"}), "done");
    EXPECT_THAT(
        aws_.calls("DeleteRepository"), ElementsAre(R"({"repositoryName":"old","force":true})"));
    EXPECT_EQ(aws_.calls("UpdateStack").size(), 1U);
    EXPECT_THAT(*unused_repositories(*session_, "app", {"F"}), ElementsAre("Old", "Making"));
    aws_.on("UpdateStack", {aws_error("ValidationError", "No updates are to be performed.")});
    EXPECT_EQ(sync({"F"}), "done");
    aws_.on("UpdateStack", {aws_error("ValidationError", "another one")});
    EXPECT_THAT(sync({"F"}), HasSubstr("another one"));
    aws_.on("DeleteRepository", {aws_error("RepositoryNotFoundException", "gone")})
        .on("UpdateStack", {"{}"});
    EXPECT_EQ(sync({"F"}), "done");
    aws_.on("DeleteRepository", {aws_error("AccessDenied", "no")});
    EXPECT_THAT(sync({"F"}), HasSubstr("AccessDenied"));
}

TEST_F(CompanionTest, WithoutFunctionsTheStackGoes) {
    aws_.on("DescribeStacks", {companion("CREATE_COMPLETE"), no_stack})
        .on("ListStackResources", {"{StackResourceSummaries: []}"});
    EXPECT_EQ(sync({}), "done");
    EXPECT_THAT(aws_.calls("DeleteStack"), ElementsAre("StackName=" + stack_));
    EXPECT_EQ(sync({}), "done") << "there is none";
    EXPECT_EQ(aws_.calls("DeleteStack").size(), 1U);
    EXPECT_THAT(*unused_repositories(*session_, "app", {}), IsEmpty());
}

TEST(CompanionNames, EndWhereTheyDo) {
    const std::string long_stack(104, 's');
    EXPECT_THAT(companion_stack_name(long_stack + "t"), StartsWith(long_stack + "-"));
    EXPECT_THAT(
        managed_repository("app", std::string(53, 'F')).logical_id,
        Not(HasSubstr(std::string(53, 'F'))));
    EXPECT_THAT(
        managed_repository("A-b_9z", "Fn/0-Z").name, testing::MatchesRegex("ab9z.*/fn0z.*repo"));
}

} // namespace
} // namespace samara::cloud
