#include "data/read.h"
#include "lambda_api/event_stream.h"
#include "lambda_api/lambda_api.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::lambda_api {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class LambdaApiTest : public testing::Test {
protected:
    net::HttpResponse
    post(std::string target, std::string body = "{}", net::HttpHeaders headers = {}) {
        net::HttpRequest request;
        request.method = "POST";
        request.target = std::move(target);
        request.headers = std::move(headers);
        request.body = std::move(body);
        return api_.handle(request);
    }

    net::HttpResponse
    invoke(std::string_view name, std::string body = "{}", net::HttpHeaders headers = {}) {
        return post(
            "/2015-03-31/functions/" + std::string(name) + "/invocations",
            std::move(body),
            std::move(headers));
    }

    /// All that is sent of a streamed answer.
    static std::string read(const net::HttpResponse& response) {
        std::string body = response.body;
        EXPECT_TRUE(response.stream && response.stream([&](const std::string& bytes) {
            body += bytes;
            return true;
        }));
        return body;
    }

    static std::string header(const net::HttpResponse& response, std::string_view name) {
        const std::string* value = net::find_header(response.headers, name);
        return value == nullptr ? "" : *value;
    }

    std::vector<invoke::Request> calls_;
    invoke::Response reply_;
    LambdaApi api_{
        serving::Functions(*data::read_json(
            R"({"Fn": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "my-name"}},
                "One": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": "Fn"}},
                "Two": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": "my-name"}},
                "Live": {"Type": "AWS::Lambda::Alias",
                         "Properties": {"FunctionName": "my-name", "Name": "live"}},
                "Child/Inner": {"Type": "AWS::Lambda::Function",
                                "Properties": {"FunctionName": "Child-Inner"}},
                "A/Twice": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "n"}},
                "B/Twice": {"Type": "AWS::Lambda::Function", "Properties": {}},
                "Table": {"Type": "AWS::DynamoDB::Table"}})",
            "resources")),
        [this](const invoke::Request& request) -> base::Result<invoke::Response> {
            calls_.push_back(request);
            return reply_;
        },
        {}};
};

TEST_F(LambdaApiTest, FindsAFunctionByAllItsNames) {
    for (const std::string_view name :
         {"Fn",
          "my-name",
          "Fn:1",
          "my-name:live",
          "function:Fn",
          "123456789012:function:Fn",
          "arn:aws:lambda:us-east-1:123456789012:function:Fn",
          "arn:aws:lambda:us-east-1:123456789012:function:my-name:$LATEST",
          "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3AFn%3A2"}) {
        EXPECT_EQ(invoke(name).status, 200) << name;
        EXPECT_EQ(calls_.back().function, "Fn");
    }
}

// docs.aws.amazon.com/lambda/latest/api/API_Invoke.html: Qualifier, FunctionName
TEST_F(LambdaApiTest, KnowsVersionsAndAliases) {
    struct Row {
        std::string_view name;
        std::string_view parameter;
        int status;
        std::string_view qualifier = "";
        std::string_view version = "";
    };

    for (const Row& row : std::initializer_list<Row>{
             {"Fn", "", 200, "", "$LATEST"},
             {"Fn", "?Qualifier=%24LATEST", 200, "$LATEST", "$LATEST"},
             {"Fn", "?Qualifier=live", 200, "live", "2"},
             {"Fn:live", "?Qualifier=live", 200, "live", "2"},
             {"Live", "", 200, "live", "2"},
             {"my-name:1", "", 200, "1", "1"},
             {"Fn", "?Qualifier=2", 200, "2", "2"},
             {"Fn", "?Qualifier=3", 404},
             {"Fn", "?Qualifier=dead", 404},
             {"Fn:dead", "", 404},
             {"Inner", "?Qualifier=1", 404},
             {"Fn:live", "?Qualifier=1", 400}}) {
        SCOPED_TRACE(fmt::format("{}{}", row.name, row.parameter));
        calls_.clear();
        const net::HttpResponse response =
            post(fmt::format("/2015-03-31/functions/{}/invocations{}", row.name, row.parameter));
        EXPECT_EQ(response.status, row.status);
        EXPECT_EQ(calls_.empty(), row.status != 200);
        EXPECT_EQ(header(response, "X-Amz-Executed-Version"), row.version);
        if (!calls_.empty()) {
            EXPECT_EQ(calls_.back().qualifier, row.qualifier);
        }
    }
}

