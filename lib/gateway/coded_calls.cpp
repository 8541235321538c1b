// Bodies that come and go compressed, behind REST APIs.
#include "aws/api_gateway_limits.h"
#include "gateway/gateway.h"
#include "gateway/message/content_coding.h"
#include "gateway/message/gateway_response.h"
#include "gateway/on_loop.h"

#include <variant>

namespace samara::gateway {

namespace {

/// docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html: what is smaller stays as it is, both
/// ways; without a size requests of any are decompressed.
bool is_to_inflate(const Call& call) {
    return is_coded(call.header("Content-Encoding")) && !call.request.body.empty() &&
           call.request.body.size() >= call.api.minimum_compression_size.value_or(0);
}

/// Functions are told the Content-Encoding that there was, as behind API Gateway
/// (github.com/dougmoscrop/serverless-http/issues/194); a server would take it at its word.
net::HttpRequest inflated_request(const Call& call, std::string body) {
    net::HttpRequest request = call.request;
    request.body = std::move(body);
    if (std::holds_alternative<HttpIntegration>(call.match.route->integration)) {
        std::erase_if(request.headers, [](const net::HttpHeader& header) {
            return net::equal_ignoring_case(header.name, "Content-Encoding");
        });
    }
    return request;
}

} // namespace

base::Task<net::HttpResponse>
Gateway::integrate_coded(const Call& call, Snapshot& current, serving::AccessRecord& record) {
    net::HttpResponse response;
    if (is_to_inflate(call)) {
        const bool may_wait = co_await net::to_thread();
        if (!may_wait) {
            co_return no_thread(record);
        }
        std::string body;
        const Inflation inflation = inflate_body(
            call.header("Content-Encoding"),
            call.request.body,
            aws::api_gateway::request_payload,
            body);
        if (inflation != Inflation::done) {
            const bool large = inflation == Inflation::too_large;
            record.error = large ? "the body would be too large without its Content-Encoding"
                                 : "the body is not what its Content-Encoding says";
            co_return refuse(
                large ? Refusal::request_too_large : Refusal::unsupported_media_type, call);
        }
        const net::HttpRequest request = inflated_request(call, std::move(body));
        const Call changed = call.with(request);
        response = co_await integrate_mapped(changed, current, record);
    } else {
        response = co_await integrate_mapped(call, current, record);
    }
    const bool compresses = call.api.minimum_compression_size && !response.stream &&
                            record.error.empty() && !call.header("Accept-Encoding").empty();
    if (!compresses) {
        co_return response;
    }
    if (response.body.size() > most_on_loop) {
        const bool may_wait = co_await net::to_thread();
        if (!may_wait) { // as it is, then
            co_return response;
        }
    }
    compress(response, call.header("Accept-Encoding"), *call.api.minimum_compression_size);
    co_return response;
}

} // namespace samara::gateway
