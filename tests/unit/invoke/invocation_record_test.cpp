#include "data/read.h"
#include "data/write.h"
#include "invoke/invocation_record.h"

#include <gtest/gtest.h>

namespace samara::invoke {
namespace {

EventOutcome outcome() {
    EventOutcome outcome;
    outcome.condition = "RetriesExhausted";
    outcome.request_id = "e4b46cbf-b738-4880-8880-a18cdf61200e";
    outcome.function_arn = "arn:aws:lambda:us-east-1:123456789012:function:Fn:$LATEST";
    outcome.request_payload = "{\n  \"big\": 12345678901234567890123,\r\n  \"a\": \"x\\ny\"\n}";
    outcome.attempts = 3;
    outcome.response.emplace();
    outcome.response->function_error = "Unhandled";
    outcome.response->payload = R"({"errorMessage": "on \"purpose\""})";
    outcome.time = std::chrono::system_clock::time_point(std::chrono::milliseconds(1573755365568));
    return outcome;
}

TEST(InvocationRecord, HasWhatLambdaDocuments) {
    const std::string record = invocation_record(outcome());
    EXPECT_EQ(
        record,
        R"({"version":"1.0","timestamp":"2019-11-14T18:16:05.568Z","requestContext":{)"
        R"("requestId":"e4b46cbf-b738-4880-8880-a18cdf61200e",)"
        R"("functionArn":"arn:aws:lambda:us-east-1:123456789012:function:Fn:$LATEST",)"
        R"("condition":"RetriesExhausted","approximateInvokeCount":3},)"
        R"("requestPayload":{   "big": 12345678901234567890123,    "a": "x\ny" },)"
        R"("responseContext":{"statusCode":200,"executedVersion":"$LATEST",)"
        R"("functionError":"Unhandled"},)"
        R"("responsePayload":{"errorMessage": "on \"purpose\""}})");
    EXPECT_TRUE(data::read_json(record, "record"));
}

TEST(InvocationRecord, KeepsAnAnswerThatIsNotJson) {
    EventOutcome odd = outcome();
    odd.response->payload = "so\nso";
    const auto record = data::read_json(invocation_record(odd), "record");
    ASSERT_TRUE(record);
    EXPECT_EQ(record->find("responsePayload")->text(), "so\nso");
}

TEST(InvocationRecord, SaysNothingOfAnAnswerThatNeverCame) {
    EventOutcome aged = outcome();
    aged.condition = "EventAgeExceeded";
    aged.response.reset();
    const auto record = data::read_json(invocation_record(aged), "record");
    ASSERT_TRUE(record);
    EXPECT_EQ(record->find("responseContext"), nullptr);
    EXPECT_EQ(record->find("requestContext")->find("condition")->text(), "EventAgeExceeded");
}

TEST(DeadLetter, IsTheEventWithThreeAttributes) {
    const auto message = data::read_json(dead_letter_message(outcome()), "message");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->find("Body")->text(), outcome().request_payload);
    EXPECT_EQ(
        data::write_json(*message->find("MessageAttributes")),
        R"({"RequestID":{"DataType":"String","StringValue":"e4b46cbf-b738-4880-8880-a18cdf61200e"},)"
        R"("ErrorCode":{"DataType":"Number","StringValue":"200"},)"
        R"("ErrorMessage":{"DataType":"String","StringValue":"on \"purpose\""}})");
}

} // namespace
} // namespace samara::invoke
