#include "base/hash.h"
#include "cloud/deploy/companion_stack.h"
#include "cloud/remove/remove.h"
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
using testing::StartsWith;

const AwsAnswer no_stack = aws_error("ValidationError", "Stack does not exist");

/// Answers questions by a word in them, and keeps what it was told.
class Talk final : public RemovalTalk {
public:
    base::Result<bool> confirm(const std::string& question) override {
        asked.push_back(question.substr(1));
        for (const auto& [words, answer] : answers) {
            if (question.find(words) != std::string::npos) {
                return answer;
            }
        }
        return true;
    }

    void say(std::string_view line) override { said.emplace_back(line); }

    void warn(std::string_view line) override { warned.emplace_back(line); }

    std::vector<std::pair<std::string, bool>> answers;
    std::vector<std::string> asked;
    std::vector<std::string> said;
    std::vector<std::string> warned;
};

class RemoveTest : public testing::Test {
protected:
    RemoveTest() {
        rules_.stack = "app";
        rules_.ask = false;
        aws_.on("DeleteStack", {"{}"}).on("GetTemplate", {"{TemplateBody: 'Resources: {}'}"});
        stacks({stack_in("CREATE_COMPLETE"), no_stack, no_stack});
    }

    static AwsAnswer stack_in(std::string_view status, std::string_view more = "") {
        return AwsAnswer(fmt::format(
            "{{Stacks: [{{StackId: arn:app, StackName: app, StackStatus: {}{}}}]}}", status, more));
    }

    /// The application's, the companion's, and then what is seen while one is deleted.
    void stacks(std::vector<AwsAnswer> answers) { aws_.on("DescribeStacks", std::move(answers)); }

    void template_is(std::string_view text) {
        aws_.on("GetTemplate", {fmt::format("{{TemplateBody: \"{}\"}}", text)});
        template_key_ = base::md5_hex(text) + ".template";
    }

    std::string removed() {
        const auto done = remove_stack(*session_, rules_, talk_);
        if (!done) {
            return "ERROR: " + done.error().message;
        }
        constexpr std::array names{"done", "no such stack", "declined"};
        return names.at(static_cast<std::size_t>(*done));
    }

    void bucket_has(const std::string& key, bool there = true) {
        aws_.on("HEAD /b/" + key, {AwsAnswer(there ? 200 : 404, "")})
            .on("DELETE /b/" + key, {AwsAnswer(204, "")});
    }

    std::vector<std::string> deletions() const {
        std::vector<std::string> found;
        for (const std::string& call : aws_.calls()) {
            if (call.starts_with("DELETE /") || call.starts_with("DeleteStack") ||
                call.starts_with("DeleteRepository") || call.starts_with("BatchDelete")) {
                found.push_back(call);
            }
        }
        return found;
    }

    test::AwsStub aws_;
    std::shared_ptr<aws_client::Session> session_ = aws_.session();
    RemovalRules rules_;
    Talk talk_;
    std::string template_key_;
};

TEST_F(RemoveTest, AStackWithoutArtifacts) {
    EXPECT_EQ(removed(), "done");
    EXPECT_THAT(deletions(), ElementsAre("DeleteStack StackName=arn:app"));
    EXPECT_THAT(talk_.said, ElementsAre("- Deleting Cloudformation stack app"));
    EXPECT_THAT(talk_.warned, ElementsAre(StartsWith("Nothing in S3 was deleted")));
    EXPECT_THAT(talk_.asked, IsEmpty());
}

TEST_F(RemoveTest, NoStackAndProtectedOnes) {
    stacks({no_stack});
    EXPECT_EQ(removed(), "no such stack");
    stacks({stack_in("CREATE_COMPLETE", ", EnableTerminationProtection: 'true'")});
    EXPECT_EQ(removed(), "ERROR: The stack app has termination protection turned on");
    stacks({aws_error("AccessDenied", "no")});
    EXPECT_THAT(
        removed(),
        StartsWith("ERROR: Failed to complete an API call to fetch stack information for app: "));
    EXPECT_THAT(deletions(), IsEmpty());
}

TEST_F(RemoveTest, ArtifactsOfItsOwnBucketOnceEach) {
    template_is(
        "Resources: {A: {Type: 'AWS::Lambda::Function', Properties: {Code: {S3Bucket: b, S3Key: "
        "p/a}}}, B: {Type: 'AWS::Lambda::Function', Properties: {Code: {S3Bucket: b, S3Key: "
        "p/a}}}, C: {Type: 'AWS::Lambda::Function', Properties: {Code: {S3Bucket: other, S3Key: "
        "c}}}, D: {Type: 'AWS::Lambda::Function', Properties: {Code: {S3Bucket: b, S3Key: "
        "p/gone}}}}");
    bucket_has("p/a");
    bucket_has("p/gone", false);
    aws_.on("GET /b?list-type=2&prefix=p%2F", {"{Contents: {Key: p/x}}"});
    bucket_has("p/x");
    EXPECT_EQ(removed(), "done");
    EXPECT_THAT(
        deletions(),
        testing::UnorderedElementsAre(
            "DELETE /b/p/a", "DELETE /b/p/x", "DeleteStack StackName=arn:app"));
    EXPECT_THAT(
        talk_.said,
        ElementsAre(
            "- Deleting S3 object with key p/a",
            "- Could not find and delete the S3 object with key p/gone",
            "- Deleting S3 object with key p/x",
            "- Deleting Cloudformation stack app"));
    EXPECT_THAT(talk_.warned, IsEmpty());
}

