#include "invoke/invocation_record.h"

#include "base/iso_time.h"
#include "data/read.h"
#include "data/write.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::invoke {

namespace {

constexpr std::size_t error_message_limit = 1024; // bytes of a dead letter's ErrorMessage

std::string quoted(std::string text) {
    return data::write_json(data::Value(std::move(text)));
}

// In JSON a line end is a blank between tokens; in a string it is escaped.
std::string one_line(std::string json) {
    std::replace_if(
        json.begin(), json.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return json;
}

// As it is where it is JSON, so that no number loses a digit.
std::string embedded(const std::string& payload) {
    if (payload.empty()) {
        return "null";
    }
    const data::ReadLimits deep{.depth = 1000};
    return data::read_json(payload, "payload", deep) ? one_line(payload) : quoted(payload);
}

std::string error_message(const EventOutcome& outcome) {
    std::string text(outcome.condition);
    if (outcome.response) {
        const auto error = data::read_json(outcome.response->payload, "payload");
        const data::Value* message = error ? error->find("errorMessage") : nullptr;
        text = message == nullptr ? outcome.response->payload : message->text();
    }
    return text.substr(0, error_message_limit);
}

data::Value attribute(std::string_view type, std::string value) {
    return data::Map{{"DataType", type}, {"StringValue", std::move(value)}};
}

} // namespace

std::string invocation_record(const EventOutcome& outcome) {
    std::string record = fmt::format(
        R"({{"version":"1.0","timestamp":"{}","requestContext":{{"requestId":{},"functionArn":{},)"
        R"("condition":"{}","approximateInvokeCount":{}}},"requestPayload":{})",
        base::iso_milliseconds(outcome.time),
        quoted(outcome.request_id),
        quoted(outcome.function_arn),
        outcome.condition,
        outcome.attempts,
        embedded(outcome.request_payload));
    if (const auto& response = outcome.response) {
        record += fmt::format(
            R"(,"responseContext":{{"statusCode":{},"executedVersion":"$LATEST"{}}},)"
            R"("responsePayload":{})",
            response->status,
            response->function_error.empty()
                ? std::string()
                : fmt::format(R"(,"functionError":{})", quoted(response->function_error)),
            embedded(response->payload));
    }
    return record + "}";
}

std::string dead_letter_message(const EventOutcome& outcome) {
    const int code = outcome.response ? outcome.response->status : 429;
    return data::write_json(data::Map{
        {"Body", outcome.request_payload},
        {"MessageAttributes",
         data::Map{
             {"RequestID", attribute("String", outcome.request_id)},
             {"ErrorCode", attribute("Number", fmt::format("{}", code))},
             {"ErrorMessage", attribute("String", error_message(outcome))}}}});
}

} // namespace samara::invoke
