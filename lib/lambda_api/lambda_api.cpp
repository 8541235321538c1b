#include "lambda_api/lambda_api.h"

#include "aws/arn.h"
#include "aws/lambda_limits.h"
#include "base/base64.h"
#include "base/json_writer.h"
#include "base/percent.h"
#include "base/strings.h"
#include "base/uuid.h"
#include "data/json_check.h"
#include "data/read.h"
#include "lambda_api/streamed_answer.h"
#include "net/header_text.h"
#include "net/wait.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include <fmt/format.h>

namespace samara::lambda_api {

namespace {

/// An error as the Lambda API writes it.
net::HttpResponse
error(int status, std::string_view type, std::string_view message, std::string_view who = "User") {
    net::HttpResponse response{
        status,
        {{"Content-Type", "application/json"}, {"x-amzn-ErrorType", std::string(type)}},
        {}};
    base::JsonWriter(response.body)
        .begin_object()
        .member("Type", who)
        .member("Message", message)
        .end_object();
    return response;
}

/// What stands between two ends of a path, decoded.
std::optional<std::string>
between(std::string_view path, std::string_view before, std::string_view after) {
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) ||
        !path.ends_with(after)) {
        return std::nullopt;
    }
    return base::percent_decode(
        path.substr(before.size(), path.size() - before.size() - after.size()));
}

std::optional<invoke::InvocationType> invocation_type(std::string_view text) {
    if (text.empty() || text == "RequestResponse") {
        return invoke::InvocationType::request_response;
    }
    if (text == "Event") {
        return invoke::InvocationType::event;
    }
    return text == "DryRun" ? std::optional(invoke::InvocationType::dry_run) : std::nullopt;
}

net::HttpResponse too_large(std::size_t limit) {
    return error(
        413,
        "RequestTooLargeException",
        fmt::format(
            "Request must be smaller than {} bytes for the InvokeFunction operation", limit));
}

/// The answer to a call that was not run; nothing: it was.
std::optional<net::HttpResponse> refusal_of(const invoke::Response& reply) {
    if (reply.status == 429) {
        return error(429, "TooManyRequestsException", "Rate Exceeded.");
    }
    if (reply.status == 400) {
        return error(400, "InvalidParameterValueException", reply.payload);
    }
    if (reply.status == 413) {
        return too_large(aws::lambda_payload);
    }
    return std::nullopt;
}

net::HttpResponse
answer_of(invoke::Response reply, invoke::InvocationType type, const std::string& version) {
    if (auto refusal = refusal_of(reply)) {
        return std::move(*refusal);
    }
    net::HttpResponse response;
    if (type != invoke::InvocationType::request_response) {
        response.status = type == invoke::InvocationType::event ? 202 : 204;
        return response;
    }
    response.headers = {{"Content-Type", "application/json"}, {"X-Amz-Executed-Version", version}};
    if (!reply.function_error.empty()) {
        response.headers.push_back({"X-Amz-Function-Error", std::move(reply.function_error)});
    }
    if (!reply.log_result.empty()) {
        response.headers.push_back({"X-Amz-Log-Result", std::move(reply.log_result)});
    }
    response.body = std::move(reply.payload);
    return response;
}

/// Whether it can name a function at all: a name, a part of an ARN, or an ARN, of a stack by its
/// path, with a qualifier or without.
bool is_function_name(std::string_view name) {
    constexpr std::string_view characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789-_.$";
    name.remove_prefix(std::min(name.rfind('/') + 1, name.size())); // npos: all of it
    if (name.starts_with("arn:")) {
        const auto arn = aws::parse_arn(name);
        if (!arn || arn->service != "lambda") {
            return false;
        }
        name = arn->resource;
    }
    for (const std::string_view part : base::split(name, ':')) {
        if (part.empty() || part.find_first_not_of(characters) != std::string_view::npos) {
            return false;
        }
    }
    return true;
}

/// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
net::HttpResponse not_a_name(const std::string& name) {
    return error(
        400,
        "ValidationException",
        fmt::format(
            "1 validation error detected: Value '{}' at 'functionName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: "
            R"((arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{{2}}(-gov)?-[a-z]+-\d{{1}}:)?(\d{{12}}:)?)"
            R"((function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?)",
            name));
}

