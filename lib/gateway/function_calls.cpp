// How the gateway calls functions, and what clients get of their answers.
#include "gateway/gateway.h"
#include "gateway/integration/streamed_body.h"
#include "gateway/integration_time.h"
#include "gateway/message/event.h"
#include "gateway/message/gateway_response.h"
#include "gateway/message/media_type.h"
#include "gateway/message/request_value.h"
#include "gateway/message/response.h"
#include "gateway/message/streamed_result.h"
#include "gateway/on_loop.h"

#include <algorithm>

namespace samara::gateway {

namespace {

/// A REST API decodes a base64 body for a client that accepts one of its binary types.
bool decodes_base64(const Call& call) {
    if (call.api.kind == ApiKind::http) {
        return true;
    }
    const std::string_view accept = call.header("Accept");
    return is_binary(accept.substr(0, accept.find(',')), call.api.binary_media_types);
}

std::string tenant_of(const Call& call, const LambdaIntegration& integration) {
    const std::string& tenant = integration.tenant;
    if (tenant.empty()) {
        return std::string(call.header("X-Amz-Tenant-Id"));
    }
    const bool literal = tenant.size() >= 2 && tenant.front() == '\'' && tenant.back() == '\'';
    return literal ? tenant.substr(1, tenant.size() - 2) : request_value(call, tenant);
}

/// Says whom the request is for.
void address(
    invoke::Request& request,
    const Call& call,
    const LambdaIntegration& integration,
    serving::AccessRecord& record) {
    request.function = integration.function;
    request.qualifier = integration.qualifier;
    request.trace_id = call.trace_id;
    request.tenant_id = tenant_of(call, integration);
    record.function = integration.function;
    serving::trace_call(call.traces, request);
}

/// The function's answer, or what the client gets instead; nothing: there is none in time.
tl::expected<invoke::Response, net::HttpResponse> judged(
    const Call& call,
    std::optional<base::Result<invoke::Response>> result,
    serving::AccessRecord& record) {
    if (!result) {
        record.error = "the function has not answered in time";
        return tl::unexpected(refuse(Refusal::integration_timeout, call));
    }
    if (!*result) {
        record.error = base::to_string(result->error());
        return tl::unexpected(refuse(Refusal::integration_failure, call));
    }
    invoke::Response& reply = **result;
    record.integration_status = reply.status;
    record.integration_request_id = reply.request_id;
    record.cold = serving::environment_of(reply);
    if (reply.status / 100 != 2) { // not the function's result: throttled, or refused before it ran
        record.error = "the function was not run: " + reply.payload;
        return tl::unexpected(refuse(
            reply.status == 413   ? Refusal::request_too_large
            : reply.status == 429 ? Refusal::function_throttled
                                  : Refusal::integration_failure,
            call));
    }
    return std::move(reply);
}

/// The response that nonsense of a function is. People look for these words in the log.
net::HttpResponse
bad_answer(const Call& call, const std::string& reason, serving::AccessRecord& record) {
    record.error = "Invalid lambda response received: " + reason;
    return refuse(Refusal::bad_integration_response, call);
}

} // namespace

base::Task<tl::expected<invoke::Response, net::HttpResponse>> Gateway::run_function(
    const Call& call,
    const LambdaIntegration& integration,
    invoke::Request request,
    serving::AccessRecord& record) {
    address(request, call, integration, record);
    std::optional<serving::Invoke::Result> result;
    {
        const IntegrationTime time(record);
        result = co_await invoker_.call(
            std::move(request), integration.timeout, integration.function_timeout);
    }
    co_return judged(call, std::move(result), record);
}

base::Task<net::HttpResponse> Gateway::call_function(
    const Call& call, const LambdaIntegration& integration, serving::AccessRecord& record) {
    invoke::Request request;
    const bool v2 = integration.format == PayloadFormat::v2;
    request.payload = v2 ? event_v2(call) : event_v1(call);
    if (integration.streams) {
        const bool may_wait = co_await net::to_thread();
        if (!may_wait) {
            co_return no_thread(record);
        }
        co_return call_streaming(call, integration, std::move(request), record);
    }
    auto reply = co_await run_function(call, integration, std::move(request), record);
    if (!reply) {
        co_return std::move(reply.error());
    }
    if (reply->payload.size() > most_on_loop) {
        const bool may_wait = co_await net::to_thread();
        if (!may_wait) {
            co_return no_thread(record);
        }
    }
    auto response =
        v2 ? response_v2(*reply)
           : response_v1(*reply, {call.api.kind == ApiKind::rest, decodes_base64(call)});
    co_return response ? std::move(*response) : bad_answer(call, response.error().message, record);
}

/// Answers once the function has told status and headers; the rest follows as it is written.
net::HttpResponse Gateway::call_streaming(
    const Call& call,
    const LambdaIntegration& integration,
    invoke::Request request,
    serving::AccessRecord& record) {
    using Written = serving::FunctionStream::Written;
    using Came = serving::FunctionStream::Came;
    address(request, call, integration, record);
    const bool url = call.api.function_url;
    const StreamedBody::Limits limits{
        StreamedBody::Clock::now(), integration.timeout, integration.idle_timeout};
    const auto stream = streams_.start(std::move(request));
    const Came came = [&] {
        const IntegrationTime time(record);
        return stream->wait(
            limits.began + std::min(limits.all, limits.idle), [url](const Written& written) {
                return written.begun && has_head({written.content_type, written.bytes, url});
            });
    }();
    record.integration_head = record.integration;
    if (came != Came::enough) {
        const auto reply =
            judged(call, came == Came::end ? stream->result() : std::nullopt, record);
        if (!reply) {
            return reply.error();
        }
        if (!reply->function_error.empty()) {
            return bad_answer(call, "the function failed", record);
        }
    }
    record.integration_status = 200;
    const std::string type = stream->content_type();
    const std::string bytes = stream->take();
    auto response = streamed_response({type, bytes, url});
    if (!response) {
        return bad_answer(call, response.error().message, record);
    }
    const auto body = std::make_shared<StreamedBody>(stream, limits, response->body.size());
    response->stream = [body](const net::HttpResponse::Write& write) {
        return body->pass_on(write);
    };
    record.complete = [body](serving::AccessRecord& ended) { body->complete(ended); };
    return std::move(*response);
}

} // namespace samara::gateway
