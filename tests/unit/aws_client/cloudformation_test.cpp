#include "aws_client/cloudformation.h"
#include "aws_client/waiter.h"
#include "support/aws_stub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::aws_client {
namespace {

using namespace std::chrono_literals;
using test::aws_error;
using test::AwsAnswer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;

class CloudFormationTest : public testing::Test {
protected:
    static AwsAnswer status(std::string_view of_stack) {
        return AwsAnswer(fmt::format("{{Stacks: [{{StackStatus: {}}}]}}", of_stack));
    }

    static std::string said(const AwsResult<void>& done) {
        return done ? "done" : done.error().message;
    }

    test::AwsStub aws_;
    std::shared_ptr<Session> session_ = aws_.session();
};

TEST_F(CloudFormationTest, AStackWithAllItHas) {
    aws_.on(
        "DescribeStacks",
        {"{Stacks: [{StackId: i, StackName: n, StackStatus: s, StackStatusReason: r, "
         "EnableTerminationProtection: 'true', Tags: [{Key: a, Value: b}], Parameters: "
         "[{ParameterKey: c, ParameterValue: d}], Outputs: [{OutputKey: e, OutputValue: f, "
         "Description: g}]}]}"});
    const auto stack = find_stack(*session_, "n");
    ASSERT_TRUE(stack && *stack);
    EXPECT_EQ((*stack)->id, "i");
    EXPECT_EQ((*stack)->status, "s");
    EXPECT_EQ((*stack)->reason, "r");
    EXPECT_TRUE((*stack)->termination_protection);
    EXPECT_THAT((*stack)->tags, ElementsAre(Pair("a", "b")));
    EXPECT_THAT((*stack)->parameters, ElementsAre(Pair("c", "d")));
    ASSERT_EQ((*stack)->outputs.size(), 1U);
    EXPECT_EQ((*stack)->outputs[0].description, "g");
    aws_.on("DescribeStacks", {status("x")});
    EXPECT_FALSE((*find_stack(*session_, "n"))->termination_protection);
}

TEST_F(CloudFormationTest, NoStackIsNoError) {
    struct Case {
        AwsAnswer answer;
        bool fine;
    };

    for (const Case& one :
         {Case{"{Stacks: []}", true},
          Case{aws_error("ValidationError", "Stack with id n does not exist"), true},
          Case{aws_error("ValidationError", "another one"), false},
          Case{aws_error("Throttle", "does not exist"), false}}) {
        aws_.on("DescribeStacks", {one.answer});
        const auto stack = find_stack(*session_, "n");
        EXPECT_EQ(stack.has_value(), one.fine) << one.answer.members;
        EXPECT_FALSE(stack && *stack);
    }
}

TEST_F(CloudFormationTest, PagesAreReadUntilTheyRepeat) {
    aws_.on(
        "ListStackResources",
        {"{StackResourceSummaries: [{LogicalResourceId: A}], NextToken: t}",
         "{StackResourceSummaries: [{LogicalResourceId: B}], NextToken: u}",
         "{StackResourceSummaries: [{LogicalResourceId: C}], NextToken: u}"});
    const auto resources = list_stack_resources(*session_, "n");
    ASSERT_TRUE(resources);
    EXPECT_EQ(resources->size(), 3U);
    EXPECT_THAT(
        aws_.calls("ListStackResources"),
        ElementsAre("StackName=n", "StackName=n NextToken=t", "StackName=n NextToken=u"));
}

TEST_F(CloudFormationTest, EventsUntilSomebodyHasEnough) {
    aws_.on(
        "DescribeStackEvents",
        {"{StackEvents: [{EventId: 3}, {EventId: 2}], NextToken: t}",
         "{StackEvents: [{EventId: 1, Timestamp: '2026-01-01T00:00:00.5Z'}]}"});
    std::string seen;
    ASSERT_TRUE(for_each_event(*session_, "n", [&](const StackEvent& event) {
        seen += event.id;
        return event.id != "2";
    }));
    EXPECT_EQ(seen, "32");
    EXPECT_EQ(aws_.calls("DescribeStackEvents").size(), 1U);
}

TEST_F(CloudFormationTest, ChangesOfOnePageOrAll) {
    const std::vector<AwsAnswer> pages{
        "{ChangeSetId: i, Status: s, StatusReason: r, NextToken: t, Changes: [{ResourceChange: "
        "{Action: Modify, LogicalResourceId: A, Replacement: 'True', PolicyAction: Retain, "
        "Details: [{Target: {Attribute: Properties, Name: X}}, {Target: {Attribute: Tags}}]}}]}",
        "{ChangeSetId: i, Changes: [{ResourceChange: {LogicalResourceId: B}}]}"};
    aws_.on("DescribeChangeSet", pages);
    const auto first = describe_change_set(*session_, "i", "n", false);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->status, "s");
    EXPECT_EQ(first->reason, "r");
    ASSERT_EQ(first->changes.size(), 1U);
    EXPECT_THAT(first->changes[0].details, ElementsAre("Properties.X", "Tags"));
    EXPECT_EQ(first->changes[0].replacement, "True");
    EXPECT_EQ(first->changes[0].policy, "Retain");
    aws_.on("DescribeChangeSet", pages);
    EXPECT_EQ(describe_change_set(*session_, "i", "n", true)->changes.size(), 2U);
}