TEST_F(LambdaApiTest, RefusesAClientContextThatIsNone) {
    for (const std::string context : {"!", "WzFd", "bm90IGpzb24="}) { // no base64, a list, no JSON
        const net::HttpResponse response = invoke("Fn", "{}", {{"X-Amz-Client-Context", context}});
        EXPECT_EQ(response.status, 400);
        EXPECT_EQ(header(response, "x-amzn-ErrorType"), "InvalidRequestContentException");
    }
    EXPECT_TRUE(calls_.empty());
}

TEST_F(LambdaApiTest, FindsAFunctionOfANestedStackByTheIdThatOnlyItHas) {
    for (const std::string_view name : {"Inner", "Child-Inner", "Child%2FInner"}) {
        EXPECT_EQ(invoke(name).status, 200) << name;
        EXPECT_EQ(calls_.back().function, "Child/Inner");
    }
    EXPECT_EQ(invoke("Twice").status, 404);
}

TEST_F(LambdaApiTest, TakesTheHeadersOfTheApiAndGivesThemBack) {
    reply_.payload = "[1]";
    reply_.function_error = "Unhandled";
    reply_.log_result = "bG9n";
    reply_.request_id = "id";
    const net::HttpResponse response = invoke(
        "Fn",
        R"({"a": 1})",
        {{"X-Amz-Log-Type", "Tail"},
         {"X-Amz-Client-Context", "e30="},
         {"X-Amzn-Trace-Id", "Root=1"}});
    EXPECT_EQ(calls_.back().payload, R"({"a": 1})");
    EXPECT_TRUE(calls_.back().tail_log);
    EXPECT_EQ(calls_.back().client_context, "e30=");
    EXPECT_EQ(calls_.back().trace_id, "Root=1");
    EXPECT_EQ(response.status, 200); // a function that fails has still been invoked
    EXPECT_EQ(response.body, "[1]");
    EXPECT_EQ(header(response, "X-Amz-Function-Error"), "Unhandled");
    EXPECT_EQ(header(response, "X-Amz-Log-Result"), "bG9n");
    EXPECT_EQ(header(response, "X-Amz-Executed-Version"), "$LATEST");
    EXPECT_EQ(header(response, "x-amzn-RequestId"), "id");
}

TEST_F(LambdaApiTest, QueuesEventsAndTriesDryRuns) {
    EXPECT_EQ(invoke("Fn", "{}", {{"X-Amz-Invocation-Type", "Event"}}).status, 202);
    EXPECT_EQ(calls_.back().type, invoke::InvocationType::event);
    EXPECT_EQ(invoke("Fn", "{}", {{"X-Amz-Invocation-Type", "DryRun"}}).status, 204);
    const net::HttpResponse bad = invoke("Fn", "{}", {{"X-Amz-Invocation-Type", "Other"}});
    EXPECT_EQ(bad.status, 400);
    EXPECT_EQ(header(bad, "x-amzn-ErrorType"), "InvalidParameterValueException");
}

