#pragma once

#include "base/error.h"
#include "net/http_message.h"

#include <string>
#include <string_view>

/// What a function has written to its response stream, as a response: metadata in JSON (statusCode,
/// headers, cookies), eight NUL and the body. Behind a function URL there are metadata where the
/// content type says so, else the body alone.
/// docs.aws.amazon.com/lambda/latest/dg/response-streaming-tutorial.html
/// docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
namespace samara::gateway {

/// As far as a function has written.
struct StreamBeginning {
    std::string_view content_type; ///< as its runtime says
    std::string_view bytes;
    bool function_url = false; ///< else a REST API
};

/// Whether status and headers are known, or can never be.
bool has_head(const StreamBeginning& beginning);

/// The response with the first bytes of its body, or why it is none.
base::Result<net::HttpResponse> streamed_response(const StreamBeginning& beginning);

} // namespace samara::gateway
