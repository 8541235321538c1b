#include "invoke/own_answers.h"

#include <fmt/format.h>

namespace samara::invoke {

// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
Response timed_out(const std::string& request_id, std::uint32_t seconds) {
    Response response;
    response.status = 200;
    response.function_error = "Unhandled";
    response.error_type = timeout_error;
    response.request_id = request_id;
    const std::string prefix =
        request_id.empty() ? std::string() : fmt::format("RequestId: {} Error: ", request_id);
    response.payload = fmt::format(
        R"({{"errorType":"{}","errorMessage":"{}Task timed out after {}.00 seconds"}})",
        timeout_error,
        prefix,
        seconds);
    return response;
}

// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors
Response throttled(std::size_t limit) {
    Response response;
    response.status = 429;
    response.payload = fmt::format(
        R"({{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded. At most {} run at once here."}})",
        limit);
    return response;
}

Response queue_full() {
    Response response;
    response.status = 429;
    response.payload =
        R"({"Reason":"CallerRateLimitExceeded","Type":"User","message":"Rate Exceeded. Too many asynchronous events are waiting here."})";
    return response;
}

// https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-troubleshooting.html
Response wrong_tenant(bool wanted) {
    Response response;
    response.status = 400;
    response.payload =
        wanted ? "Add a valid tenant ID in your request and try again."
               : "The function does not use tenant isolation. Remove the tenant ID from "
                 "your request and try again.";
    return response;
}

// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (X-Amz-Tenant-Id)
std::optional<Response> refused_tenant(const std::string& id) {
    constexpr std::string_view characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789._:/=+-@ ";
    constexpr std::size_t longest = 256;
    const bool long_id = id.size() > longest;
    if (!long_id && id.find_first_not_of(characters) == std::string::npos) {
        return std::nullopt;
    }
    Response response;
    response.status = 400;
    response.payload =
        long_id ? fmt::format("A tenant ID has at most {} characters.", longest)
                : fmt::format(
                      "1 validation error detected: Value '{}' at 'tenantId' failed to satisfy "
                      "constraint: Member must satisfy regular expression pattern: "
                      R"([a-zA-Z0-9\._:\/=+\-@ ]+)",
                      id);
    return response;
}

} // namespace samara::invoke
