#include "aws_client/credential_cache.h"
#include "cloud/deploy/deploy.h"
#include "cloud/deploy/failure.h"
#include "cloud/deploy/follow.h"
#include "data/read.h"
#include "notes.h"
#include "support/aws_stub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::cloud {
namespace {

using test::aws_error;
using test::AwsAnswer;
using test::AwsStub;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Lines = std::vector<std::string>;

AwsAnswer stack_in(std::string_view status, std::string_view more = "") {
    return AwsAnswer(fmt::format(
        "{{Stacks: [{{StackId: arn:app, StackName: app, StackStatus: {}{}}}]}}", status, more));
}

const AwsAnswer no_stack = aws_error("ValidationError", "Stack with id app does not exist");

std::string event_at(
    int second, std::string_view resource, std::string_view status, std::string_view more = "") {
    return fmt::format(
        "{{EventId: e{0}, StackId: arn:app, StackName: app, LogicalResourceId: {1}, "
        "ResourceStatus: "
        "{2}, Timestamp: '2026-01-01T00:00:{0:02}.000Z'{3}}}",
        second,
        resource,
        status,
        more);
}

constexpr std::string_view of_stack =
    ", ResourceType: 'AWS::CloudFormation::Stack', PhysicalResourceId: arn:app";

/// Newest first, as the API has them.
AwsAnswer events(const std::vector<std::string>& newest_first) {
    return AwsAnswer(fmt::format("{{StackEvents: [{}]}}", fmt::join(newest_first, ", ")));
}

class DeployTest : public testing::Test {
protected:
    DeployTest() {
        request_.stack = "app";
        request_.template_text = "Resources: {}";
        aws_.on("DescribeStacks", {no_stack})
            .on("CreateChangeSet", {"{Id: arn:set, StackId: arn:app}"})
            .on("DescribeChangeSet", {"{ChangeSetId: arn:set, Status: CREATE_COMPLETE}"})
            .on("GetTemplateSummary", {"{Parameters: []}"})
            .on("ExecuteChangeSet", {"{}"});
        becomes("CREATE_COMPLETE");
    }

    /// Before the change set is executed, and afterwards.
    void becomes(std::string_view status) {
        aws_.on(
            "DescribeStackEvents",
            {events({event_at(1, "app", "REVIEW_IN_PROGRESS")}),
             events(
                 {event_at(3, "app", status, of_stack),
                  event_at(2, "Fn", "CREATE_COMPLETE"),
                  event_at(1, "app", "REVIEW_IN_PROGRESS")})});
    }

    Uploader& uploader() {
        if (!uploader_) {
            session_ = aws_.session();
            uploader_.emplace(*session_, upload_, notes_);
        }
        return *uploader_;
    }

    aws_client::AwsResult<Deployed> deploy() {
        return deploy_stack(uploader(), request_, rules_, notes_);
    }

    /// How it ended, or "ERROR: ..."
    std::string end_of_deploy() {
        const auto done = deploy();
        if (!done) {
            return "ERROR: " + done.error().message;
        }
        constexpr std::array names{"deployed", "nothing", "not executed", "declined"};
        return names.at(static_cast<std::size_t>(done->end));
    }

    std::string created_with() {
        const auto made = create_change_set(uploader(), request_, std::chrono::minutes(1), notes_);
        const auto calls = aws_.calls("CreateChangeSet");
        return made && !calls.empty() ? calls.back() : "ERROR: " + made.error().message;
    }

    AwsStub aws_;
    UploadRules upload_;
    StackRequest request_;
    DeployRules rules_;
    Notes notes_;

private:
    std::shared_ptr<aws_client::Session> session_;
    std::optional<Uploader> uploader_;
};

TEST_F(DeployTest, ANewStackFromChangeSetToOutputs) {
    aws_.on(
        "DescribeStacks",
        {no_stack,
         stack_in("CREATE_COMPLETE", ", Outputs: [{OutputKey: Url, OutputValue: 'https://x'}]")});
    const auto done = deploy();
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->end, Deployed::End::deployed);
    EXPECT_TRUE(done->created);
    EXPECT_EQ(done->stack_id, "arn:app");
    EXPECT_EQ(done->change_set, "arn:set");
    EXPECT_EQ(done->outputs.size(), 1U);
    EXPECT_THAT(notes_.of("event"), ElementsAre("Fn CREATE_COMPLETE", "app CREATE_COMPLETE"))
        << "what was there before is not told again";
    EXPECT_THAT(notes_.of("output"), ElementsAre("Url=https://x"));
    EXPECT_THAT(
        notes_.of("say"), Contains("Successfully created/updated stack - app in eu-west-1"));
    EXPECT_THAT(
        aws_.calls("ExecuteChangeSet"),
        ElementsAre("ChangeSetName=arn:set StackName=app DisableRollback=false"));
}