TEST_F(CloudFormationTest, TemplatesOfStacksAndChangeSets) {
    aws_.on("GetTemplate", {"{TemplateBody: text}"});
    EXPECT_EQ(*get_template(*session_, "n"), "text");
    EXPECT_EQ(*get_template(*session_, "n", "c"), "text");
    EXPECT_THAT(
        aws_.calls("GetTemplate"),
        ElementsAre(
            "StackName=n TemplateStage=Original",
            "StackName=n ChangeSetName=c TemplateStage=Original"));
}

TEST_F(CloudFormationTest, WaitingForAStack) {
    const std::string matched = "we matched expected path: \"{}\" at least once";

    struct Case {
        StackWait wait;
        std::vector<AwsAnswer> answers;
        std::string said;
    };

    const AwsAnswer none = aws_error("ValidationError", "Stack with id n does not exist");
    for (const Case& one : std::initializer_list<Case>{
             {StackWait::created,
              {status("CREATE_IN_PROGRESS"), status("CREATE_COMPLETE")},
              "done"},
             {StackWait::created, {status("ROLLBACK_COMPLETE")}, "ROLLBACK_COMPLETE"},
             {StackWait::created, {none}, "Stack with id n does not exist"},
             {StackWait::updated,
              {status("UPDATE_IN_PROGRESS"), status("UPDATE_COMPLETE")},
              "done"},
             {StackWait::updated, {status("UPDATE_FAILED")}, "UPDATE_FAILED"},
             {StackWait::deleted,
              {status("DELETE_IN_PROGRESS"), status("DELETE_COMPLETE")},
              "done"},
             {StackWait::deleted, {none}, "done"},
             {StackWait::deleted, {status("DELETE_FAILED")}, "DELETE_FAILED"},
             {StackWait::deleted, {aws_error("AccessDenied", "no")}, "AccessDenied"}}) {
        aws_.on("DescribeStacks", one.answers);
        const std::string ended = said(wait_for_stack(*session_, "n", one.wait, {1ms, 10s}));
        if (one.said == "done") {
            EXPECT_EQ(ended, "done") << one.answers.back().members;
        } else {
            EXPECT_THAT(ended, StartsWith("Waiter Stack"));
            EXPECT_THAT(ended, HasSubstr(one.said));
        }
    }
}

TEST_F(CloudFormationTest, ItsTimeEnds) {
    aws_.on("DescribeStacks", {status("CREATE_IN_PROGRESS")});
    EXPECT_EQ(
        said(wait_for_stack(*session_, "n", StackWait::created, {1ms, 20ms})),
        "Waiter StackCreateComplete failed: Max attempts exceeded");
    EXPECT_GT(aws_.calls().size(), 1U);
}

TEST_F(CloudFormationTest, WaitingForAChangeSet) {
    aws_.on("DescribeChangeSet", {"{Status: CREATE_PENDING}", "{Status: CREATE_COMPLETE}"});
    EXPECT_EQ(said(wait_for_change_set(*session_, "c", "n", {1ms, 10s})), "done");
    aws_.on("DescribeChangeSet", {"{Status: FAILED, StatusReason: why}"});
    const auto failed = wait_for_change_set(*session_, "c", "n", {1ms, 10s});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, "FAILED");
    EXPECT_EQ(failed.error().reason, "why");
    aws_.on("DescribeChangeSet", {"{Status: FAILED}"});
    const auto unsaid = wait_for_change_set(*session_, "c", "n", {1ms, 10s});
    ASSERT_FALSE(unsaid);
    EXPECT_EQ(unsaid.error().code, "");
}

} // namespace
} // namespace samara::aws_client
