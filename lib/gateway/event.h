#pragma once

#include "gateway/call.h"

#include <string>

/// What a function gets to see of a request.
namespace samara::gateway {

/// HTTP API, payload format 2.0.
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
std::string event_v2(const Call& call);

/// HTTP API with payload format 1.0, or REST API proxy event.
/// docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
std::string event_v1(const Call& call);

} // namespace samara::gateway
