#pragma once

#include "gateway/integration/http_backend.h"
#include "serving/access_log.h"
#include "serving/function_stream.h"

namespace samara::gateway {

/// The answer of the server of an HTTP_PROXY integration, as it comes: returns with all headers,
/// as the gateway sends none before.
/// docs.aws.amazon.com/apigateway/latest/developerguide/response-streaming-http.html
tl::expected<net::HttpResponse, Untranslated> stream_backend(
    serving::StreamingInvoker& streams,
    const HttpIntegration& integration,
    BackendRequest asked,
    serving::AccessRecord& record);

} // namespace samara::gateway
