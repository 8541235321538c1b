#pragma once

#include "base/error.h"
#include "invoke/invocation.h"
#include "net/http_message.h"

namespace samara::gateway {

/// What a function has written to its response stream, as a response: metadata in JSON (statusCode,
/// headers, cookies), eight NUL and the body. Where `body_alone`, as behind a function URL, there
/// may be the body alone.
/// docs.aws.amazon.com/lambda/latest/dg/response-streaming-tutorial.html
/// docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
base::Result<net::HttpResponse> response_streamed(const invoke::Response& result, bool body_alone);

} // namespace samara::gateway
