#include "aws_client/message.h"
#include "aws_client/xml.h"
#include "data/accessors.h"
#include "data/read.h"

#include <gtest/gtest.h>

namespace samara::aws_client {
namespace {

net::HttpRequest
message(std::string_view service, std::string_view operation, std::string_view input) {
    Call call{.service = service, .operation = operation};
    const auto members = data::read_json(input, "input");
    call.input = data::members_of(&*members);
    const Service& row = service_named(service);
    return make_message(row, operation_named(row, operation), call);
}

ServiceFault
fault(std::string_view service, int status, std::string body, net::HttpHeaders headers = {}) {
    net::ClientResponse answer;
    answer.status = status;
    answer.body = std::move(body);
    answer.headers = std::move(headers);
    return read_fault(service_named(service), answer);
}

TEST(MessageTest, QueryNumbersMembersOfLists) {
    EXPECT_EQ(
        message(
            "cloudformation",
            "CreateChangeSet",
            R"({"StackName": "a b", "Tags": [{"Key": "k", "Value": "é~"}], "Capabilities": ["A", "B"],
                "Parameters": [], "UsePreviousTemplate": true})")
            .body,
        "Action=CreateChangeSet&Version=2010-05-15&StackName=a%20b&Tags.member.1.Key=k"
        "&Tags.member.1.Value=%C3%A9~&Capabilities.member.1=A&Capabilities.member.2=B&Parameters="
        "&UsePreviousTemplate=true");
}

TEST(MessageTest, JsonNamesItsTarget) {
    const auto request =
        message("logs", "FilterLogEvents", R"({"logGroupName": "g", "startTime": 1})");
    EXPECT_EQ(*net::find_header(request.headers, "X-Amz-Target"), "Logs_20140328.FilterLogEvents");
    EXPECT_EQ(*net::find_header(request.headers, "Content-Type"), "application/x-amz-json-1.1");
    EXPECT_EQ(request.body, R"({"logGroupName":"g","startTime":1})");
}

TEST(MessageTest, RestPutsMembersWhereTheyBelong) {
    const auto invoke = message(
        "lambda",
        "Invoke",
        R"({"FunctionName": "arn:aws:lambda:r:1:function:f", "Qualifier": "$LATEST", "LogType": "Tail"})");
    EXPECT_EQ(
        invoke.target,
        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Ar%3A1%3Afunction%3Af/"
        "invocations?Qualifier=%24LATEST");
    EXPECT_EQ(*net::find_header(invoke.headers, "X-Amz-Log-Type"), "Tail");
    EXPECT_TRUE(invoke.body.empty());
    const auto job = message("signer", "StartSigningJob", R"({"profileName": "p"})");
    EXPECT_EQ(job.body, R"({"profileName":"p"})");
}

TEST(MessageTest, KeysKeepTheirSlashes) {
    const auto put = message(
        "s3",
        "PutObject",
        R"({"Bucket": "b", "Key": "a b//c+d~/é", "ServerSideEncryption": "AES256", "Metadata": {"Owner": "me"}})");
    EXPECT_EQ(put.target, "/b/a%20b//c%2Bd~/%C3%A9");
    EXPECT_EQ(*net::find_header(put.headers, "x-amz-server-side-encryption"), "AES256");
    EXPECT_EQ(*net::find_header(put.headers, "x-amz-meta-owner"), "me");
    EXPECT_EQ(
        message("s3", "ListObjectsV2", R"({"Bucket": "b", "Prefix": "p/q"})").target,
        "/b?list-type=2&prefix=p%2Fq");
}

TEST(MessageTest, XmlBecomesMapsAndLists) {
    const auto value = read_xml(
        "<R><Tags><member><Key>a</Key></member><member><Key>b</Key></member></Tags><One><member>x"
        "</member></One><Empty/><C>1</C><C>2</C><Blank> </Blank></R>");
    ASSERT_TRUE(value);
    EXPECT_EQ(list_of(&*value, "Tags").size(), 2U);
    EXPECT_EQ(list_of(&*value, "One").size(), 1U);
    EXPECT_EQ(list_of(&*value, "Empty").size(), 0U);
    EXPECT_EQ(list_of(&*value, "C").size(), 2U);
    EXPECT_EQ(data::text_of(*value, "Blank"), " ");
    EXPECT_FALSE(read_xml("<R>"));
    EXPECT_FALSE(read_xml("no"));
}

TEST(MessageTest, FaultsOfEveryProtocol) {
    EXPECT_EQ(
        fault(
            "cloudformation",
            400,
            "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack "
            "with id x does not exist</Message></Error></ErrorResponse>")
            .code,
        "ValidationError");
    EXPECT_EQ(
        fault(
            "logs", 400, R"({"__type": "com.amazonaws#ResourceNotFoundException", "message": "m"})")
            .code,
        "ResourceNotFoundException");
    EXPECT_EQ(
        fault("lambda", 404, R"({"Message": "gone"})", {{"x-amzn-ErrorType", "NotFound:http://x"}})
            .code,
        "NotFound");
    EXPECT_EQ(
        fault("sqs", 400, R"({"__type": "x#Q"})", {{"x-amzn-query-error", "Old.Code;Sender"}}).code,
        "Old.Code");
    const auto moved = fault(
        "s3",
        301,
        "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>",
        {{"x-amz-bucket-region", "eu-west-1"}});
    EXPECT_EQ(moved.code, "PermanentRedirect");
    EXPECT_EQ(moved.region, "eu-west-1");
    EXPECT_EQ(fault("s3", 404, "").code, "404");
    EXPECT_EQ(fault("lambda", 502, "<html>").code, "502");
}

} // namespace
} // namespace samara::aws_client
