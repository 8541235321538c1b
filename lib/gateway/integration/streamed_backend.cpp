#include "gateway/integration/streamed_backend.h"

#include "gateway/integration/streamed_body.h"
#include "gateway/integration_time.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace samara::gateway {

namespace {

/// What the thread that asks finds out: each is written before the stream tells that it is there.
struct Found {
    net::ClientResponse head;
    std::optional<net::HttpError> error;
};

/// Asks on a thread of its own; the body goes into the stream.
serving::Invoke asking(BackendRequest asked, const std::shared_ptr<Found>& found) {
    auto shared = std::make_shared<BackendRequest>(std::move(asked));
    return [shared, found](const invoke::Request& request) -> base::Result<invoke::Response> {
        shared->request.head_sink = [&](const net::ClientResponse& head) {
            found->head = head;
            request.stream->begin({});
            return true;
        };
        shared->request.body_sink = [&](std::string_view bytes) {
            return request.stream->write(bytes);
        };
        net::HttpClient client(shared->address);
        if (const auto answer = client.send(shared->request); !answer) {
            found->error = answer.error();
            return base::fail(answer.error().error());
        }
        return invoke::Response{};
    };
}

} // namespace

tl::expected<net::HttpResponse, Untranslated> stream_backend(
    serving::StreamingInvoker& streams,
    const HttpIntegration& integration,
    BackendRequest asked,
    serving::AccessRecord& record) {
    using Came = serving::FunctionStream::Came;
    asked.request.timeout = integration.idle_timeout;
    asked.request.body_limit = net::no_body_limit;
    const auto found = std::make_shared<Found>();
    const StreamedBody::Limits limits{
        StreamedBody::Clock::now(), integration.timeout, integration.idle_timeout};
    const auto stream = streams.start_other(asking(std::move(asked), found));
    const Came came = [&] {
        const IntegrationTime time(record);
        return stream->wait(
            limits.began + std::min(limits.all, limits.idle),
            [](const serving::FunctionStream::Written& written) { return written.begun; });
    }();
    if (came == Came::late) {
        return tl::unexpected(
            Untranslated{Refusal::integration_timeout, "the server has not answered in time"});
    }
    if (came == Came::end) {
        return tl::unexpected(no_answer(found->error.value_or(net::HttpError{})));
    }
    record.integration_head = record.integration;
    record.integration_status = found->head.status;
    net::HttpResponse response{
        found->head.status, answer_headers(std::move(found->head.headers)), {}};
    const auto body = std::make_shared<StreamedBody>(stream, limits, 0);
    response.stream = [body](const net::HttpResponse::Write& write) {
        return body->pass_on(write);
    };
    record.complete = [body](serving::AccessRecord& ended) { body->complete(ended); };
    return response;
}

} // namespace samara::gateway
