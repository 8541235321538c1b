#include "cloud/logs/log_groups.h"
#include "cloud/logs/log_puller.h"
#include "data/accessors.h"
#include "data/write.h"
#include "support/aws_stub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::cloud {
namespace {

using test::aws_error;
using test::AwsAnswer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class LogsTest : public testing::Test {
protected:
    /// The groups, or "ERROR: ..."
    std::vector<std::string> groups(const LogSources& sources) {
        const auto found = find_log_groups(*session_, sources, log_);
        return found ? *found : std::vector<std::string>{"ERROR: " + found.error().message};
    }

    static std::string resources(const std::vector<std::string>& rows) {
        return fmt::format("{{StackResourceSummaries: [{}]}}", fmt::join(rows, ", "));
    }

    static std::string
    resource(std::string_view id, std::string_view type, std::string_view physical) {
        return fmt::format(
            "{{LogicalResourceId: {}, ResourceType: 'AWS::{}', PhysicalResourceId: '{}'}}",
            id,
            type,
            physical);
    }

    test::AwsStub aws_;
    std::shared_ptr<aws_client::Session> session_ = aws_.session();
    std::vector<std::string> warnings_;
    base::Log log_{[this](base::LogLevel, std::string_view line) { warnings_.emplace_back(line); }};
};

TEST_F(LogsTest, WhereEachTypeWritesTo) {
    aws_.on("ListStackResources",
            {resources(
                {resource("Fn", "Lambda::Function", "fn"),
                 resource("Own", "Lambda::Function", "own"),
                 resource("Rest", "ApiGateway::RestApi", "r1"),
                 resource("Http", "ApiGatewayV2::Api", "h1"),
                 resource("Quiet", "ApiGatewayV2::Api", "h2"),
                 resource("Table", "DynamoDB::Table", "t1"),
                 resource("Making", "Lambda::Function", ""),
                 resource("Steps", "StepFunctions::StateMachine", "arn:steps")})})
        .on("GET /2015-03-31/functions/fn/configuration", {"{}"})
        .on("GET /2015-03-31/functions/own/configuration", {"{LoggingConfig: {LogGroup: /mine}}"})
        .on("GET /v2/apis/h1/stages/%24default",
            {"{accessLogSettings: {destinationArn: 'arn:aws:logs:r:1:log-group:http'}}"})
        .on("GET /v2/apis/h2/stages/%24default", {"{}"})
        .on("DescribeStateMachine",
            {"{loggingConfiguration: {destinations: [{}, {cloudWatchLogsLogGroup: {logGroupArn: "
             "'arn:aws:logs:r:1:log-group:steps:*'}}]}}"});
    EXPECT_THAT(
        groups({"app", {}, {}}),
        ElementsAre(
            "/aws/lambda/fn", "/mine", "API-Gateway-Execution-Logs_r1/Prod", "http", "steps"));
    EXPECT_THAT(warnings_, ElementsAre("Quiet does not write logs"));
}

TEST_F(LogsTest, NamesChooseInStacksAndStacksInside) {
    const std::vector<AwsAnswer> stacks{
        AwsAnswer(resources(
            {resource("Fn", "Lambda::Function", "fn"),
             resource("Child", "CloudFormation::Stack", "arn:child")})),
        AwsAnswer(resources(
            {resource("Fn", "Lambda::Function", "inner"),
             resource("Two", "Lambda::Function", "two")}))};

    struct Case {
        std::vector<std::string> names;
        std::vector<std::string> groups;
    };

    for (const Case& one : std::initializer_list<Case>{
             {{}, {"/aws/lambda/fn", "/aws/lambda/inner", "/aws/lambda/two"}},
             {{"Fn"}, {"/aws/lambda/fn", "/aws/lambda/inner"}},
             {{"Child/Fn"}, {"/aws/lambda/inner"}},
             {{"Two", "Child/Fn"}, {"/aws/lambda/inner", "/aws/lambda/two"}},
             {{"Gone"}, {"ERROR: No valid resources find to pull information"}}}) {
        aws_.on("ListStackResources", stacks);
        EXPECT_EQ(groups({"app", one.names, {}}), one.groups) << testing::PrintToString(one.names);
    }
    EXPECT_THAT(
        warnings_,
        ElementsAre("The stack has no resource Gone with logs; those that have are: Fn, Child/Fn, "
                    "Child/Two"));
}

TEST_F(LogsTest, GroupsThatWereNamedStandAlone) {
    aws_.on("ListStackResources", {resources({resource("Fn", "Lambda::Function", "fn")})})
        .on("DescribeLogStreams", {"{}", aws_error("ResourceNotFoundException", "none"), "{}"});
    EXPECT_THAT(groups({"app", {}, {"a", "b", "a"}}), ElementsAre("a", "b"));
    EXPECT_THAT(warnings_, ElementsAre("The log group b cannot be read: none"));
    EXPECT_THAT(aws_.calls("ListStackResources"), IsEmpty());
    EXPECT_THAT(groups({"app", {"Fn"}, {"a"}}), ElementsAre("/aws/lambda/fn", "a"));
}

TEST_F(LogsTest, StacksThatAreNotThere) {
    aws_.on("ListStackResources", {aws_error("ValidationError", "app does not exist")});
    EXPECT_THAT(
        groups({"app", {}, {}}),
        ElementsAre("ERROR: Invalid --stack-name parameter. Stack with id 'app' does not exist"));
    aws_.on("ListStackResources", {aws_error("AccessDenied", "no")});
    EXPECT_THAT(groups({"app", {}, {}}), ElementsAre(HasSubstr("AccessDenied")));
    EXPECT_THAT(groups({}), ElementsAre("ERROR: No valid resources find to pull information"));
}

TEST_F(LogsTest, EventsOfAllPages) {
    using namespace std::chrono_literals;
    aws_.on(
        "FilterLogEvents",
        {"{events: [{message: a, timestamp: 5}], nextToken: t}",
         "{nextToken: u}",
         "{events: [{message: b, timestamp: 6}]}"});
    std::string seen;
    const LogReceiver receive{
        .event = [&](const data::Value& event) { seen += data::text_of(event, "message"); }};
    LogQuery query{.groups = {"g"}, .begin = Moment(1500ms), .end = {}, .pattern = ""};
    ASSERT_TRUE(pull_logs(*session_, query, receive, log_));
    EXPECT_EQ(seen, "ab");
    const std::string first = aws_.calls("FilterLogEvents").front();
    EXPECT_THAT(first, HasSubstr(R"("logGroupName":"g")"));
    EXPECT_THAT(first, HasSubstr(R"("startTime":1500)"));
    EXPECT_THAT(first, Not(HasSubstr("endTime")));
    EXPECT_THAT(first, Not(HasSubstr("filterPattern")));
    query.end = Moment(2s);
    query.pattern = "ERROR";
    aws_.on("FilterLogEvents", {"{events: []}"});
    ASSERT_TRUE(pull_logs(*session_, query, receive, log_));
    const std::string last = aws_.calls("FilterLogEvents").back();
    EXPECT_THAT(last, HasSubstr(R"("endTime":2000)"));
    EXPECT_THAT(last, HasSubstr(R"("filterPattern":"ERROR")"));
}

TEST_F(LogsTest, AGroupThatIsNotThereHasNoEvents) {
    const LogReceiver receive{.event = [](const data::Value&) { FAIL(); }};
    const LogQuery query{.groups = {"g"}, .begin = {}, .end = {}, .pattern = ""};
    aws_.on("FilterLogEvents", {aws_error("ResourceNotFoundException", "none")});
    EXPECT_TRUE(pull_logs(*session_, query, receive, log_));
    aws_.on("FilterLogEvents", {aws_error("AccessDenied", "no")});
    EXPECT_FALSE(pull_logs(*session_, query, receive, log_));
}

// Until it is cancelled: what comes later begins behind what has come.
TEST_F(LogsTest, FollowsUntilSomebodyHasEnough) {
    const os::Cancellation cancel;
    const auto session = aws_.session({.region = "eu-west-1", .profile = "", .cancel = cancel});
    aws_.on(
        "FilterLogEvents",
        {"{events: [{message: a, timestamp: 5}]}", "{events: [{message: b, timestamp: 7}]}"});
    std::string seen;
    const LogReceiver receive{.event = [&](const data::Value& event) {
        seen += data::text_of(event, "message");
        if (seen == "ab") {
            cancel.cancel();
        }
    }};
    const LogQuery query{
        .groups = {"g"}, .begin = {}, .end = Moment(), .pattern = "", .follow = true};
    EXPECT_TRUE(pull_logs(*session, query, receive, log_));
    EXPECT_EQ(seen, "ab");
    const auto asked = aws_.calls("FilterLogEvents");
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_THAT(asked[0], HasSubstr(R"("startTime":0)"));
    EXPECT_THAT(asked[1], HasSubstr(R"("startTime":6)"));
    EXPECT_THAT(asked[0], Not(HasSubstr("endTime"))) << "following has no end";
}

TEST_F(LogsTest, FollowingEndsWithAFailureAndNotWithTooManyQuestions) {
    const os::Cancellation cancel;
    const auto session = aws_.session({.region = "eu-west-1", .profile = "", .cancel = cancel});
    const LogReceiver receive{.event = [](const data::Value&) {}};
    const LogQuery query{.groups = {"g"}, .begin = {}, .end = {}, .pattern = "", .follow = true};
    aws_.on("FilterLogEvents", {aws_error("AccessDenied", "no")});
    EXPECT_EQ(pull_logs(*session, query, receive, log_).error().code, "AccessDenied");
    const base::Log told([&](base::LogLevel, std::string_view line) {
        warnings_.emplace_back(line);
        cancel.cancel();
    });
    aws_.on("FilterLogEvents", {aws_error("ThrottlingException", "slow down")});
    EXPECT_TRUE(pull_logs(*session, query, receive, told));
    EXPECT_THAT(warnings_, ElementsAre("CloudWatch Logs is asked too often: asking more slowly"));
}

TEST_F(LogsTest, TracesFiveAtATime) {
    std::string summaries;
    for (int i = 1; i <= 7; ++i) {
        summaries += fmt::format("{{Id: t{}, Revision: 3}}, ", i);
    }
    aws_.on("FilterLogEvents", {"{}"})
        .on("POST /TraceSummaries",
            {"{TraceSummaries: [" + summaries +
             "{Id: part, IsPartial: true}, {Id: t1, Revision: "
             "2}]}"})
        .on("POST /Traces", {"{Traces: [{Id: t1}]}", "{Traces: [{Id: t7}]}"})
        .on("POST /ServiceGraph",
            {"{Services: [{Name: a}], NextToken: n}", "{Services: [{Name: a}]}"});
    std::vector<std::string> traces;
    int graphs = 0;
    const LogReceiver receive{
        .event = [](const data::Value&) {},
        .trace =
            [&](const data::Value& trace, std::int64_t revision) {
                traces.push_back(fmt::format("{} {}", data::text_of(trace, "Id"), revision));
            },
        .graph = [&](const data::Value&) { ++graphs; }};
    const LogQuery query{.groups = {"g"}, .begin = {}, .end = {}, .pattern = "", .traces = true};
    ASSERT_TRUE(pull_logs(*session_, query, receive, log_));
    EXPECT_THAT(traces, ElementsAre("t1 3", "t7 3"));
    EXPECT_THAT(
        aws_.calls("POST /Traces"),
        ElementsAre(R"({"TraceIds":["t1","t2","t3","t4","t5"]})", R"({"TraceIds":["t6","t7"]})"));
    EXPECT_EQ(graphs, 1) << "the same graph is given once";
}

} // namespace
} // namespace samara::cloud