std::string arn_of(const std::string& name, const std::string& region) {
    return name.starts_with("arn:") ? name : aws::local_arn("lambda", region, "function:" + name);
}

/// The version or alias that a call is for, or why there is none.
struct Qualified {
    std::string qualifier; ///< empty: the caller has not named any
    std::string version;
    std::optional<net::HttpResponse> refusal = {};
};

/// From the name that was called or the parameter Qualifier.
Qualified qualify(
    const serving::Functions& functions,
    const serving::Functions::Function& function,
    const std::string& name,
    const net::HttpRequest& request,
    const std::string& region) {
    std::string qualifier = functions.qualifier_of(name);
    for (auto& [parameter, value] : base::parse_query(request.query())) {
        if (parameter != "Qualifier" || value.empty()) {
            continue;
        }
        if (!qualifier.empty() && qualifier != value) {
            return {
                {},
                {},
                error(
                    400,
                    "InvalidParameterValueException",
                    "The derived qualifier from the function name does not match the specified "
                    "qualifier.")};
        }
        qualifier = std::move(value);
    }
    auto version = functions.version_of(function, qualifier);
    if (!version) {
        const std::string arn = arn_of(function.name, region) + ":" + qualifier;
        return {{}, {}, error(404, "ResourceNotFoundException", "Function not found: " + arn)};
    }
    return {std::move(qualifier), std::move(*version)};
}

/// base64 of a JSON object, or nothing at all.
bool is_client_context(std::string_view header) {
    if (header.empty()) {
        return true;
    }
    const auto text = base::base64_decode(header);
    const auto context = text ? data::read_json(*text, "client context")
                              : base::Result<data::Value>(base::fail("no base64"));
    return context && context->is_map();
}

} // namespace

LambdaApi::LambdaApi(serving::Functions functions, serving::Invoke invoke, LambdaApiOptions options)
    : invoke_(invoke), streams_(std::move(invoke)), options_(std::move(options)),
      functions_(std::make_shared<const serving::Functions>(std::move(functions))) {}

void LambdaApi::replace(serving::Functions functions) {
    auto fresh = std::make_shared<const serving::Functions>(std::move(functions));
    const std::scoped_lock lock(mutex_);
    functions_.swap(fresh);
}

net::HttpResponse LambdaApi::handle(net::HttpRequest request) {
    return serve(std::move(request)).now();
}

base::Task<net::HttpResponse> LambdaApi::serve(net::HttpRequest request) {
    serving::AccessRecord record;
    record.time = std::chrono::system_clock::now();
    const auto begin = std::chrono::steady_clock::now();
    net::HttpResponse response = co_await answer(request, record);
    if (net::find_header(response.headers, "x-amzn-RequestId") == nullptr) {
        response.headers.push_back({"x-amzn-RequestId", base::make_uuid()});
    }
    serving::log_when_answered(options_.access_log, std::move(record), begin, request, response);
    co_return response;
}

base::Task<net::HttpResponse>
LambdaApi::answer(const net::HttpRequest& request, serving::AccessRecord& record) {
    if (const auto refusal = options_.guard.refusal(request)) {
        record.error = *refusal;
        co_return error(403, "AccessDeniedException", *refusal, "LocalService");
    }
    const auto whole = between(request.path(), "/2015-03-31/functions/", "/invocations");
    const auto streamed =
        between(request.path(), "/2021-11-15/functions/", "/response-streaming-invocations");
    if (!whole && !streamed) {
        co_return error(
            404,
            "PathNotFoundException",
            fmt::format(
                "{} {}: only Invoke and InvokeWithResponseStream are answered here",
                request.method,
                request.path()),
            "LocalService");
    }
    if (request.method != "POST") {
        co_return error(405, "MethodNotAllowedException", "Invoke wants POST", "LocalService");
    }
    co_return co_await invoke_function(
        request, whole ? *whole : *streamed, streamed.has_value(), record);
}