TEST_F(DeployTest, WhetherTheStackIsMadeOrChanged) {
    struct Case {
        AwsAnswer stack;
        bool creates;
    };

    for (const Case& one :
         {Case{no_stack, true},
          Case{stack_in("REVIEW_IN_PROGRESS"), true},
          Case{stack_in("CREATE_COMPLETE"), false},
          Case{stack_in("ROLLBACK_COMPLETE"), false}}) {
        aws_.on("DescribeStacks", {one.stack});
        EXPECT_THAT(
            created_with(),
            HasSubstr(one.creates ? "ChangeSetType=CREATE" : "ChangeSetType=UPDATE"))
            << one.stack.members;
    }
}

TEST_F(DeployTest, ABusyStackIsWaitedFor) {
    aws_.on(
        "DescribeStacks",
        {stack_in("UPDATE_IN_PROGRESS"),
         stack_in("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
         stack_in("UPDATE_COMPLETE")});
    EXPECT_THAT(created_with(), HasSubstr("UPDATE"));
    EXPECT_THAT(
        notes_.of("log"),
        ElementsAre("The stack app is in state UPDATE_IN_PROGRESS: waiting until that is over"));
}

TEST_F(DeployTest, WhatAChangeSetIsMadeOf) {
    EXPECT_THAT(created_with(), Not(HasSubstr("Capabilities")));
    request_.document =
        data::read_yaml("Parameters: {A: {}, B: {}, C: {}}", "template.yaml").value();
    request_.parameters = {{"A", "1"}};
    request_.tags = {{"team", "x"}};
    request_.capabilities = {"CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"};
    request_.notification_arns = {"arn:topic"};
    request_.role_arn = "arn:role";
    request_.express = true;
    aws_.on("DescribeStacks", {stack_in("CREATE_COMPLETE")})
        .on("GetTemplateSummary", {"{Parameters: [{ParameterKey: A}, {ParameterKey: B}]}"});
    const std::string call = created_with();
    for (const char* part :
         {"ChangeSetName=samcli-deploy",
          "StackName=app",
          "TemplateBody=Resources: {}",
          "Parameters.member.1.ParameterKey=A Parameters.member.1.ParameterValue=1",
          "Parameters.member.2.ParameterKey=B Parameters.member.2.UsePreviousValue=true",
          "Tags.member.1.Key=team Tags.member.1.Value=x",
          "Capabilities.member.1=CAPABILITY_IAM Capabilities.member.2=CAPABILITY_AUTO_EXPAND",
          "RoleARN=arn:role",
          "NotificationARNs.member.1=arn:topic",
          "DeploymentConfig.Mode=EXPRESS"}) {
        EXPECT_THAT(call, HasSubstr(part));
    }
    EXPECT_THAT(call, Not(HasSubstr("member.3"))) << "C has its Default";
    EXPECT_THAT(call, HasSubstr("Created by SAM CLI at 20"));
}

TEST_F(DeployTest, ParametersOfANewStackAreNotAskedFor) {
    request_.document = data::read_yaml("Parameters: {A: {}}", "template.yaml").value();
    EXPECT_THAT(created_with(), Not(HasSubstr("UsePreviousValue")));
    EXPECT_THAT(aws_.calls("GetTemplateSummary"), IsEmpty());
}

TEST_F(DeployTest, LargeTemplatesNeedABucket) {
    request_.template_text = std::string(51'200, ' ');
    EXPECT_THAT(created_with(), HasSubstr("TemplateBody"));
    request_.template_text += ' ';
    EXPECT_THAT(created_with(), StartsWith("ERROR: Templates with a size greater than 51,200"));
}

TEST_F(DeployTest, WithABucketTheTemplateIsUploaded) {
    upload_.bucket = "bucket";
    upload_.prefix = "p";
    EXPECT_THAT(created_with(), StartsWith("ERROR: Unable to upload the template: "));
}

TEST_F(DeployTest, ANameThatIsTakenIsCountedUp) {
    const AwsAnswer taken = aws_error("AlreadyExistsException", "taken");
    aws_.on("CreateChangeSet", {taken, taken, "{Id: arn:set, StackId: arn:app}"});
    EXPECT_THAT(created_with(), StartsWith("ChangeSetName="));
    const auto calls = aws_.calls("CreateChangeSet");
    ASSERT_EQ(calls.size(), 3U);
    const auto number = [&](std::size_t i) {
        return std::stoll(calls[i].substr(std::string("ChangeSetName=samcli-deploy").size()));
    };
    EXPECT_GT(number(1), number(0));
    EXPECT_EQ(number(2), number(1) + 1);
    aws_.on("CreateChangeSet", {taken});
    EXPECT_THAT(created_with(), StartsWith("ERROR: Failed to create changeset for the stack: app"));
    EXPECT_EQ(aws_.calls("CreateChangeSet").size(), 13U) << "ten of them";
}

TEST_F(DeployTest, ABucketElsewhereIsNamed) {
    aws_.on(
        "CreateChangeSet",
        {aws_error(
            "ValidationError",
            "The bucket you are attempting to access must be addressed using the specified "
            "endpoint")});
    EXPECT_EQ(
        created_with(),
        "ERROR: Failed to create changeset for the stack: app, deployment s3 bucket is in a "
        "different region, try sam deploy --guided");
}

TEST_F(DeployTest, NothingToChange) {
    for (const char* reason :
         {"The submitted information didn't contain changes. Submit different information",
          "No updates are to be performed."}) {
        aws_.on(
            "DescribeChangeSet", {fmt::format("{{Status: FAILED, StatusReason: \"{}\"}}", reason)});
        rules_.fail_on_empty = true;
        EXPECT_EQ(end_of_deploy(), "ERROR: No changes to deploy. Stack app is up to date")
            << reason;
        rules_.fail_on_empty = false;
        EXPECT_EQ(end_of_deploy(), "nothing") << reason;
    }
    EXPECT_THAT(aws_.calls("ExecuteChangeSet"), IsEmpty());
}

TEST_F(DeployTest, AChangeSetThatFails) {
    aws_.on("DescribeChangeSet", {"{Status: FAILED, StatusReason: 'Requires capabilities : [X]'}"});
    const auto done = deploy();
    ASSERT_FALSE(done);
    EXPECT_THAT(
        done.error().message,
        StartsWith("Failed to create changeset for the stack: app, ex: Waiter "
                   "ChangeSetCreateComplete failed: "));
    EXPECT_THAT(
        done.error().message, HasSubstr(" Status: FAILED. Reason: Requires capabilities : [X]"));
    EXPECT_EQ(done.error().hint, "add --capabilities X");
}

TEST_F(DeployTest, HowItEndsBeforeAnythingIsDone) {
    rules_.execute = false;
    EXPECT_EQ(end_of_deploy(), "not executed");
    rules_.execute = true;
    rules_.confirm = true;
    std::string asked;
    std::optional<bool> answer = false;
    rules_.ask = [&](std::string_view question) {
        asked = question;
        return answer;
    };
    EXPECT_EQ(end_of_deploy(), "declined");
    EXPECT_EQ(asked, "Deploy this changeset?");
    answer.reset();
    EXPECT_EQ(end_of_deploy(), "ERROR: Aborted!");
    rules_.ask = {};
    EXPECT_EQ(end_of_deploy(), "ERROR: Aborted!") << "nobody can be asked";
    EXPECT_THAT(aws_.calls("ExecuteChangeSet"), IsEmpty());
}

TEST_F(DeployTest, DataAtRiskIsToldAndAskedFor) {
    aws_.on(
        "DescribeChangeSet",
        {"{Status: CREATE_COMPLETE, Changes: [{ResourceChange: {Action: Remove, "
         "LogicalResourceId: T, ResourceType: 'AWS::DynamoDB::Table'}}, {ResourceChange: "
         "{Action: Modify, LogicalResourceId: Q, ResourceType: 'AWS::SQS::Queue', Replacement: "
         "Conditional}}]}"});
    std::string asked;
    rules_.ask = [&](std::string_view question) {
        asked = question;
        return false;
    };
    EXPECT_EQ(end_of_deploy(), "declined");
    EXPECT_EQ(asked, "Deploy this changeset all the same?");
    EXPECT_THAT(notes_.of("change"), ElementsAre("Remove T", "Modify Q"));
    EXPECT_THAT(
        notes_.of("bad"),
        ElementsAre(
            "T (AWS::DynamoDB::Table) is removed: the data in it is lost",
            "Q (AWS::SQS::Queue) may be replaced: the data in it may be lost"));
    rules_.confirm = true;
    EXPECT_EQ(end_of_deploy(), "declined");
    EXPECT_EQ(asked, "Deploy this changeset?") << "one question is enough";
    rules_.protect_data = true;
    EXPECT_THAT(end_of_deploy(), HasSubstr("takes data away (T), and --protect-data refuses that"));
}

TEST_F(DeployTest, RulesOfTheExecution) {
    struct Case {
        bool express;
        bool disable_rollback;
        const char* asked;
    };

    for (const Case& one :
         {Case{false, true, "ChangeSetName=arn:set StackName=app DisableRollback=true"},
          Case{true, true, "ChangeSetName=arn:set StackName=app"}}) {
        request_.express = one.express;
        request_.disable_rollback = one.disable_rollback;
        aws_.on("DescribeStacks", {no_stack, stack_in("CREATE_COMPLETE")});
        becomes("CREATE_COMPLETE");
        EXPECT_EQ(end_of_deploy(), "deployed");
        EXPECT_EQ(aws_.calls("ExecuteChangeSet").back(), one.asked);
        EXPECT_EQ(
            testing::Matches(Contains(StartsWith("Express mode")))(notes_.of("say")), one.express);
    }
}

// What failed first is told, and what is done with what is left.
TEST_F(DeployTest, AfterAFailure) {
    const auto fail_with = [&](std::string_view status, const std::vector<AwsAnswer>& later) {
        std::vector<AwsAnswer> stacks{no_stack, stack_in(status)};
        stacks.insert(stacks.end(), later.begin(), later.end());
        aws_.on("DescribeStacks", stacks)
            .on("DescribeStackEvents",
                {events({event_at(1, "app", "REVIEW_IN_PROGRESS")}),
                 events(
                     {event_at(4, "app", status, of_stack),
                      event_at(3, "B", "CREATE_FAILED", ", ResourceStatusReason: 'cancelled'"),
                      event_at(
                          2,
                          "A",
                          "CREATE_FAILED",
                          ", ResourceType: 'AWS::X::Y', ResourceStatusReason: why"),
                      event_at(1, "app", "REVIEW_IN_PROGRESS")})});
        return end_of_deploy();
    };
    EXPECT_THAT(
        fail_with("ROLLBACK_COMPLETE", {}),
        StartsWith("ERROR: Failed to create/update the stack: app, Waiter StackCreateComplete "
                   "failed: "));
    EXPECT_THAT(notes_.of("bad"), ElementsAre("First cause: A (AWS::X::Y) CREATE_FAILED: why"));
    EXPECT_THAT(aws_.calls("DeleteStack"), IsEmpty());

    request_.disable_rollback = true;
    fail_with("CREATE_FAILED", {});
    EXPECT_THAT(notes_.of("bad"), Contains(StartsWith("Stack app is left as it failed.")));
    request_.disable_rollback = false;

    rules_.on_failure = OnFailure::delete_stack;
    aws_.on("DeleteStack", {"{}"}).on("RollbackStack", {"{}"});
    int deleted = 0;
    for (const char* status : {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}) {
        fail_with(status, {stack_in(status), stack_in("DELETE_COMPLETE")});
        EXPECT_EQ(aws_.calls("DeleteStack").size(), static_cast<std::size_t>(++deleted)) << status;
    }
    EXPECT_THAT(notes_.of("log"), Contains("Stack app has been deleted"));
    fail_with("DELETE_COMPLETE", {no_stack});
    EXPECT_EQ(aws_.calls("DeleteStack").size(), 3U) << "it is gone already";
}

TEST_F(DeployTest, AnUpdateThatFailsIsRolledBack) {
    rules_.on_failure = OnFailure::delete_stack;
    aws_.on("RollbackStack", {"{}"});
    aws_.on("DescribeStacks",
            {stack_in("CREATE_COMPLETE"),
             stack_in("UPDATE_FAILED"),
             stack_in("UPDATE_FAILED"),
             stack_in("UPDATE_ROLLBACK_COMPLETE")})
        .on("DescribeStackEvents",
            {events({event_at(1, "app", "x")}),
             events({event_at(2, "app", "UPDATE_FAILED", of_stack)}),
             events({event_at(2, "app", "UPDATE_FAILED", of_stack)}),
             events({event_at(2, "app", "UPDATE_FAILED", of_stack)}),
             events({event_at(3, "app", "UPDATE_ROLLBACK_COMPLETE", of_stack)})});
    EXPECT_THAT(end_of_deploy(), HasSubstr("Waiter StackUpdateComplete failed"));
    EXPECT_THAT(aws_.calls("RollbackStack"), ElementsAre("StackName=app"));
    EXPECT_THAT(aws_.calls("DeleteStack"), IsEmpty());
    aws_.on(
        "DescribeStacks",
        {stack_in("CREATE_COMPLETE"),
         stack_in("UPDATE_ROLLBACK_COMPLETE"),
         stack_in("UPDATE_ROLLBACK_COMPLETE")});
    becomes("UPDATE_ROLLBACK_COMPLETE");
    end_of_deploy();
    EXPECT_THAT(notes_.of("log"), Contains("Stack app has been rolled back"));
}

TEST(DeployHints, WhatToDoNext) {
    struct Case {
        const char* code;
        const char* reason;
        const char* hint;
    };

    for (const Case& one :
         {Case{
              "ValidationError",
              "Stack:x is in ROLLBACK_COMPLETE state and can not be updated.",
              "samara delete --stack-name app"},
          Case{"ValidationError", "x is in UPDATE_ROLLBACK_COMPLETE state", ""},
          Case{
              "ValidationError",
              "x is in UPDATE_ROLLBACK_FAILED state",
              "continue-update-rollback --stack-name app"},
          Case{
              "InsufficientCapabilitiesException",
              "Requires capabilities : [CAPABILITY_NAMED_IAM]",
              "add --capabilities CAPABILITY_NAMED_IAM"},
          Case{"InsufficientCapabilitiesException", "no list", "add --capabilities CAPABILITY_IAM"},
          Case{"InsufficientCapabilitiesException", "[open", "add --capabilities CAPABILITY_IAM"},
          Case{"X", "Requires capabilities : [A]", "add --capabilities A"},
          Case{"ExpiredToken", "", "get new credentials"},
          Case{"ExpiredTokenException", "", "get new credentials"},
          Case{"AccessDenied", "not allowed", ""}}) {
        aws_client::AwsError error;
        error.code = one.code;
        error.reason = one.reason;
        const std::string hint = hint_for(error, "app");
        if (*one.hint == '\0') {
            EXPECT_EQ(hint, "") << one.reason;
        } else {
            EXPECT_THAT(hint, HasSubstr(one.hint)) << one.reason;
        }
    }
}

class FailureTest : public testing::Test {
protected:
    FirstCause cause() {
        const auto session = aws_.session();
        return find_first_cause(*session, "app", *aws_client::parse_time("2026-01-01T00:00:01Z"));
    }

    AwsStub aws_;
};

TEST_F(FailureTest, TheFirstOfAllAndNothingFromBefore) {
    aws_.on(
        "DescribeStackEvents",
        {events(
            {event_at(9, "app", "CREATE_FAILED", of_stack),
             event_at(8, "Late", "CREATE_FAILED"),
             event_at(
                 7, "Told", "CREATE_FAILED", ", ResourceStatusReason: Resource creation cancelled"),
             event_at(6, "First", "UPDATE_FAILED"),
             event_at(5, "Fine", "CREATE_COMPLETE"),
             event_at(1, "Before", "CREATE_FAILED")})});
    EXPECT_EQ(cause().logical_id, "First");
    EXPECT_EQ(cause().status, "UPDATE_FAILED");
    aws_.on("DescribeStackEvents", {events({event_at(5, "Fine", "CREATE_COMPLETE")})});
    EXPECT_EQ(cause().logical_id, "");
    aws_.on("DescribeStackEvents", {aws_error("AccessDenied", "no")});
    EXPECT_EQ(cause().logical_id, "");
}

TEST_F(FailureTest, StacksInsideAreLookedInto) {
    constexpr std::string_view child =
        ", ResourceType: 'AWS::CloudFormation::Stack', PhysicalResourceId: arn:child";
    aws_.on(
        "DescribeStackEvents",
        {events({event_at(3, "Child", "CREATE_FAILED", child)}),
         events({event_at(2, "Table", "CREATE_FAILED")})});
    EXPECT_EQ(cause().logical_id, "Child/Table");
    EXPECT_THAT(
        aws_.calls("DescribeStackEvents"), ElementsAre("StackName=app", "StackName=arn:child"));
    aws_.on("DescribeStackEvents", {events({event_at(3, "C", "CREATE_FAILED", child)})});
    EXPECT_EQ(cause().logical_id, "C/C/C/C/C") << "five deep at most";
}

TEST_F(FailureTest, TheLastLinesOfTheFunctionBehindIt) {
    struct Case {
        const char* more;
        const char* group;
    };

    for (const Case& one :
         {Case{", ResourceType: 'AWS::Lambda::Function', PhysicalResourceId: fn", "/aws/lambda/fn"},
          Case{
              ", ResourceType: 'Custom::X', ResourceProperties: '{\"ServiceToken\": "
              "\"arn:aws:lambda:r:1:function:own:live\"}'",
              "/aws/lambda/own"},
          Case{
              ", ResourceType: 'AWS::CloudFormation::CustomResource', ResourceProperties: "
              "'{\"ServiceToken\": \"arn:aws:lambda:r:1:function:own\"}'",
              "/aws/lambda/own"},
          Case{
              ", ResourceType: 'Custom::X', ResourceProperties: '{\"ServiceToken\": "
              "\"arn:aws:sns:r:1:topic\"}'",
              ""},
          Case{", ResourceType: 'Custom::X', ResourceProperties: '{'", ""},
          Case{", ResourceType: 'AWS::SQS::Queue', PhysicalResourceId: fn", ""}}) {
        std::string lines;
        for (int i = 0; i < 12; ++i) {
            lines += fmt::format("{}{{message: ' line {} '}}", i == 0 ? "" : ", ", i);
        }
        aws_.on("DescribeStackEvents", {events({event_at(2, "R", "CREATE_FAILED", one.more)})})
            .on("FilterLogEvents", {fmt::format("{{events: [{}]}}", lines)});
        const auto asked_before = aws_.calls("FilterLogEvents").size();
        const auto found = cause();
        const auto asked = aws_.calls("FilterLogEvents");
        ASSERT_EQ(asked.size(), asked_before + (*one.group == '\0' ? 0 : 1)) << one.more;
        if (*one.group != '\0') {
            EXPECT_THAT(asked.back(), HasSubstr(one.group));
            EXPECT_THAT(asked.back(), HasSubstr("1767225601000")) << "from then on";
            ASSERT_EQ(found.log.size(), 10U);
            EXPECT_EQ(found.log.front(), "line 2");
        }
    }
}

TEST(FollowTest, EndsWithItsTime) {
    AwsStub aws;
    Notes notes;
    const auto session = aws.session();
    aws.on("DescribeStackEvents", {events({})});
    EXPECT_EQ(newest_event(*session, "app")->time_since_epoch().count(), 0);
    EXPECT_TRUE(follow_events(*session, "app", {}, std::chrono::milliseconds(30), notes));
    EXPECT_THAT(notes.of("events"), ElementsAre("begin", "end"));
    EXPECT_THAT(notes.of("event"), IsEmpty());
}

TEST(FollowTest, OnlyTheStackItselfEndsIt) {
    AwsStub aws;
    Notes notes;
    const auto session = aws.session();
    const std::string nested =
        ", ResourceType: 'AWS::CloudFormation::Stack', PhysicalResourceId: arn:other";
    aws.on(
        "DescribeStackEvents",
        {events({event_at(2, "Child", "CREATE_COMPLETE", nested)}),
         events(
             {event_at(3, "app", "CREATE_IN_PROGRESS", of_stack),
              event_at(2, "Child", "CREATE_COMPLETE", nested)}),
         events(
             {event_at(4, "app", "CREATE_COMPLETE", of_stack),
              event_at(3, "app", "CREATE_IN_PROGRESS", of_stack)})});
    ASSERT_TRUE(follow_events(
        *session,
        "app",
        *aws_client::parse_time("2026-01-01T00:00:01Z"),
        std::chrono::minutes(1),
        notes));
    EXPECT_THAT(
        notes.of("event"),
        ElementsAre("Child CREATE_COMPLETE", "app CREATE_IN_PROGRESS", "app CREATE_COMPLETE"));
}

} // namespace
} // namespace samara::cloud
