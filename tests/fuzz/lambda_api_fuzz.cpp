// Bytes from a client through the HTTP parser to the Lambda API, and whatever a function answers
// back to the client. No header can end a head early, streams are whole, functions get JSON only.

#include "data/read.h"
#include "lambda_api/lambda_api.h"
#include "serving/functions.h"
#include "support/read_request.h"

#include <cstdlib>

namespace {

using namespace samara;

constexpr std::string_view resources = R"({
  "Fn": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "named"}},
  "Live": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": "Fn", "Name": "live"}}})";

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

/// The function answers with its event; the first byte of a text says how.
base::Result<invoke::Response> call(const invoke::Request& request) {
    require(request.function == "Fn");
    const auto event = data::read_json(request.payload, "event", {.depth = 10'000});
    require(event.has_value());
    invoke::Response response;
    const std::string_view how = event->text();
    if (how.starts_with('x')) {
        return base::fail("it cannot be run");
    }
    response.status = how.starts_with('t') ? 429 : how.starts_with('l') ? 413 : 200;
    response.function_error = how.starts_with('e') ? "Unhandled" : "";
    response.request_id = request.trace_id.empty() ? "" : "00000000-0000-4000-8000-000000000000";
    response.log_result = request.tail_log ? "bG9n" : "";
    response.payload = request.payload;
    return response;
}

lambda_api::LambdaApi& the_api() {
    static lambda_api::LambdaApi instance(
        serving::Functions(*data::read_json(resources, "resources")), call, {});
    return instance;
}

std::uint32_t number(std::string_view bytes) {
    std::uint32_t value = 0;
    for (const char c : bytes.substr(0, 4)) {
        value = value << 8U | static_cast<std::uint8_t>(c);
    }
    return value;
}

// Each message begins with its whole length, and all of them together are the body.
void require_event_stream(std::string_view body) {
    while (!body.empty()) {
        require(body.size() >= 16);
        const std::uint32_t length = number(body);
        require(length >= 16 && length <= body.size());
        body.remove_prefix(length);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    const auto request = test::read_request(input);
    if (!request) {
        return 0;
    }
    const net::HttpResponse response = the_api().handle(*request);
    require(response.status >= 200 && response.status <= 599);
    require(net::find_header(response.headers, "x-amzn-RequestId") != nullptr);
    const std::string* type = net::find_header(response.headers, "Content-Type");
    if (type != nullptr && *type == "application/vnd.amazon.eventstream") {
        require_event_stream(response.body);
    } else if (response.status >= 400) {
        require(data::read_json(response.body, "answer").has_value());
    }
    const std::string encoded = net::encode_head(response, response.body.size(), true);
    require(encoded.find("\r\n\r\n") == encoded.size() - 4);
    return 0;
}