TEST_F(LambdaApiTest, SaysWhatIsWrongAsAwsDoes) {
    const net::HttpResponse missing = invoke("None");
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(header(missing, "x-amzn-ErrorType"), "ResourceNotFoundException");
    EXPECT_EQ(
        missing.body,
        R"({"Type":"User","Message":"Function not found: arn:aws:lambda:us-east-1:123456789012:function:None"})");
    EXPECT_EQ(invoke("Table").status, 404);
    for (const std::string_view none :
         {"a%20b",
          "arn:aws:s3:us-east-1:123456789012:function:Fn",
          "arn:aws:lambda",
          "Fn:",
          ":Fn"}) {
        const net::HttpResponse refused = invoke(std::string(none));
        EXPECT_EQ(refused.status, 400) << none;
        EXPECT_EQ(header(refused, "x-amzn-ErrorType"), "ValidationException") << none;
        EXPECT_THAT(refused.body, HasSubstr("at 'functionName' failed to satisfy")) << none;
    }
    EXPECT_EQ(invoke("Stack/Fn").status, 404);
    const net::HttpResponse content = invoke("Fn", "{not json");
    EXPECT_EQ(content.status, 400);
    EXPECT_EQ(header(content, "x-amzn-ErrorType"), "InvalidRequestContentException");
    EXPECT_THAT(content.body, HasSubstr("Could not parse request body into json: "));
    EXPECT_EQ(post("/elsewhere").status, 404);
    reply_.status = 429;
    const net::HttpResponse throttled = invoke("Fn");
    EXPECT_EQ(throttled.status, 429);
    EXPECT_EQ(header(throttled, "x-amzn-ErrorType"), "TooManyRequestsException");
}

TEST_F(LambdaApiTest, TakesAnEmptyBodyAsAnEmptyEventAndAnyJson) {
    EXPECT_EQ(invoke("Fn", "").status, 200);
    EXPECT_EQ(calls_.back().payload, "{}");
    for (const std::string_view json : {"null", "1", "\"x\"", "[]", R"({"a":1,"a":2})"}) {
        EXPECT_EQ(invoke("Fn", std::string(json)).status, 200) << json;
    }
    EXPECT_EQ(invoke("Fn", std::string(100'000, '[')).status, 400);
}

TEST_F(LambdaApiTest, StreamsInTheFramingOfEventStreams) {
    // A message as AWS documents it: two lengths, CRC, headers, payload, CRC.
    std::string stream;
    append_event(stream, {{"a", "b"}}, "{}");
    std::string hex;
    for (const char byte : stream) {
        hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    }
    EXPECT_EQ(hex, "0000001800000006dcd1a61f0161070001627b7df3d78873");
    const std::string target = "/2021-11-15/functions/Fn/response-streaming-invocations";
    reply_.payload = "text";
    const net::HttpResponse good = post(target);
    EXPECT_EQ(good.status, 200);
    EXPECT_EQ(header(good, "Content-Type"), "application/vnd.amazon.eventstream");
    EXPECT_THAT(read(good), AllOf(HasSubstr("PayloadChunk"), HasSubstr("InvokeComplete")));
    EXPECT_EQ(header(good, "x-amzn-RequestId"), calls_.back().request_id);
    reply_.function_error = "Unhandled";
    const std::string failed = read(post(target));
    EXPECT_THAT(failed, HasSubstr(R"({"ErrorCode":"Unhandled","ErrorDetails":"text"})"));
    EXPECT_THAT(failed, Not(HasSubstr("PayloadChunk")));
    reply_ = {};
    reply_.status = 429;
    EXPECT_EQ(post(target).status, 429);
    reply_ = {};
    EXPECT_EQ(post(target, "{}", {{"X-Amz-Invocation-Type", "Event"}}).status, 400);
    EXPECT_EQ(post(target, "{}", {{"X-Amz-Invocation-Type", "DryRun"}}).status, 204);
    EXPECT_EQ(post("/2021-11-15/functions//response-streaming-invocations").status, 404);
}

TEST_F(LambdaApiTest, LimitsPayloads) {
    const std::string two_megabytes = "\"" + std::string(2'000'000, 'x') + "\"";
    EXPECT_EQ(invoke("Fn", two_megabytes).status, 200);
    const net::HttpResponse event =
        invoke("Fn", two_megabytes, {{"X-Amz-Invocation-Type", "Event"}});
    EXPECT_EQ(event.status, 413);
    EXPECT_EQ(header(event, "x-amzn-ErrorType"), "RequestTooLargeException");
    EXPECT_EQ(invoke("Fn", "\"" + std::string(7'000'000, 'x') + "\"").status, 413);
}

} // namespace
} // namespace samara::lambda_api