TEST_F(RemoveTest, WithoutAPrefixTheTemplateAloneGoes) {
    template_is("Resources: {A: {Type: 'AWS::Lambda::Function', Properties: {Code: {S3Bucket: b, "
                "S3Key: a}}}}");
    bucket_has("a");
    bucket_has(template_key_);
    EXPECT_EQ(removed(), "done");
    EXPECT_THAT(talk_.said, Contains("- Deleting S3 object with key " + template_key_));
}

TEST_F(RemoveTest, ThePlaceThatWasGivenComesFirst) {
    rules_.bucket = "b";
    rules_.prefix = "own//";
    aws_.on("GET /b?list-type=2&prefix=own%2F",
            {"{Contents: [{Key: own/1}, {Key: own/2}], NextContinuationToken: t}"})
        .on("GET /b?list-type=2&prefix=own%2F&continuation-token=t", {"{}"});
    bucket_has("own/1");
    bucket_has("own/2");
    EXPECT_EQ(removed(), "done");
    EXPECT_THAT(
        talk_.said,
        ElementsAre(
            "- Deleting S3 object with key own/1",
            "- Deleting S3 object with key own/2",
            "- Deleting Cloudformation stack app"));
}

TEST_F(RemoveTest, WhoeverIsAskedDecides) {
    struct Case {
        std::vector<std::pair<std::string, bool>> answers;
        std::string prefix;
        std::size_t questions;
        const char* end;
        bool folder;
        bool the_template;
    };

    rules_.ask = true;
    rules_.bucket = "b";
    template_is("Resources: {}");
    bucket_has(template_key_);
    bucket_has("p/" + template_key_);
    bucket_has("p/1");
    aws_.on("GET /b?list-type=2&prefix=p%2F", {"{Contents: {Key: p/1}}"});
    for (const Case& one : std::initializer_list<Case>{
             {{{"the stack", false}}, "p", 1, "declined", false, false},
             {{}, "p", 2, "done", true, false},
             {{{"the folder p", false}}, "p", 3, "done", false, true},
             {{{"the folder p", false}, {"template file", false}}, "p", 3, "done", false, false},
             {{}, "", 2, "done", false, true}}) {
        stacks({stack_in("CREATE_COMPLETE"), no_stack, no_stack});
        talk_.answers = one.answers;
        talk_.asked.clear();
        rules_.prefix = one.prefix;
        const auto before = deletions().size();
        EXPECT_EQ(removed(), one.end);
        EXPECT_EQ(talk_.asked.size(), one.questions) << testing::PrintToString(talk_.asked);
        auto gone = deletions();
        gone.erase(gone.begin(), gone.begin() + static_cast<long>(before));
        const std::string key = (one.prefix.empty() ? "" : one.prefix + "/") + template_key_;
        EXPECT_EQ(testing::Matches(Contains("DELETE /b/p/1"))(gone), one.folder);
        EXPECT_EQ(testing::Matches(Contains("DELETE /b/" + key))(gone), one.the_template);
    }
}

TEST_F(RemoveTest, ImagesAndRepositories) {
    template_is("Resources: {F: {Type: 'AWS::Lambda::Function', Properties: {Code: {ImageUri: "
                "'123456789012.dkr.ecr.eu-west-1.amazonaws.com/repo:tag'}}}, R: {Type: "
                "'AWS::ECR::Repository', Properties: {RepositoryName: mine}}}");

    struct Case {
        AwsAnswer images;
        const char* said;
    };

    aws_.on("DeleteRepository", {"{}"});
    for (const Case& one : std::initializer_list<Case>{
             {"{}", "- Deleting ECR image tag in repository repo"},
             {"{failures: []}", "- Deleting ECR image tag in repository repo"},
             {"{failures: [{failureCode: ImageNotFound}]}",
              "- Could not find image with tag tag in repository repo"},
             {"{failures: [{failureCode: X, failureReason: why}]}",
              "- Could not delete image with tag tag in repository repo: why"},
             {aws_error("RepositoryNotFoundException", "none"),
              "- Deleting ECR repository mine"}}) {
        stacks({stack_in("CREATE_COMPLETE"), no_stack, no_stack});
        aws_.on("BatchDeleteImage", {one.images});
        talk_.said.clear();
        EXPECT_EQ(removed(), "done") << one.images.members;
        EXPECT_EQ(talk_.said.front(), one.said);
    }
    EXPECT_THAT(
        aws_.calls("BatchDeleteImage").back(),
        HasSubstr(R"({"repositoryName":"repo","imageIds":[{"imageTag":"tag"}]})"));
    EXPECT_THAT(aws_.calls("DeleteRepository").back(), R"({"repositoryName":"mine","force":true})");
    aws_.on("DeleteRepository", {aws_error("RepositoryNotFoundException", "none")});
    stacks({stack_in("CREATE_COMPLETE"), no_stack, no_stack});
    EXPECT_EQ(removed(), "done");
    aws_.on("BatchDeleteImage", {aws_error("AccessDenied", "no")});
    stacks({stack_in("CREATE_COMPLETE"), no_stack, no_stack});
    EXPECT_THAT(removed(), HasSubstr("AccessDenied"));
}

