#pragma once

#include "gateway/route/model.h"
#include "invoke/invocation.h"
#include "net/http_message.h"

#include <optional>
#include <string>
#include <string_view>

/// What a client gets to see of a function's result.
namespace samara::gateway {

/// The function's result as an HTTP response, or why it is none ("statusCode is no number", said in
/// the log; the client sees 500 or 502 only).
base::Result<net::HttpResponse> response_v2(const invoke::Response& result);

/// Payload format 1.0 and REST APIs. `rest` decides on defaults and renamed headers;
/// `binary` is whether a base64 body is decoded (REST APIs: the Accept header decides).
struct ResponseV1Options {
    bool rest = true;
    bool decode_base64 = true;
};

base::Result<net::HttpResponse>
response_v1(const invoke::Response& result, const ResponseV1Options& options);

/// The head of a streamed response by its metadata: statusCode, headers, multiValueHeaders,
/// cookies.
base::Result<net::HttpResponse> response_head(const data::Value& metadata, bool rest);

/// {"message": "..."} with its status, as the gateway itself answers.
net::HttpResponse message_response(int status, std::string_view message);

} // namespace samara::gateway
