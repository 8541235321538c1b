// The table of tests/golden/gateway/invoke.json, and what concurrency.json says of Invoke.

#include "lambda_api/lambda_api.h"
#include "unit/gateway/golden_table.h"

#include <gmock/gmock.h>

namespace samara::lambda_api {
namespace {

using gateway::items;
using gateway::member;

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t number = 0;
    for (const char byte : bytes) {
        number = number << 8U | static_cast<unsigned char>(byte);
    }
    return number;
}

/// The value of a header of text.
std::string event_header(std::string_view headers, std::string_view name) {
    while (!headers.empty()) {
        const auto length = static_cast<unsigned char>(headers[0]);
        const std::string_view own = headers.substr(1, length);
        const std::uint32_t size = big_endian(headers.substr(length + 2, 2));
        if (own == name) {
            return std::string(headers.substr(length + 4, size));
        }
        headers.remove_prefix(length + 4 + size);
    }
    return {};
}

/// "PayloadChunk ab", "InvokeComplete {}": chunks that follow each other are one.
std::vector<std::string> events_of(std::string_view stream) {
    std::vector<std::string> events;
    while (!stream.empty()) {
        const std::uint32_t total = big_endian(stream.substr(0, 4));
        const std::uint32_t headers = big_endian(stream.substr(4, 4));
        const std::string type = event_header(stream.substr(12, headers), ":event-type");
        const std::string payload(stream.substr(12 + headers, total - headers - 16));
        if (type == "PayloadChunk" && !events.empty()) {
            events.back() += payload;
        } else {
            events.push_back(type + " " + payload);
        }
        stream.remove_prefix(total);
    }
    return events;
}

class InvokeTable : public testing::Test {
protected:
    void run(const data::Value& row) {
        case_ = &row;
        asked_.reset();
        net::HttpRequest request;
        request.method = "POST";
        request.target = data::text_of(row, "target");
        request.body = "{}";
        for (const std::string& line : data::texts_of(row.find("headers"))) {
            const std::size_t colon = line.find(": ");
            request.headers.push_back({line.substr(0, colon), line.substr(colon + 2)});
        }
        net::HttpResponse response = api_.handle(std::move(request));
        const auto status = data::integer_of(row.find("status")).value_or(200);
        EXPECT_EQ(response.status, status) << response.body;
        const auto header = [&](std::string_view name) {
            const std::string* value = net::find_header(response.headers, name);
            return value == nullptr ? std::string() : *value;
        };
        EXPECT_EQ(header("x-amzn-ErrorType"), data::text_of(row, "type"));
        EXPECT_EQ(header("X-Amz-Function-Error"), data::text_of(row, "function_error"));
        if (status >= 400 && row.find("invoke") == nullptr) {
            EXPECT_FALSE(asked_);
        }
        if (const data::Value* version = row.find("version")) {
            EXPECT_EQ(header("X-Amz-Executed-Version"), version->text());
        }
        if (const data::Value* qualifier = row.find("qualifier")) {
            ASSERT_TRUE(asked_);
            EXPECT_EQ(asked_->qualifier, qualifier->text());
        }
        if (const data::Value* message = row.find("message")) {
            const auto body = data::read_json(response.body, "body");
            EXPECT_EQ(data::text_of(*body, "Message"), message->text()) << response.body;
        }
        if (const data::Value* events = row.find("events")) {
            std::string stream = response.body;
            ASSERT_TRUE(response.stream && response.stream([&](const std::string& bytes) {
                stream += bytes;
                return true;
            }));
            EXPECT_EQ(events_of(stream), data::texts_of(events));
        }
    }

    base::Result<invoke::Response> answer(const invoke::Request& request) {
        asked_ = request;
        for (const std::string& piece : data::texts_of(case_->find("writes"))) {
            request.stream->begin({});
            request.stream->write(piece);
        }
        invoke::Response response;
        response.status = static_cast<int>(data::integer_of(case_->find("invoke")).value_or(200));
        response.function_error = data::text_of(*case_, "error");
        response.payload = data::text_of(*case_, "payload");
        return response;
    }

    const data::Value* case_ = nullptr;
    std::optional<invoke::Request> asked_;
    LambdaApi api_{
        serving::Functions(*data::read_json(
            R"({"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "my-name"}},
                "One": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": "Fn"}},
                "Two": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": "Fn"}},
                "Live": {"Type": "AWS::Lambda::Alias",
                         "Properties": {"FunctionName": "Fn", "Name": "live"}},
                "Plain": {"Type": "AWS::Lambda::Function", "Properties": {}}})",
            "resources")),
        [this](const invoke::Request& request) { return answer(request); },
        {}};
};

TEST_F(InvokeTable, AsDocumented) {
    for (const data::Value& group : gateway::table("invoke.json")) {
        for (const data::Value& row : items(member(group, "cases"))) {
            SCOPED_TRACE(data::text_of(row, "name"));
            run(row);
        }
    }
}

TEST_F(InvokeTable, PastTheLimitsOfConcurrency) {
    int rows = 0;
    for (const data::Value& group : gateway::table("concurrency.json")) {
        if (data::text_of(group, "asks") == "lambda") {
            for (const data::Value& row : items(member(group, "cases"))) {
                SCOPED_TRACE(data::text_of(row, "name"));
                run(row);
                ++rows;
            }
        }
    }
    EXPECT_EQ(rows, 3);
}

} // namespace
} // namespace samara::lambda_api
