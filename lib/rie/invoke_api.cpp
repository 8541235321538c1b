#include "rie/invoke_api.h"

#include "base/base64.h"

#include <algorithm>
#include <array>
#include <climits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <unistd.h>

namespace samara::rie {

namespace {

enum class Route : std::uint8_t { none, invoke, invoke_streamed, ping, settled };

Route route_of(const HttpRequest& request) {
    const std::string_view path = request.path();
    if (path == "/ping") {
        return Route::ping;
    }
    if (path == "/settled") {
        return Route::settled;
    }
    if (path.starts_with("/2015-03-31/functions/") && path.ends_with("/invocations")) {
        return Route::invoke;
    }
    if (path.starts_with("/2021-11-15/functions/") &&
        path.ends_with("/response-streaming-invocations")) {
        return Route::invoke_streamed;
    }
    return Route::none;
}

bool is_event(const HttpRequest& request) {
    return net::header_text(request.headers, "X-Amz-Invocation-Type") == "Event";
}

HttpReply service_error(unsigned status, std::string_view type, std::string message) {
    return {
        status,
        fmt::format(R"({{"Type":"User","message":"{}"}})", message),
        {{"X-Amzn-ErrorType", std::string(type)}}};
}

bool is_request_id(std::string_view text) {
    constexpr std::size_t longest = 64;
    return !text.empty() && text.size() <= longest &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                      (c >= 'A' && c <= 'Z');
           });
}

// The JSON object in a header of the call, as a header of the runtime's: on one line. Nothing where
// it is no base64, or holds a control character, which JSON has between its words alone.
std::optional<std::string> client_context(std::string_view text) {
    auto decoded = base::base64_decode(text);
    if (!decoded) {
        return std::nullopt;
    }
    for (char& c : *decoded) {
        if (c == '\r' || c == '\n' || c == '\t') {
            c = ' ';
        } else if (static_cast<unsigned char>(c) < ' ') {
            return std::nullopt;
        }
    }
    return std::move(*decoded);
}

} // namespace

InvokeApi::InvokeApi(Emulator& emulator, const aws::LambdaLimits& limits)
    : emulator_(emulator), limits_(limits) {
    std::array<char, HOST_NAME_MAX + 1> name{};
    if (::gethostname(name.data(), name.size() - 1) == 0) {
        host_name_ = name.data();
    }
}

std::size_t InvokeApi::body_limit(const HttpRequest& head) const {
    return is_event(head) ? limits_.event_payload : limits_.payload;
}

std::shared_ptr<BodySink>
InvokeApi::open(const HttpRequest& /*head*/, const ExchangePtr& /*exchange*/) {
    return nullptr;
}

void InvokeApi::serve(HttpRequest request, ExchangePtr exchange) {
    const Route route = route_of(request);
    if (route == Route::ping) {
        exchange->reply(
            {200, "pong\n", {{"Content-Type", "text/plain"}, {"X-Samara-Host", host_name_}}});
        return;
    }
    if (route == Route::settled) {
        emulator_.when_settled(std::move(exchange));
        return;
    }
    if (route == Route::none) {
        exchange->reply(service_error(404, "ResourceNotFoundException", "There is no such path"));
        return;
    }
    if (request.method != "POST") {
        exchange->reply(
            service_error(405, "MethodNotAllowedException", "Functions are invoked with POST"));
        return;
    }
    if (request.too_large) {
        const std::size_t limit = is_event(request) ? limits_.event_payload : aws::lambda_payload;
        exchange->reply(service_error(
            413,
            "RequestEntityTooLargeException",
            fmt::format(
                "Request must be smaller than {} bytes for the InvokeFunction operation", limit)));
        return;
    }
    const std::string_view type = net::header_text(request.headers, "X-Amz-Invocation-Type");
    if (type == "DryRun") {
        exchange->reply({204, "", {}});
        return;
    }
    if (!type.empty() && type != "RequestResponse" && type != "Event") {
        exchange->reply(service_error(
            400, "InvalidParameterValueException", "The invocation type is not known"));
        return;
    }
    if (!emulator_.has_room(request.body.size())) {
        exchange->reply(service_error(429, "TooManyRequestsException", "Rate Exceeded."));
        return;
    }
    Invocation invocation;
    invocation.payload = request.body.empty() ? "{}" : std::move(request.body);
    // The attempts of one asynchronous event have one id. It goes into JSON and the log as it is.
    if (const std::string_view id = net::header_text(request.headers, "X-Amzn-RequestId");
        is_request_id(id)) {
        invocation.request_id = id;
    }
    invocation.trace_id = net::header_text(request.headers, "X-Amzn-Trace-Id");
    invocation.cognito_identity = net::header_text(request.headers, "X-Amz-Cognito-Identity");
    invocation.tenant_id = net::header_text(request.headers, "X-Amz-Tenant-Id");
    invocation.qualifier = net::header_text(request.headers, "X-Samara-Qualifier");
    invocation.tail_log = net::header_text(request.headers, "X-Amz-Log-Type") == "Tail";
    invocation.streamed = route == Route::invoke_streamed;
    if (invocation.streamed &&
        net::header_text(request.headers, "TE").find("trailers") == std::string::npos) {
        invocation.tail_log = false; // there is no place for it
    }
    const std::string_view context = net::header_text(request.headers, "X-Amz-Client-Context");
    if (!context.empty()) {
        auto decoded = client_context(context);
        if (!decoded) {
            exchange->reply(service_error(
                400,
                "InvalidRequestContentException",
                "The client context must be a valid Base64-encoded JSON object"));
            return;
        }
        invocation.client_context = std::move(*decoded);
    }
    if (type == "Event") {
        exchange->reply({202, "", {}});
    } else {
        invocation.caller = Caller(std::move(exchange));
    }
    emulator_.invoke(std::move(invocation));
}

} // namespace samara::rie
