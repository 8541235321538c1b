// How the gateway calls what stands behind mapping templates and parameters, and mocks.
#include "gateway/gateway.h"
#include "gateway/integration/function_backend.h"
#include "gateway/integration/http_backend.h"
#include "gateway/integration/mock.h"
#include "gateway/integration/streamed_backend.h"
#include "gateway/integration_time.h"
#include "gateway/message/gateway_response.h"
#include "gateway/on_loop.h"

#include <cstdlib>

namespace samara::gateway {

namespace {

/// What a translation has made, or the answer for a request that has none.
net::HttpResponse finish(
    const Call& call,
    tl::expected<net::HttpResponse, Untranslated> translated,
    serving::AccessRecord& record) {
    if (translated) {
        return std::move(*translated);
    }
    record.error = translated.error().reason;
    return refuse(translated.error().refusal, call, {translated.error().message});
}

} // namespace

base::Task<net::HttpResponse>
Gateway::call_mock(const Call& call, const MockIntegration& mock, serving::AccessRecord& record) {
    auto answer =
        co_await with_templates([&call, &mock] { return mock_answer(call, *mock.mapping); });
    co_return finish(call, std::move(answer), record);
}

/// docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-custom-integrations.html
base::Task<net::HttpResponse> Gateway::call_mapped(
    const Call& call, const MappedLambdaIntegration& mapped, serving::AccessRecord& record) {
    auto request = co_await with_templates(
        [&call, &mapped] { return function_request(call, *mapped.mapping); });
    if (!request) {
        co_return finish(call, tl::unexpected(std::move(request.error())), record);
    }
    const auto reply = co_await run_function(call, mapped.lambda, std::move(*request), record);
    if (!reply) {
        co_return reply.error();
    }
    if (reply->payload.size() > most_on_loop) {
        const bool may_wait = co_await net::to_thread();
        if (!may_wait) {
            co_return no_thread(record);
        }
    }
    auto answer = co_await with_templates([&call, &mapped, &reply] {
        return translate_answer(call, *mapped.mapping, function_answer(*reply));
    });
    co_return finish(call, std::move(answer), record);
}

net::HttpResponse Gateway::call_http(
    const Call& call, const HttpIntegration& integration, serving::AccessRecord& record) {
    tl::expected<TranslatedRequest, Untranslated> request;
    if (integration.proxy) {
        map_parameters(call, *integration.mapping, *request);
    } else {
        request = translate_request(call, *integration.mapping);
    }
    if (!request) {
        return finish(call, tl::unexpected(std::move(request.error())), record);
    }
    if (integration.streams) {
        auto asked =
            backend_request(call, integration, std::move(*request), options_.stop_descriptor);
        return finish(
            call,
            asked ? stream_backend(streams_, integration, std::move(*asked), record)
                  : tl::unexpected(std::move(asked.error())),
            record);
    }
    auto answer = [&] {
        const IntegrationTime time(record);
        return ask_backend(call, integration, std::move(*request), options_.stop_descriptor);
    }();
    if (!answer) {
        return finish(call, tl::unexpected(std::move(answer.error())), record);
    }
    record.integration_status = std::atoi(answer->selector.c_str());
    return finish(
        call,
        integration.proxy ? proxied(call, *integration.mapping, std::move(*answer))
                          : translate_answer(call, *integration.mapping, *answer),
        record);
}

} // namespace samara::gateway