base::Task<net::HttpResponse> LambdaApi::invoke_function(
    const net::HttpRequest& request,
    const std::string& name,
    bool streamed,
    serving::AccessRecord& record) {
    const std::shared_ptr<const serving::Functions> functions = [this] {
        const std::scoped_lock lock(mutex_);
        return functions_;
    }();
    if (!is_function_name(name)) {
        co_return not_a_name(name);
    }
    const serving::Functions::Function* function = functions->find_called(name);
    if (function == nullptr) {
        co_return error(
            404,
            "ResourceNotFoundException",
            "Function not found: " + arn_of(name, options_.region));
    }
    record.function = function->id;
    const Qualified qualified = qualify(*functions, *function, name, request, options_.region);
    if (qualified.refusal) {
        co_return *qualified.refusal;
    }
    const std::string_view type_text = net::header_text(request.headers, "X-Amz-Invocation-Type");
    const auto type = invocation_type(type_text);
    if (!type || (streamed && *type == invoke::InvocationType::event)) {
        co_return error(
            400,
            "InvalidParameterValueException",
            fmt::format("Unsupported invocation type: {}", type_text));
    }
    const std::size_t limit =
        *type == invoke::InvocationType::event ? aws::lambda_event_payload : aws::lambda_payload;
    if (options_.payload_limits && request.body.size() > limit) {
        co_return too_large(limit);
    }
    if (const std::string reason = data::json_error(request.body);
        !request.body.empty() && !reason.empty()) {
        co_return error(
            400,
            "InvalidRequestContentException",
            "Could not parse request body into json: " + reason);
    }
    if (!is_client_context(net::header_text(request.headers, "X-Amz-Client-Context"))) {
        co_return error(
            400,
            "InvalidRequestContentException",
            "Client context must be a valid Base64-encoded JSON object.");
    }
    invoke::Request call;
    call.function = function->id;
    call.qualifier = qualified.qualifier;
    call.payload = request.body.empty() ? "{}" : request.body;
    call.type = *type;
    call.client_context = net::header_text(request.headers, "X-Amz-Client-Context");
    call.trace_id = net::header_text(request.headers, "X-Amzn-Trace-Id");
    call.tenant_id = net::header_text(request.headers, "X-Amz-Tenant-Id");
    call.tail_log = net::header_text(request.headers, "X-Amz-Log-Type") == "Tail";
    if (streamed && *type == invoke::InvocationType::request_response) {
        const bool may_wait = co_await net::to_thread();
        if (!may_wait) {
            co_return error(
                503, "ServiceException", "no thread can be made for the call", "LocalService");
        }
        co_return stream_function(std::move(call), qualified.version, record);
    }
    auto reply = co_await invoke_.call(std::move(call));
    if (!reply) {
        record.error = base::to_string(reply.error());
        co_return error(500, "ServiceException", reply.error().message, "LocalService");
    }
    record.cold = serving::environment_of(*reply);
    const std::string request_id = reply->request_id;
    net::HttpResponse response = answer_of(std::move(*reply), *type, qualified.version);
    if (!request_id.empty()) {
        response.headers.push_back({"x-amzn-RequestId", request_id});
    }
    co_return response;
}

/// Answers once the function has begun to, or has failed.
net::HttpResponse LambdaApi::stream_function(
    invoke::Request call, std::string version, serving::AccessRecord& record) {
    call.request_id = base::make_uuid(); // the head goes before anything else is known of the call
    net::HttpHeaders headers{
        {"Content-Type", "application/vnd.amazon.eventstream"},
        {"X-Amz-Executed-Version", std::move(version)},
        {"x-amzn-RequestId", call.request_id}};
    const auto answer = std::make_shared<StreamedAnswer>(streams_.start(std::move(call)));
    if (const auto reply = answer->wait_for_begin()) {
        if (!*reply) {
            record.error = base::to_string(reply->error());
            return error(500, "ServiceException", reply->error().message, "LocalService");
        }
        if (auto refusal = refusal_of(**reply)) {
            return std::move(*refusal);
        }
    }
    record.complete = [answer](serving::AccessRecord& ended) { answer->complete(ended); };
    return {200, std::move(headers), {}, {}, {}, [answer](const net::HttpResponse::Write& write) {
                return answer->pass_on(write);
            }};
}

} // namespace samara::lambda_api