// What somebody wants to keep is kept even where the stack cannot be deleted with it.
TEST_F(RemoveTest, RepositoriesThatStay) {
    rules_.ask = true;
    talk_.answers = {{"ECR repository mine", false}};
    template_is(
        "Resources: {R: {Type: 'AWS::ECR::Repository', Properties: {RepositoryName: mine}}}");
    stacks(
        {stack_in("CREATE_COMPLETE"),
         no_stack,
         stack_in("DELETE_FAILED"),
         stack_in("DELETE_FAILED"),
         stack_in("DELETE_COMPLETE")});
    EXPECT_EQ(removed(), "done");
    EXPECT_THAT(
        deletions(),
        ElementsAre(
            "DeleteStack StackName=arn:app",
            "DeleteStack StackName=arn:app RetainResources.member.1=R"));
}

TEST_F(RemoveTest, ADeletionThatFails) {
    stacks(
        {stack_in("CREATE_COMPLETE"),
         no_stack,
         stack_in("DELETE_FAILED", ", StackStatusReason: why")});
    EXPECT_EQ(
        removed(),
        "ERROR: Stack app could not be deleted as it encountered DELETE_FAILED status. why");
    EXPECT_EQ(deletions().size(), 1U) << "there is nothing to leave out";
    stacks({stack_in("CREATE_COMPLETE"), no_stack, stack_in("UPDATE_COMPLETE")});
    EXPECT_THAT(removed(), StartsWith("ERROR: Failed to delete the stack app: Waiter"));
    stacks({stack_in("CREATE_COMPLETE"), no_stack});
    aws_.on("DeleteStack", {aws_error("AccessDenied", "no")});
    EXPECT_THAT(removed(), StartsWith("ERROR: Failed to delete the stack app: An error occurred"));
}

TEST_F(RemoveTest, TheCompanionGoesFirst) {
    const std::string companion = companion_stack_name("app");
    const AwsAnswer second(fmt::format(
        "{{Stacks: [{{StackId: arn:companion, StackName: {}, StackStatus: X}}]}}", companion));
    stacks({stack_in("CREATE_COMPLETE"), second, no_stack});
    rules_.express = true;
    EXPECT_EQ(removed(), "done");
    EXPECT_THAT(
        talk_.said,
        ElementsAre(
            "\tFound ECR Companion Stack " + companion,
            "- Deleting ECR Companion Stack " + companion,
            "- Deleting Cloudformation stack app"));
    EXPECT_THAT(
        deletions(),
        ElementsAre(
            "DeleteStack StackName=arn:companion DeploymentConfig.Mode=EXPRESS",
            "DeleteStack StackName=arn:app DeploymentConfig.Mode=EXPRESS"));
    stacks({stack_in("CREATE_COMPLETE"), second, no_stack});
    rules_.ask = true;
    talk_.answers = {{"companion", false}};
    EXPECT_EQ(removed(), "done");
    EXPECT_EQ(deletions().size(), 3U) << "it may stay";
}

TEST_F(RemoveTest, AStackThatWasOnlyReviewed) {
    aws_.on("GetTemplate", {"{TemplateBody: ''}", "{TemplateBody: 'Resources: {}'}"})
        .on("ListChangeSets", {"{Summaries: [{ChangeSetName: set}]}"});
    EXPECT_EQ(removed(), "done");
    EXPECT_THAT(aws_.calls("GetTemplate").back(), HasSubstr("ChangeSetName=set"));
    stacks({stack_in("REVIEW_IN_PROGRESS"), no_stack, no_stack});
    aws_.on("GetTemplate", {"{TemplateBody: ''}"}).on("ListChangeSets", {"{Summaries: []}"});
    EXPECT_EQ(removed(), "ERROR: The stack app has neither a template nor a change set");
    stacks({stack_in("CREATE_COMPLETE"), no_stack, no_stack});
    aws_.on("GetTemplate", {"{TemplateBody: '{'}"});
    EXPECT_EQ(removed(), "done") << "a template that cannot be read keeps nothing back";
}

} // namespace
} // namespace samara::cloud
